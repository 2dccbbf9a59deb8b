//! JSON alone: an object or an array of objects, also as the OpenAI interface has them.

use super::call::Call;
use super::object;
use crate::value::{self, Value};

const NAMES: [&str; 2] = ["name", "function"];
const ARGUMENTS: [&str; 3] = ["arguments", "parameters", "args"];
/// What else begins a call or holds several.
const OTHERS: [&str; 2] = ["tool_calls", "function_call"];

pub fn calls(text: &str) -> Option<Vec<Call>> {
    let mut calls = Vec::new();
    for value in items(Value::parse(text)?)? {
        calls.push(item(value)?);
    }
    (!calls.is_empty()).then_some(calls)
}

/// The calls of an array, of a message with `tool_calls`, or the one call that `value` may be.
fn items(value: Value) -> Option<Vec<Value>> {
    let members = match value {
        Value::Array(items) => return Some(items),
        Value::Object(members) if value::find(&members, "tool_calls").is_some() => members,
        value => return Some(vec![value]),
    };
    let mut items = None;
    for (key, value) in members {
        match (&*key, value) {
            ("tool_calls", Value::Array(calls)) => items = Some(calls),
            ("role" | "content", _) => {}
            _ => return None,
        }
    }
    items
}

/// A call, or the `function` of an object that is one. There alone the arguments may be a string of JSON,
/// as the OpenAI interface has them.
fn item(item: Value) -> Option<Call> {
    if !matches!(item.get("function"), Some(Value::Object(_))) {
        return object::call(item, &NAMES, &ARGUMENTS);
    }
    let Value::Object(members) = item else {
        return None;
    };
    let mut function = None;
    for (key, value) in members {
        match (&*key, value) {
            ("function", Value::Object(members)) => function = Some(members),
            ("type" | "id" | "index", _) => {}
            _ => return None,
        }
    }
    let mut function = function?;
    for (key, value) in &mut function {
        if let ("arguments", Value::String(json)) = (&**key, &*value) {
            *value = Value::parse(json)?;
        }
    }
    object::call(Value::Object(function), &["name"], &ARGUMENTS)
}

/// Whether `text`, which is no call, was to be one: JSON whose members are those of calls, broken JSON
/// that begins with one of them, or any text with a name and arguments in an object.
pub fn attempted(text: &str) -> bool {
    let Some(value) = Value::parse(text) else {
        let has = |keys: &[&str]| keys.iter().any(|key| has_key(text, key));
        return first_key_is_of_call(text) || text.contains('{') && has(&NAMES) && has(&ARGUMENTS);
    };
    match &value {
        Value::Array(items) => items.iter().any(of_call),
        value => of_call(value),
    }
}

fn first_key_is_of_call(text: &str) -> bool {
    let text = text.strip_prefix("```").unwrap_or(text);
    let text = text.strip_prefix("json").unwrap_or(text);
    let key = text.trim_start_matches(|c: char| c.is_whitespace() || c == '[');
    let key = key.strip_prefix('{').unwrap_or("").trim_start();
    let key = key.strip_prefix(['"', '\'']).unwrap_or("");
    let mut keys = NAMES.iter().chain(&ARGUMENTS).chain(&OTHERS);
    keys.any(|known| {
        key.strip_prefix(known)
            .is_some_and(|rest| rest.starts_with(['"', '\'']))
    })
}

fn of_call(value: &Value) -> bool {
    let Value::Object(members) = value else {
        return false;
    };
    let has = |keys: &[&str]| keys.iter().any(|key| value.get(key).is_some());
    let names_alone = has(&NAMES)
        && members
            .iter()
            .all(|(key, _)| NAMES.contains(&&**key) || matches!(&**key, "id" | "type"));
    value.get("answer").is_none() && (has(&ARGUMENTS) || has(&OTHERS) || names_alone)
}

/// Whether `key` stands in `text` between quotation marks and before a colon.
fn has_key(text: &str, key: &str) -> bool {
    text.match_indices(key).any(|(at, key)| {
        let before = text.get(..at).unwrap_or("");
        let behind = text.get(at + key.len()..).unwrap_or("");
        ['"', '\''].iter().any(|quote| {
            let colon = behind.strip_prefix(*quote).map(str::trim_start);
            before.ends_with(*quote) && colon.is_some_and(|colon| colon.starts_with(':'))
        })
    })
}
