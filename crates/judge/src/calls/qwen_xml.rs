//! Qwen 3.5 and Qwen3-Coder: tags around the function and each argument, whose types are not written.

use super::call::Call;
use super::tags;
use crate::json::Cursor;
use crate::value::{self, Value};

/// `<tool_call><function=f><parameter=a>1</parameter></function></tool_call>`, a tag a line; text
/// around the calls or not.
pub fn calls(text: &str) -> Option<Vec<Call>> {
    tags::between(text, "<tool_call>", "</tool_call>", |cursor, calls| {
        let name = named(cursor, "<function=")?;
        let mut arguments = Vec::new();
        cursor.space();
        while cursor.take("</function>").is_none() {
            let name = named(cursor, "<parameter=")?;
            let (text, behind) = cursor.rest.split_once("</parameter>")?;
            if tags::any(text) || text.contains("<parameter=") {
                return None;
            }
            cursor.rest = behind;
            value::insert(&mut arguments, name, Value::Untyped(line(text).into()))?;
            cursor.space();
        }
        calls.push(Call { name, arguments });
        Some(())
    })
}

/// The name in a tag such as `<function=f>`.
fn named(cursor: &mut Cursor, open: &str) -> Option<String> {
    cursor.take(open)?;
    let (name, behind) = cursor.rest.split_once('>')?;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || "<=\"'".contains(c)) {
        return None;
    }
    cursor.rest = behind;
    Some(name.into())
}

/// `text` without the line ends that set it apart from its tags.
fn line(text: &str) -> &str {
    let text = text.strip_prefix('\n').unwrap_or(text);
    text.strip_suffix('\n').unwrap_or(text)
}
