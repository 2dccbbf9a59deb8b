//! The tags with which models mark calls.

use super::call::Call;
use super::dialect::Dialect;
use crate::json::Cursor;

/// What a call begins with.
const OPENING: [(&str, Dialect); 8] = [
    ("<tool_call>", Dialect::Hermes),
    ("<|python_tag|>", Dialect::LlamaJson),
    ("[TOOL_CALLS]", Dialect::Mistral),
    ("<|tool_call_start|>", Dialect::Lfm2),
    ("```tool_code", Dialect::GemmaCode),
    ("<start_function_call>", Dialect::FunctionGemma),
    ("<|tool_call>", Dialect::Gemma4),
    ("<|tool_call|>", Dialect::Granite),
];

/// Ends of calls, and tags of dialects that are not read, one a line.
const OTHERS: &str = "\
</tool_call>
<tool_call|>
<|tool_call_end|>
<end_function_call>
[ARGS]
[CALL_ID]
[TOOL_CALL]
[TOOL_REQUEST]
```tool_call
```tool_use
```function_call
<tool_calls>
<tool_code>
<tool_use>
<toolcall>
<call_tool>
<function_call>
<function_calls>
<function=
<function name=
<invoke 
<|tool_calls
<|tools_prefix|>
<|START_ACTION|>
<\u{ff5c}tool\u{2581}call
<minimax:tool_call>
functools[
to=functions.";

/// The dialect of the first tag in `text` that opens a call.
pub fn first(text: &str) -> Option<Dialect> {
    let found = OPENING
        .iter()
        .filter_map(|(tag, dialect)| Some((text.find(tag)?, tag, *dialect)));
    let (at, tag, dialect) = found.min_by_key(|(at, ..)| *at)?;
    let behind = text.get(at + tag.len()..)?;
    // Granite 3.1 writes its list behind the tag of Hermes, Qwen 3.5 its XML.
    let behind = behind.trim_start();
    Some(match dialect {
        Dialect::Hermes if behind.starts_with('[') => Dialect::Granite,
        Dialect::Hermes if behind.starts_with("<function=") => Dialect::QwenXml,
        dialect => dialect,
    })
}

/// Whether there is any tag in `text`.
pub fn any(text: &str) -> bool {
    let opening = OPENING.iter().map(|(tag, _)| *tag);
    opening.chain(OTHERS.lines()).any(|tag| text.contains(tag))
}

/// The calls between pairs of `open` and `close`; what stands outside of them is text without tags.
pub fn between(
    text: &str,
    open: &str,
    close: &str,
    read: impl Fn(&mut Cursor, &mut Vec<Call>) -> Option<()>,
) -> Option<Vec<Call>> {
    let mut calls = Vec::new();
    let mut cursor = Cursor { rest: text };
    while let Some((outside, inside)) = cursor.rest.split_once(open) {
        if any(outside) {
            return None;
        }
        cursor.rest = inside;
        cursor.space();
        read(&mut cursor, &mut calls)?;
        cursor.space();
        cursor.take(close)?;
    }
    (!any(cursor.rest)).then_some(calls)
}
