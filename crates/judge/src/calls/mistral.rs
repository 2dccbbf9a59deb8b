//! Mistral: a tag and an array of objects (tokenizers up to v7), or a tag, a name and an object for each
//! call (from v11), text before them or not.

use super::call::Call;
use super::{object, tags};
use crate::json::Cursor;
use crate::value::Value;

const TAG: &str = "[TOOL_CALLS]";

pub fn calls(text: &str) -> Option<Vec<Call>> {
    let (before, calls) = text.split_once(TAG)?;
    let mut cursor = Cursor { rest: calls };
    cursor.space();
    let calls = if cursor.rest.starts_with('[') {
        object::array(&mut cursor)?
    } else {
        named(&mut cursor)?
    };
    (!tags::any(before) && cursor.rest.trim().is_empty()).then_some(calls)
}

/// `f[ARGS]{}[TOOL_CALLS]g[CALL_ID]a1b2c3d4e[ARGS]{}`
fn named(cursor: &mut Cursor) -> Option<Vec<Call>> {
    let mut calls = Vec::new();
    loop {
        let (name, behind) = cursor.rest.split_once("[ARGS]")?;
        let (name, id) = name.split_once("[CALL_ID]").unwrap_or((name, ""));
        let word = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        cursor.rest = behind;
        let Value::Object(arguments) = Value::read(cursor)? else {
            return None;
        };
        if name.is_empty() || !name.chars().all(word) || !id.chars().all(word) {
            return None;
        }
        calls.push(Call {
            name: name.into(),
            arguments,
        });
        cursor.space();
        if cursor.take(TAG).is_none() {
            return Some(calls);
        }
    }
}
