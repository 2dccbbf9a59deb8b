//! Where a model thinks before it answers: the marks of a trace, and the template's switch.

use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::template::Template;

/// What stands around a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markers {
    /// Begins a trace.
    pub open: String,
    /// Ends it; the answer follows.
    pub close: String,
    /// What is written to end a trace in the model's place: `close` and what leads to an answer.
    pub closing: String,
    /// Whether the template writes them, not the vocabulary alone.
    pub written: bool,
}

/// How a prompt ends, as far as traces go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinking {
    /// Inside a trace: the model goes on with it.
    Open,
    /// Behind a trace that the template closed: the model answers at once.
    Closed,
    /// With neither mark: the model may begin a trace.
    Free,
}

/// Marks that are no tag around a name: what a template or a vocabulary has of them, and the
/// marks.
const FORMS: [(&str, &str, &str, &str); 5] = [
    // Channels of the harmony format (gpt-oss).
    (
        "<|channel|>",
        "<|channel|>analysis<|message|>",
        "<|channel|>final<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
    ),
    // Channels of Gemma 4.
    (
        "<|channel>",
        "<|channel>thought\n",
        "<channel|>",
        "\n<channel|>",
    ),
    (
        "<|START_THINKING|>",
        "<|START_THINKING|>",
        "<|END_THINKING|>",
        "<|END_THINKING|>",
    ),
    ("[/THINK]", "[THINK]", "[/THINK]", "[/THINK]"),
    (
        "[BEGIN FINAL RESPONSE]",
        "Here are my reasoning steps:\n",
        "[BEGIN FINAL RESPONSE]",
        "\n[BEGIN FINAL RESPONSE]\n",
    ),
];

/// Names of variables that switch thinking, with their values for off and on.
fn values() -> [(&'static str, Value, Value); 5] {
    [
        ("enable_thinking", json!(false), json!(true)),
        ("thinking", json!(false), json!(true)),
        ("thinking_mode", json!("disabled"), json!("enabled")),
        ("thinking_budget", json!(0), json!(-1)),
        ("reasoning", json!(false), json!(true)),
    ]
}

impl Markers {
    /// The marks that the template writes or, if it writes none, those of `tokens`, the texts of
    /// a vocabulary.
    pub fn find<'t>(template: &str, tokens: impl IntoIterator<Item = &'t str>) -> Option<Markers> {
        match Markers::in_text(template) {
            Some(markers) => Some(Markers {
                written: true,
                ..markers
            }),
            None => tokens.into_iter().find_map(Markers::in_token),
        }
    }

    fn in_text(text: &str) -> Option<Markers> {
        for (needle, open, close, closing) in FORMS {
            if text.contains(needle) {
                return Some(Markers {
                    open: open.to_owned(),
                    close: close.to_owned(),
                    closing: closing.to_owned(),
                    written: false,
                });
            }
        }
        text.match_indices("</").find_map(|(at, _)| {
            let end = text.get(at..)?.find('>')?;
            Markers::in_token(text.get(at..=at + end)?)
        })
    }

    /// `</NAME>` or `<NAME>` where the name says that somebody thinks: `think`, `thinking`,
    /// `seed:think`, `mm:think`.
    fn in_token(token: &str) -> Option<Markers> {
        if FORMS.iter().any(|(needle, ..)| *needle == token) {
            return Markers::in_text(token);
        }
        let name = token.strip_prefix('<')?.strip_suffix('>')?;
        let name = name.strip_prefix('/').unwrap_or(name);
        let mut words = name.split(':');
        let plain = name.chars().all(|c| c.is_ascii_lowercase() || c == ':');
        let thinks = words.any(|word| ["think", "thinking", "thought"].contains(&word));
        (plain && thinks).then(|| Markers {
            open: format!("<{name}>"),
            close: format!("</{name}>"),
            closing: format!("\n</{name}>\n\n"),
            written: false,
        })
    }

    /// How `tail`, the prompt behind its last message, ends.
    pub fn state(&self, tail: &str) -> Thinking {
        match (tail.rfind(self.open.trim_end()), tail.rfind(&self.close)) {
            (Some(open), Some(close)) if close > open => Thinking::Closed,
            (Some(_), _) => Thinking::Open,
            (None, Some(_)) => Thinking::Closed,
            (None, None) => Thinking::Free,
        }
    }
}

/// The variables by which thinking is switched in this template.
pub fn switches(template: &Template) -> Vec<&'static str> {
    let variables = template.variables();
    let names = values().map(|(name, ..)| name).into_iter();
    names.filter(|name| variables.contains(*name)).collect()
}

/// Turns the template's own switches, unless `arguments` turn them already.
///
/// # Errors
/// The name of a switch that `arguments` turn the other way.
pub fn switch(
    template: &Template,
    on: bool,
    arguments: &mut Arguments,
) -> Result<(), &'static str> {
    let of_template = switches(template);
    for (name, off_value, on_value) in values() {
        if !of_template.contains(&name) {
            continue;
        }
        match arguments.named.get(name) {
            Some(given) if (*given == off_value) == on => return Err(name),
            Some(_) => {}
            None => {
                let value = if on { on_value } else { off_value };
                arguments.named.insert(name.to_owned(), value);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_in_templates_and_vocabularies() {
        let marks = |template: &str, tokens: &[&str]| {
            let found = Markers::find(template, tokens.iter().copied())?;
            Some((found.open, found.close))
        };
        let pair = |open: &str, close: &str| Some((open.to_owned(), close.to_owned()));
        assert_eq!(
            marks("x.split('</think>')[-1]", &[]),
            pair("<think>", "</think>")
        );
        assert_eq!(
            marks("<seed:think></seed:think>", &[]),
            pair("<seed:think>", "</seed:think>")
        );
        assert_eq!(
            marks("</tools> </function>", &["<s>", "</s>", "<thinking>"]),
            pair("<thinking>", "</thinking>")
        );
        assert_eq!(
            marks("", &["[INST]", "[/THINK]"]),
            pair("[THINK]", "[/THINK]")
        );
        assert_eq!(
            marks("'<|channel>thought\n<channel|>'", &[]),
            pair("<|channel>thought\n", "<channel|>")
        );
        assert_eq!(
            marks("<|start|>assistant<|channel|>final", &[]),
            pair(
                "<|channel|>analysis<|message|>",
                "<|channel|>final<|message|>"
            )
        );
        // Words about thinking, and a switch of Gemma 4, are no marks.
        assert_eq!(
            marks(
                "</rethink> </thinking_instructions> <|think|> think",
                &["</s>"]
            ),
            None
        );
    }

    #[test]
    fn a_tail_is_open_closed_or_free() {
        let markers = Markers::find("</think>", []).unwrap();
        for (tail, state) in [
            ("<|im_end|>\n<|im_start|>assistant\n", Thinking::Free),
            ("assistant\n<think>\n", Thinking::Open),
            ("assistant\n<think>\n\n</think>\n\n", Thinking::Closed),
            ("<assistant></think>", Thinking::Closed),
        ] {
            assert_eq!(markers.state(tail), state, "{tail}");
        }
    }

    #[test]
    fn a_switch_is_turned_unless_it_was_given() {
        let template =
            Template::parse("{% if enable_thinking is defined and enable_thinking %}x{% endif %}")
                .unwrap();
        let mut arguments = Arguments::default();
        assert_eq!(switches(&template), ["enable_thinking"]);
        assert_eq!(switch(&template, false, &mut arguments), Ok(()));
        assert_eq!(arguments.named["enable_thinking"], json!(false));
        assert_eq!(switch(&template, false, &mut arguments), Ok(()));
        // What was given the other way contradicts.
        assert_eq!(
            switch(&template, true, &mut arguments),
            Err("enable_thinking")
        );
        arguments.set("enable_thinking=1").unwrap();
        assert_eq!(switch(&template, true, &mut arguments), Ok(()));
        assert_eq!(
            switch(&template, false, &mut arguments),
            Err("enable_thinking")
        );
        let template = Template::parse("{{ messages }}").unwrap();
        assert_eq!(switch(&template, true, &mut Arguments::default()), Ok(()));
        assert!(switches(&template).is_empty());
    }
}
