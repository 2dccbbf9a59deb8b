//! Calls in the syntax of Python, with literals alone as arguments.

use super::call::Call;
use crate::json::{Cursor, MAX_DEPTH};
use crate::value::{self, Value};

/// `[f(a=1), g()]`, at least one.
pub fn list(cursor: &mut Cursor) -> Option<Vec<Call>> {
    let mut calls = Vec::new();
    cursor.take("[")?;
    cursor.list("]", |cursor| {
        calls.push(call(cursor)?);
        Some(())
    })?;
    (!calls.is_empty()).then_some(calls)
}

/// `f(a=1)`; a name may have dots.
pub fn call(cursor: &mut Cursor) -> Option<Call> {
    let from = cursor.rest;
    name(cursor)?;
    while cursor.take(".").is_some() {
        name(cursor)?;
    }
    let name_of_call = from.get(..from.len() - cursor.rest.len())?;
    let mut arguments = Vec::new();
    cursor.take("(")?;
    cursor.list(")", |cursor| {
        let key = name(cursor)?;
        cursor.space();
        cursor.take("=")?;
        value::insert(&mut arguments, key.into(), literal(cursor, MAX_DEPTH)?)
    })?;
    Some(Call {
        name: name_of_call.into(),
        arguments,
    })
}

fn name<'t>(cursor: &mut Cursor<'t>) -> Option<&'t str> {
    let text = cursor.rest;
    let of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    cursor.rest = text.trim_start_matches(of_name);
    let name = text.get(..text.len() - cursor.rest.len())?;
    name.starts_with(|c: char| !c.is_ascii_digit())
        .then_some(name)
}

/// A literal of Python. LFM2's template writes dictionaries as JSON, so that its words count too.
fn literal(cursor: &mut Cursor, depth: u32) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    cursor.space();
    for quote in ['"', '\''] {
        if let Some(inside) = cursor.rest.strip_prefix(quote) {
            cursor.rest = inside;
            return string(cursor, quote).map(Value::String);
        }
    }
    if cursor.take("[").is_some() {
        let mut values = Vec::new();
        cursor.list("]", |cursor| {
            values.push(literal(cursor, depth)?);
            Some(())
        })?;
        return Some(Value::Array(values));
    }
    if cursor.take("{").is_some() {
        let mut members = Vec::new();
        cursor.list("}", |cursor| {
            let Value::String(key) = literal(cursor, depth)? else {
                return None;
            };
            cursor.space();
            cursor.take(":")?;
            value::insert(&mut members, key, literal(cursor, depth)?)
        })?;
        return Some(Value::Object(members));
    }
    let words = [
        ("True", Value::Bool(true)),
        ("False", Value::Bool(false)),
        ("None", Value::Null),
    ];
    for (word, value) in words.into_iter().chain(value::WORDS) {
        if cursor.take(word).is_some() {
            return Some(value);
        }
    }
    cursor.number().map(Value::Number)
}

/// The rest of a string that ends with `quote`. An escape that Python does not know stays as it is.
fn string(cursor: &mut Cursor, quote: char) -> Option<String> {
    let mut text = String::new();
    let mut characters = cursor.rest.chars();
    loop {
        match characters.next()? {
            c if c == quote => break,
            '\n' | '\r' => return None,
            '\\' => match characters.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                c @ ('\\' | '\'' | '"') => text.push(c),
                c @ ('x' | 'u' | 'U') => {
                    let digits = match c {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let mut code = 0u32;
                    for _ in 0..digits {
                        code = code.checked_mul(16)? + characters.next()?.to_digit(16)?;
                    }
                    text.push(char::from_u32(code)?);
                }
                'a' | 'b' | 'f' | 'v' | 'N' | '\n' | '\r' | '0'..='7' => return None,
                c => text.extend(['\\', c]),
            },
            c => text.push(c),
        }
    }
    cursor.rest = characters.as_str();
    Some(text)
}
