//! The parts that every prompt of a run was made of.

use edgescore_record::{Labels, PromptPart, Trim};
use schemars::JsonSchema;
use serde::Serialize;

/// Parts of a prompt, in order; empty where each prompt was rendered by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct PromptParts(pub Vec<PromptPartView>);

/// A part of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(deny_unknown_fields)]
pub enum PromptPartView {
    /// Text of the template.
    Template(String),
    /// Text of a message that is the same in every prompt.
    Text(String),
    /// The pack's system message, and the white space that is taken off it: `none`, `start`,
    /// `end` or `both`.
    System(String),
    /// The question, in the same way.
    User(String),
}

impl PromptParts {
    /// Takes the next row. A text that was cut to fit its row is one text.
    pub fn take(&mut self, part: &PromptPart) {
        match (part, self.0.last_mut()) {
            (PromptPart::Template(text), Some(PromptPartView::Template(last)))
            | (PromptPart::Text(text), Some(PromptPartView::Text(last))) => last.push_str(text),
            (PromptPart::Template(text), _) => {
                self.0.push(PromptPartView::Template((*text).to_owned()))
            }
            (PromptPart::Text(text), _) => self.0.push(PromptPartView::Text((*text).to_owned())),
            (PromptPart::Slot(slot, trim), _) => {
                let trim = trimmed(*trim).to_owned();
                self.0.push(match slot.label() {
                    "system" => PromptPartView::System(trim),
                    _ => PromptPartView::User(trim),
                });
            }
        }
    }

    /// In one line, texts quoted.
    pub fn line(&self) -> String {
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|part| match part {
                PromptPartView::Template(text) | PromptPartView::Text(text) => format!("{text:?}"),
                PromptPartView::System(_) => "system".to_owned(),
                PromptPartView::User(_) => "user".to_owned(),
            })
            .collect();
        parts.join(" ")
    }
}

fn trimmed(trim: Trim) -> &'static str {
    match (trim.start, trim.end) {
        (false, false) => "none",
        (true, false) => "start",
        (false, true) => "end",
        (true, true) => "both",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgescore_record::Slot;

    #[test]
    fn rows_become_parts_and_a_line() {
        let mut parts = PromptParts::default();
        let trim = Trim {
            start: true,
            end: true,
        };
        for part in [
            PromptPart::Template("<s>"),
            PromptPart::Template("[INST] "),
            PromptPart::Slot(Slot::System, Trim::default()),
            PromptPart::Text("\n\n"),
            PromptPart::Slot(Slot::User, trim),
        ] {
            parts.take(&part);
        }
        assert_eq!(parts.line(), r#""<s>[INST] " system "\n\n" user"#);
        assert_eq!(
            parts.0.last(),
            Some(&PromptPartView::User("both".to_owned()))
        );
    }
}
