//! Llama 3.2 and 4, Gemma 3: a list of calls in the syntax of Python, and nothing else.

use super::call::Call;
use super::python;
use crate::json::Cursor;

pub fn calls(text: &str) -> Option<Vec<Call>> {
    let mut cursor = Cursor { rest: text };
    let calls = python::list(&mut cursor)?;
    cursor.rest.is_empty().then_some(calls)
}

/// Whether `text`, which is no such list, was to be one: it begins with a bracket and a call, or all of
/// it is a call with a named argument.
pub fn attempted(text: &str) -> bool {
    let list = text.strip_prefix('[');
    let call = list.unwrap_or(text).trim_start();
    let behind = call.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_.".contains(c));
    let called = behind.len() < call.len() && behind.starts_with('(');
    called && (list.is_some() || text.ends_with(')') && text.contains('='))
}
