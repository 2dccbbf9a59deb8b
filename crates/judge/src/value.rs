//! JSON values.

use crate::json::{self, Cursor, MAX_DEPTH};

/// A JSON value (RFC 8259), nested 64 deep at most.
///
/// Stricter than the RFC in what it leaves open: a name that an object has twice and a number that is
/// infinite as f64 make a text no JSON, since which value counts would be a guess.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// A string, escapes resolved; unpaired surrogates are U+FFFD.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object: names, each once, and values in the order in which they are written.
    Object(Vec<(String, Value)>),
    /// A text that a dialect of calls leaves without a type: JSON, or a string without its quotation
    /// marks. No JSON is read as one.
    Untyped(String),
}

impl Value {
    /// `text` as one value, white space around it aside; `None` where it is not.
    pub fn parse(text: &str) -> Option<Value> {
        let (value, length) = Value::first(text)?;
        json::trim(text.get(length..)?).is_empty().then_some(value)
    }

    /// The value that `text` begins with, white space before it aside, and the bytes that it takes.
    pub fn first(text: &str) -> Option<(Value, usize)> {
        let mut cursor = Cursor { rest: text };
        let value = Value::read(&mut cursor)?;
        Some((value, text.len() - cursor.rest.len()))
    }

    /// Whether both say the same: objects whatever the order of their names, numbers by value, strings
    /// character by character.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Number(one), Value::Number(other)) => one == other,
            (Value::String(one), Value::String(other)) => one == other,
            (Value::Array(one), Value::Array(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| one.same(other))
            }
            // Each name is there once, so that one direction is enough.
            (Value::Object(one), Value::Object(theirs)) => {
                one.len() == theirs.len()
                    && one
                        .iter()
                        .all(|(name, one)| other.get(name).is_some_and(|other| one.same(other)))
            }
            (Value::Untyped(one), Value::Untyped(other)) => one == other,
            (Value::Untyped(text), Value::String(string))
            | (Value::String(string), Value::Untyped(text)) => text == string,
            (Value::Untyped(text), other) | (other, Value::Untyped(text)) => {
                bare(text).is_some_and(|value| value.same(other))
            }
            _ => false,
        }
    }

    /// The value under `name`, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let Value::Object(members) = self else {
            return None;
        };
        find(members, name)
    }

    pub(crate) fn read(cursor: &mut Cursor) -> Option<Value> {
        read(cursor, MAX_DEPTH)
    }
}

/// The value that `text` writes. Templates print truth and nothing as Python does.
fn bare(text: &str) -> Option<Value> {
    match text.trim() {
        "True" => Some(Value::Bool(true)),
        "False" => Some(Value::Bool(false)),
        "None" => Some(Value::Null),
        text => Value::parse(text),
    }
}

fn read(cursor: &mut Cursor, depth: u32) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    cursor.space();
    if cursor.rest.starts_with('"') {
        return Some(Value::String(cursor.string()?.collect()));
    }
    if cursor.take("{").is_some() {
        let mut members = Vec::new();
        cursor.list("}", |cursor| {
            let name = cursor.string()?.collect();
            cursor.space();
            cursor.take(":")?;
            insert(&mut members, name, read(cursor, depth)?)
        })?;
        return Some(Value::Object(members));
    }
    if cursor.take("[").is_some() {
        let mut values = Vec::new();
        cursor.list("]", |cursor| {
            values.push(read(cursor, depth)?);
            Some(())
        })?;
        return Some(Value::Array(values));
    }
    for (word, value) in WORDS {
        if cursor.take(word).is_some() {
            return Some(value);
        }
    }
    cursor.number().map(Value::Number)
}

/// The words of JSON.
pub(crate) const WORDS: [(&str, Value); 3] = [
    ("true", Value::Bool(true)),
    ("false", Value::Bool(false)),
    ("null", Value::Null),
];

/// The value under `name`.
pub(crate) fn find<'v>(members: &'v [(String, Value)], name: &str) -> Option<&'v Value> {
    members
        .iter()
        .find_map(|(known, value)| (known == name).then_some(value))
}

/// Adds `value` under `name`; `None` where the name is there already.
pub(crate) fn insert(members: &mut Vec<(String, Value)>, name: String, value: Value) -> Option<()> {
    if find(members, &name).is_some() {
        return None;
    }
    members.push((name, value));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        Value::parse(one)
            .unwrap()
            .same(&Value::parse(other).unwrap())
    }

    #[test]
    fn the_order_of_names_and_the_spelling_of_numbers_do_not_count() {
        assert!(same(
            r#"{"a": 5, "b": [1, null]}"#,
            r#"{"b":[1e0,null],"a":5.0}"#
        ));
        assert!(same(r#""\u00e9""#, "\"é\""));
        assert!(same("-0", "0"));
        assert!(same(" {} ", "{\n}"));
        for (one, other) in [
            ("5", "\"5\""),
            ("[1,2]", "[2,1]"),
            ("[1]", "[1,1]"),
            (r#"{"a":1}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a":1,"b":2}"#, r#"{"a":1}"#),
            (r#"{"a":1}"#, r#"{"A":1}"#),
            ("true", "1"),
            ("null", "false"),
            ("\"a\"", "\"a \""),
            ("{}", "[]"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_text_without_a_type_is_of_the_type_of_what_it_is_compared_with() {
        let untyped = |text: &str, other: &str| {
            let (one, other) = (Value::Untyped(text.into()), Value::parse(other).unwrap());
            assert_eq!(one.same(&other), other.same(&one));
            one.same(&other)
        };
        for (text, other) in [
            ("5", "5.0"),
            ("5", "\"5\""),
            ("True", "true"),
            ("false", "false"),
            ("None", "null"),
            ("[1, 2]", "[1,2]"),
            ("f-16", "\"f-16\""),
            ("", "\"\""),
        ] {
            assert!(untyped(text, other), "{text} {other}");
        }
        for (text, other) in [
            ("5 ms", "5"),
            ("f-16 ", "\"f-16\""),
            ("", "null"),
            ("yes", "true"),
        ] {
            assert!(!untyped(text, other), "{text} {other}");
        }
    }

    #[test]
    fn a_value_may_be_followed_by_text() {
        let first = |text| Value::first(text).map(|(_, length)| length);
        assert_eq!(first(" {\"a\":1} and"), Some(8));
        assert_eq!(first("12ms"), Some(2));
        assert_eq!(first("[1,2"), None);
        assert!(Value::parse("{\"a\":1} and").is_none());
    }

    #[test]
    fn what_is_not_json() {
        let deep = "[".repeat(65) + &"]".repeat(65);
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "{'a':1}",
            "01",
            "1.",
            ".5",
            "+1",
            "NaN",
            "Infinity",
            "True",
            "nul",
            "\"\n\"",
            "\"\\x\"",
            "[1 2]",
            "{\"a\" 1}",
            "1e999",
            "{\"a\":1,\"a\":1}",
            "[\"\\ud83\"]",
            &deep,
        ] {
            assert!(Value::parse(text).is_none(), "{text}");
        }
        let deepest = "[".repeat(64) + &"]".repeat(64);
        assert!(Value::parse(&deepest).is_some());
    }
}
