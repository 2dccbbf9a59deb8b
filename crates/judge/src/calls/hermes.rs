//! Hermes: an object between tags for each call, text around them or not.

use super::call::Call;
use super::{object, tags};
use crate::value::Value;

pub fn calls(text: &str) -> Option<Vec<Call>> {
    tags::between(text, "<tool_call>", "</tool_call>", |cursor, calls| {
        calls.push(object::call(
            Value::read(cursor)?,
            &["name"],
            &["arguments"],
        )?);
        Some(())
    })
}
