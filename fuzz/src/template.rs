//! Chat templates: no text makes the renderer panic, hang or write without bound.

use edgescore_chat::{Arguments, Message, Template};

/// Takes an input.
pub fn run(text: &str) {
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(why) => return assert!(!why.to_string().is_empty()),
    };
    let _ = template.variables();
    let messages = [
        Message::new("system", " Be brief. "),
        Message::new("user", "Which slice?"),
        Message::new("assistant", "A\n"),
    ];
    if let Err(why) = template.render(&messages, &Arguments::default()) {
        assert!(!why.to_string().is_empty());
    }
}
