//! Chat templates: no text makes the renderer panic, hang or write without bound.
#![no_main]

use edgescore_chat::{Arguments, Message, Template};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
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
});
