//! Granite 3: a tag, an array of objects, and nothing else.

use super::call::Call;
use super::object;
use crate::json::Cursor;

pub fn calls(text: &str) -> Option<Vec<Call>> {
    let mut cursor = Cursor { rest: text };
    let tag = cursor
        .take("<|tool_call|>")
        .or_else(|| cursor.take("<tool_call>"));
    tag?;
    let calls = object::array(&mut cursor)?;
    cursor.rest.trim().is_empty().then_some(calls)
}
