//! A call as a JSON object.

use super::call::Call;
use crate::json::Cursor;
use crate::value::Value;

/// The call that `object` is: a name and, under one of the keys `arguments`, an object. `None` where it
/// is none, or has a member that no call has.
pub fn call(object: Value, names: &[&str], arguments: &[&str]) -> Option<Call> {
    let Value::Object(members) = object else {
        return None;
    };
    let mut name = None;
    let mut given = None;
    for (key, value) in members {
        match value {
            Value::String(value) if names.contains(&&*key) && name.is_none() => name = Some(value),
            Value::Object(value) if arguments.contains(&&*key) && given.is_none() => {
                given = Some(value);
            }
            Value::String(_) if matches!(&*key, "id" | "type") => {}
            _ => return None,
        }
    }
    Some(Call {
        name: name.filter(|name| !name.is_empty())?,
        arguments: given?,
    })
}

/// The calls that `items` are, with `name` and `arguments` each.
pub fn calls(items: Vec<Value>) -> Option<Vec<Call>> {
    let mut calls = Vec::new();
    for item in items {
        calls.push(call(item, &["name"], &["arguments"])?);
    }
    Some(calls)
}

/// The calls of an array, at least one.
pub fn array(cursor: &mut Cursor) -> Option<Vec<Call>> {
    let Value::Array(items) = Value::read(cursor)? else {
        return None;
    };
    calls(items).filter(|calls| !calls.is_empty())
}
