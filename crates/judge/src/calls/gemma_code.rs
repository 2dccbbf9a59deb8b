//! Gemma 3: a fenced block `tool_code` with a call in the syntax of Python on each line, or a list of
//! them, text around it or not.

use super::call::Call;
use super::{python, tags};

const FENCE: &str = "```";

pub fn calls(text: &str) -> Option<Vec<Call>> {
    tags::between(text, "```tool_code", FENCE, |cursor, calls| {
        if cursor.rest.starts_with('[') {
            calls.append(&mut python::list(cursor)?);
            return Some(());
        }
        loop {
            calls.push(python::call(cursor)?);
            let behind = cursor.rest;
            cursor.space();
            if cursor.rest.starts_with(FENCE) {
                return Some(());
            }
            let line = behind.len() - cursor.rest.len();
            if !behind.get(..line)?.contains('\n') {
                cursor.take(";")?;
                cursor.space();
            }
        }
    })
}
