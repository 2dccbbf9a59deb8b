//! Calls in answers: no text makes a parser panic, and the right calls of a checked question are judged right.

use edgescore_judge::calls::{self, Parsed};
use edgescore_judge::value::Value;

/// Takes an input.
pub fn run(text: &str) {
    match calls::parse(text) {
        Parsed::Calls(dialect, made) => {
            assert!(!made.is_empty() && !dialect.name().is_empty());
        }
        Parsed::None | Parsed::Broken => {}
    }
    if let Some(value) = Value::parse(text) {
        assert!(value.same(&value));
    }
    // The first line as a function, the second as the right calls, the rest as the answer.
    let (function, rest) = crate::first_line(text);
    let (right, answer) = crate::first_line(rest);
    let functions = [function];
    let checked = calls::check(&functions, right);
    let _ = calls::judge(answer, &functions, right);
    match checked {
        Ok(()) => {
            let itself = calls::judge(right, &functions, right);
            assert!(itself.is_some_and(|judged| judged.is_right()));
        }
        Err(why) => assert!(!why.to_string().is_empty()),
    }
}
