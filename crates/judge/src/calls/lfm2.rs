//! LFM2: a list of calls in the syntax of Python between tags, text around them or not.

use super::call::Call;
use super::{python, tags};

pub fn calls(text: &str) -> Option<Vec<Call>> {
    tags::between(
        text,
        "<|tool_call_start|>",
        "<|tool_call_end|>",
        |cursor, calls| {
            calls.append(&mut python::list(cursor)?);
            Some(())
        },
    )
}
