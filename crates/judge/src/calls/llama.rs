//! Llama 3: objects with `parameters`, a semicolon between them, and nothing else.

use super::call::Call;
use super::object;
use crate::json::Cursor;
use crate::value::Value;

pub fn calls(text: &str) -> Option<Vec<Call>> {
    let mut cursor = Cursor { rest: text };
    let mut calls = Vec::new();
    // Behind the tag other spellings cannot be of another dialect.
    let keys: &[&str] = match cursor.take("<|python_tag|>") {
        Some(()) => &["parameters", "arguments"],
        None => &["parameters"],
    };
    loop {
        calls.push(object::call(Value::read(&mut cursor)?, &["name"], keys)?);
        cursor.space();
        if cursor.rest.is_empty() {
            return Some(calls);
        }
        cursor.take(";")?;
    }
}
