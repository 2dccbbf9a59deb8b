//! Python's `str` and `repr` of parsed JSON, byte for byte: the reference prints Python objects
//! into its prompts.
//!
//! Numbers keep the literal's text (serde_json's `arbitrary_precision`), so that whole numbers of
//! any size keep their digits. Objects keep the file's key order; of a repeated key the first
//! position and the last value stay, as in a Python dict.

use std::fmt::Write;

use serde_json::{Number, Value};

use super::printable::is_printable;

/// Python's `str(value)`: `repr`, except that a string is bare.
pub fn str(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => repr(other),
    }
}

/// Python's `repr(value)`.
pub fn repr(value: &Value) -> String {
    let mut out = String::new();
    push(&mut out, value);
    out
}

/// Python's `repr` of a list of strings.
pub fn repr_list(items: &[String]) -> String {
    let mut out = String::new();
    push_list(&mut out, items, |out, item| push_str(out, item));
    out
}

/// Python's `bool(value)`: false for None, False, zero and everything empty.
pub fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => float(number.as_str()) != 0.0,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

fn push(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Number(number) => push_number(out, number),
        Value::String(text) => push_str(out, text),
        Value::Array(items) => push_list(out, items, push),
        Value::Object(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                push_str(out, key);
                out.push_str(": ");
                push(out, value);
            }
            out.push('}');
        }
    }
}

fn push_list<T>(out: &mut String, items: &[T], push_item: impl Fn(&mut String, &T)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        push_item(out, item);
    }
    out.push(']');
}

/// A literal with a fraction or an exponent is a Python float, any other an int.
fn push_number(out: &mut String, number: &Number) {
    let literal = number.as_str();
    if literal.contains(['.', 'e', 'E']) {
        push_float(out, float(literal));
    } else if literal == "-0" {
        out.push('0');
    } else {
        out.push_str(literal);
    }
}

/// The nearest double; infinite where the literal overflows, as in Python. Every JSON number is
/// also a Rust float literal, so the NaN does not occur.
fn float(literal: &str) -> f64 {
    literal.parse().unwrap_or(f64::NAN)
}

/// The shortest digits that read back as the same double; with an exponent of at least two digits
/// outside 1e-4 to 1e16, and always with a fraction inside.
fn push_float(out: &mut String, value: f64) {
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        let shortest = format!("{value:?}");
        let places = fraction_digits(&shortest);
        out.push_str(&even(shortest, format!("{value:.places$}"), value));
        return;
    }
    let shortest = format!("{value:e}");
    let places = fraction_digits(shortest.split('e').next().unwrap_or_default());
    let scientific = even(shortest, format!("{value:.places$e}"), value);
    let Some((digits, exponent)) = scientific.split_once('e') else {
        out.push_str(&scientific); // inf, -inf
        return;
    };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    out.push_str(&format!("{digits}e{sign}{exponent:0>2}"));
}

fn fraction_digits(digits: &str) -> usize {
    digits
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len())
}

/// Where two shortest texts are equally near, as .12 and .13 are to 155982422026436.125, Python
/// takes the one with the even last digit and Rust the larger one. Rust's rounding to a given
/// number of digits is to even; just above a power of two it may miss `value`, and then the
/// shortest text stays.
fn even(shortest: String, rounded: String, value: f64) -> String {
    if rounded.parse() == Ok(value) {
        rounded
    } else {
        shortest
    }
}

/// Single quotes, or double quotes where that saves escaping the single ones inside.
fn push_str(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            _ if character == quote => {
                out.push('\\');
                out.push(quote);
            }
            _ if is_printable(character) => out.push(character),
            _ => push_code(out, u32::from(character)),
        }
    }
    out.push(quote);
}

fn push_code(out: &mut String, code: u32) {
    // Writing to a String cannot fail.
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

#[cfg(test)]
mod tests;
