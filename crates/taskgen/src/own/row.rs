//! Rows of a file of questions.

use std::fmt;

use serde_json::{Map, Value};

/// Where a row stands, in lines from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Its first line.
    pub first: usize,
    /// Its last line; the first again, unless a text has line ends.
    pub last: usize,
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => write!(f, "line {}", self.first),
            false => write!(f, "lines {} to {}", self.first, self.last),
        }
    }
}

/// A row that cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Where it stands.
    pub lines: Lines,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.lines, self.reason)
    }
}

/// How a file was understood, for people: what it is about, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Such as `answer`.
    pub about: &'static str,
    /// Such as "column `Answer`, letters".
    pub text: String,
}

impl Note {
    pub(super) fn new(about: &'static str, text: impl Into<String>) -> Note {
        Note {
            about,
            text: text.into(),
        }
    }
}

/// A row with a value for each of its columns.
pub struct Row {
    pub lines: Lines,
    pub fields: Map<String, Value>,
}

impl Row {
    /// The value of a column, or of a path such as `question.stem`. `None` where it is not there, null,
    /// or a text without characters.
    pub fn get(&self, column: &str) -> Option<&Value> {
        let value = self.fields.get(column).or_else(|| {
            let (outer, inner) = column.split_once('.')?;
            self.fields.get(outer)?.get(inner)
        })?;
        match value {
            Value::Null => None,
            Value::String(text) if text.trim().is_empty() => None,
            value => Some(value),
        }
    }

    /// The value of a column or a path, as it is.
    pub fn get_mut(&mut self, column: &str) -> Option<&mut Value> {
        if self.fields.contains_key(column) {
            return self.fields.get_mut(column);
        }
        let (outer, inner) = column.split_once('.')?;
        self.fields.get_mut(outer)?.get_mut(inner)
    }

    /// The text of a column: a string, or a number, `true` or `false` as written.
    ///
    /// # Errors
    /// That the column has a list or an object.
    pub fn text(&self, column: &str) -> Result<Option<String>, String> {
        match self.get(column) {
            None => Ok(None),
            Some(value) => match text_of(value) {
                Some(text) => Ok(Some(text)),
                None => Err(format!(
                    "column `{column}` holds a list or an object, and a text is needed"
                )),
            },
        }
    }

    /// The list or the object of a column, which CSV has as JSON.
    pub fn structure(&self, column: &str) -> Option<Value> {
        match self.get(column)? {
            Value::String(text) => match serde_json::from_str(text.trim()) {
                Ok(value @ (Value::Array(_) | Value::Object(_))) => Some(value),
                _ => None,
            },
            value @ (Value::Array(_) | Value::Object(_)) => Some(value.clone()),
            _ => None,
        }
    }
}

/// The text of a value that is no list and no object, without white space around it.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// What a file holds, before it is known what its columns mean.
#[derive(Default)]
pub struct Table {
    /// The names of the columns in the order in which they come, each once.
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// Rows that cannot be read.
    pub bad: Vec<BadRow>,
}

impl Table {
    /// Adds a row, and the columns that no row had before.
    pub fn push(&mut self, row: Row) {
        for name in row.fields.keys() {
            if !self.columns.contains(name) {
                self.columns.push(name.clone());
            }
        }
        self.rows.push(row);
    }

    /// Adds a row that cannot be read.
    pub fn push_bad(&mut self, lines: Lines, reason: impl Into<String>) {
        let reason = reason.into();
        self.bad.push(BadRow { lines, reason });
    }
}

/// `text` as a message quotes it: on one line, and not longer than a line.
pub fn quoted(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("`{}…`", text.get(..at).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}
