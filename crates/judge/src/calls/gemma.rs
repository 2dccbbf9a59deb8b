//! FunctionGemma and Gemma 4: names without quotation marks, and strings between two of a token that no
//! string has, so that nothing is escaped. Text around the calls or not.

use super::call::Call;
use super::tags;
use crate::json::{Cursor, MAX_DEPTH};
use crate::value::{self, Value};

/// `<start_function_call>call:f{a:<escape>x<escape>}<end_function_call>`
pub fn function_gemma(text: &str) -> Option<Vec<Call>> {
    calls(
        text,
        "<start_function_call>",
        "<end_function_call>",
        "<escape>",
    )
}

/// `<|tool_call>call:f{a:<|"|>x<|"|>,b:3}<tool_call|>`
pub fn gemma_4(text: &str) -> Option<Vec<Call>> {
    calls(text, "<|tool_call>", "<tool_call|>", "<|\"|>")
}

fn calls(text: &str, open: &str, close: &str, quote: &str) -> Option<Vec<Call>> {
    tags::between(text, open, close, |cursor, calls| {
        cursor.take("call:")?;
        let (name, behind) = cursor.rest.split_once('{')?;
        let of_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if name.is_empty() || !name.chars().all(of_name) {
            return None;
        }
        cursor.rest = behind;
        let arguments = members(cursor, quote, MAX_DEPTH)?;
        calls.push(Call {
            name: name.into(),
            arguments,
        });
        Some(())
    })
}

fn members(cursor: &mut Cursor, quote: &str, depth: u32) -> Option<Vec<(String, Value)>> {
    let mut members = Vec::new();
    cursor.list("}", |cursor| {
        let (name, behind) = cursor.rest.split_once(':')?;
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || "{}[]<>,\"'".contains(c))
        {
            return None;
        }
        cursor.rest = behind;
        value::insert(&mut members, name.into(), element(cursor, quote, depth)?)
    })?;
    Some(members)
}

fn element(cursor: &mut Cursor, quote: &str, depth: u32) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    cursor.space();
    if cursor.take(quote).is_some() {
        let (string, behind) = cursor.rest.split_once(quote)?;
        cursor.rest = behind;
        return Some(Value::String(string.into()));
    }
    if cursor.take("{").is_some() {
        return members(cursor, quote, depth).map(Value::Object);
    }
    if cursor.take("[").is_some() {
        let mut values = Vec::new();
        cursor.list("]", |cursor| {
            values.push(element(cursor, quote, depth)?);
            Some(())
        })?;
        return Some(Value::Array(values));
    }
    // A template written in Jinja prints nothing as None.
    for (word, value) in value::WORDS.into_iter().chain([("None", Value::Null)]) {
        if cursor.take(word).is_some() {
            return Some(value);
        }
    }
    cursor.number().map(Value::Number)
}
