//! From the parts of a prompt back to its messages.

use edgescore_record::{PromptPart, Slot, SystemPlace};

/// Messages by their roles.
pub type Messages = Vec<(&'static str, String)>;

/// The text of a prompt of these `parts`, and the messages in it by their roles; `system` and `user` are what
/// stands in its slots.
pub fn of(
    parts: &[PromptPart],
    place: SystemPlace,
    system: &str,
    user: &str,
) -> (String, Messages) {
    let mut text = String::new();
    // Between two pieces of the template stands a message.
    let mut contents = vec![String::new()];
    for part in parts {
        let piece = match part {
            PromptPart::Template(text) | PromptPart::Text(text) => text,
            PromptPart::Slot(Slot::System, trim) => trim.apply(system),
            PromptPart::Slot(Slot::User, trim) => trim.apply(user),
        };
        text.push_str(piece);
        match (part, contents.last_mut()) {
            (PromptPart::Template(_), _) => contents.push(String::new()),
            (_, Some(content)) => content.push_str(piece),
            (_, None) => {}
        }
    }
    contents.retain(|content| !content.is_empty());
    let own = place == SystemPlace::Own;
    let roles = ["system"].into_iter().filter(|_| own);
    let roles = roles.chain(["user", "assistant"].into_iter().cycle());
    (text, roles.zip(contents).collect())
}
