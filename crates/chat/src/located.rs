//! Prompts that no common parts can say: each is rendered, and its messages are found in it.

use crate::arguments::Arguments;
use crate::parts::Part;
use crate::template::{Conversation, Template, TemplateError};

/// Stand around what a content says while it is rendered: characters of the private use area, which
/// no template knows.
const FENCES: [char; 2] = ['\u{e0e2}', '\u{e0e3}'];

/// A prompt that was rendered by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Its parts; none is filled in on the board.
    pub parts: Vec<Part>,
    /// Whether all that the template made of contents is known to be text of messages. Else a
    /// content that the template changed is a part of the template's, where names of control tokens
    /// count.
    pub sure: bool,
}

/// The prompts of `conversations`. A template that changes contents is rendered with fences around them
/// as well: where that is the same prompt but for the fences, what is between them is the message's.
///
/// # Errors
/// Those of [`Template::render`]
pub fn each(
    template: &Template,
    conversations: &[Conversation],
    arguments: &Arguments,
) -> Result<Vec<Located>, TemplateError> {
    let asked = || conversations.iter().cloned();
    let plain = template.render_each(asked(), arguments)?;
    let fenced = template.render_each(asked().map(with_fences), arguments)?;
    let located =
        conversations
            .iter()
            .zip(plain)
            .zip(fenced)
            .map(|((conversation, plain), fenced)| {
                let plain = plain?;
                let same = fenced.ok().filter(|text| text.replace(FENCES, "") == plain);
                Ok(match same.and_then(|fenced| between_fences(&fenced)) {
                    Some(parts) => Located { parts, sure: true },
                    None => Located {
                        parts: locate(
                            &plain,
                            conversation
                                .messages
                                .iter()
                                .map(|message| message.content.as_str()),
                        ),
                        sure: false,
                    },
                })
            });
    located.collect()
}

/// Fences inside the white space at the ends, which templates take off.
fn with_fences(mut conversation: Conversation) -> Conversation {
    let [open, close] = FENCES;
    for message in &mut conversation.messages {
        let inner = message.content.trim();
        if let Some((before, behind)) = message
            .content
            .split_once(inner)
            .filter(|_| !inner.is_empty())
        {
            message.content = format!("{before}{open}{inner}{close}{behind}");
        }
    }
    conversation
}

/// The parts of a prompt with fences; none where they are not one behind the other.
fn between_fences(fenced: &str) -> Option<Vec<Part>> {
    let [open, close] = FENCES;
    let mut parts = Vec::new();
    let mut rest = fenced;
    while let Some((before, from)) = rest.split_once(open) {
        let (inside, behind) = from.split_once(close)?;
        if before.contains(close) || inside.contains(open) {
            return None;
        }
        parts.push(Part::Template(before.to_owned()));
        parts.push(Part::Text(inside.to_owned()));
        rest = behind;
    }
    parts.push(Part::Template(rest.to_owned()));
    parts
        .retain(|part| !matches!(part, Part::Template(text) | Part::Text(text) if text.is_empty()));
    (!rest.contains(close)).then_some(parts)
}

/// Where a message stands in a prompt as it is, or trimmed, in the order of the messages, it is text
/// of a message; all else is the template's.
fn locate<'t>(rendered: &str, texts: impl IntoIterator<Item = &'t str>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = rendered;
    for text in texts {
        let text = text.trim();
        let Some((before, behind)) = rest.split_once(text).filter(|_| !text.is_empty()) else {
            continue;
        };
        if !before.is_empty() {
            parts.push(Part::Template(before.to_owned()));
        }
        parts.push(Part::Text(text.to_owned()));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Template(rest.to_owned()));
    }
    parts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::template::Message;

    fn text(text: &str) -> Part {
        Part::Text(text.into())
    }

    fn template(text: &str) -> Part {
        Part::Template(text.into())
    }

    fn located(jinja: &str) -> Located {
        let asked = vec![Message::new("user", " a cell<end> \n")].into();
        let jinja = Template::parse(jinja).unwrap();
        let mut found = each(&jinja, &[asked], &Arguments::default()).unwrap();
        found.pop().unwrap()
    }

    #[test]
    fn a_changed_content_is_text_of_a_message() {
        for (content, inside, behind) in [
            (
                "messages[0].content | replace('cell', 'Cell')",
                "a Cell<end>",
                " \n<end>",
            ),
            ("messages[0].content | trim | upper", "A CELL<END>", "<end>"),
        ] {
            let found = located(&format!("<user>{{{{ {content} }}}}<end>"));
            let before = if behind == "<end>" {
                "<user>"
            } else {
                "<user> "
            };
            let parts = vec![template(before), text(inside), template(behind)];
            assert_eq!(found, Located { parts, sure: true }, "{content}");
        }
    }

    #[test]
    fn a_content_that_cannot_be_found_is_said_to_be_unsure() {
        for content in ["messages[0].content[3:]", "messages[0].content | length"] {
            let found = located(&format!("<user>{{{{ {content} }}}}<end>"));
            assert!(!found.sure, "{content}");
        }
    }

    #[test]
    fn messages_are_found_in_a_prompt() {
        let parts = locate("<s>be brief\n<u>why?<a>", [" be brief ", "why?"]);
        let expected = [
            template("<s>"),
            text("be brief"),
            template("\n<u>"),
            text("why?"),
            template("<a>"),
        ];
        assert_eq!(parts, expected);
        assert_eq!(locate("<u>WHY", ["why", ""]), [template("<u>WHY")]);
    }
}
