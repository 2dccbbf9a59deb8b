//! Reading JSON: an object a line, a list of objects, an object of objects, and sample files of
//! lm-evaluation-harness.

use edgescore_judge::value;
use serde_json::{Deserializer, Map, Value};

use super::error::OwnError;
use super::row::{Lines, Note, Row, Table, quoted};

/// Reads `bytes`, which have no byte order mark.
pub fn read(bytes: &[u8], notes: &mut Vec<Note>) -> Result<Table, OwnError> {
    let mut table = Rows::default();
    match is_document(bytes) {
        true => document(bytes, &mut table)?,
        false => {
            for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
                if !line.trim_ascii().is_empty() {
                    let lines = Lines {
                        first: number,
                        last: number,
                    };
                    table.line(line, lines);
                }
            }
        }
    }
    if table.table.rows.is_empty() {
        no_rows(bytes)?;
    }
    if let Some(first) = &table.filter {
        notes.push(Note::new("harness", "the questions are in `doc`"));
        if table.filtered > 0 {
            let text = format!(
                "{} lines left out: they have the same questions as those of filter {first}",
                table.filtered
            );
            notes.push(Note::new("filters", text));
        }
    }
    Ok(table.table)
}

/// Refuses a file that begins with something else than JSON, which none of its lines is.
fn no_rows(bytes: &[u8]) -> Result<(), OwnError> {
    let mut lines = bytes.split(|byte| *byte == b'\n').zip(1..);
    let first = lines.find(|(line, _)| !line.trim_ascii().is_empty());
    match first.map(|(line, number)| (line.trim_ascii(), number)) {
        None | Some(([b'{' | b'[', ..], _)) => Ok(()),
        Some((line, number)) => {
            let line = quoted(&String::from_utf8_lossy(line));
            Err(OwnError::NoJson(number, line))
        }
    }
}

/// Whether the file is one JSON value over several lines, or a list: no object a line.
fn is_document(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii();
    if bytes.starts_with(b"[") {
        return true;
    }
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    match serde_json::from_slice::<Value>(first) {
        // One line alone is a row, unless it is an object of rows.
        Ok(Value::Object(fields)) => {
            lines.next().is_none()
                && !fields.is_empty()
                && fields.values().all(Value::is_object)
                && !fields.contains_key("doc")
        }
        Ok(_) => false,
        Err(error) => {
            let second = lines.next().unwrap_or_default().trim_ascii();
            error.is_eof() && !second.is_empty() && !second.starts_with(b"{")
        }
    }
}

#[derive(Default)]
struct Rows {
    table: Table,
    /// The first filter of a file of lm-evaluation-harness.
    filter: Option<String>,
    /// Lines of other filters.
    filtered: usize,
}

impl Rows {
    fn line(&mut self, line: &[u8], lines: Lines) {
        let text = match std::str::from_utf8(line) {
            Ok(text) => text,
            Err(error) => {
                let byte = line.get(error.valid_up_to()).copied().unwrap_or_default();
                let reason = format!("is not UTF-8 (byte 0x{byte:02X}): save the file as UTF-8");
                return self.table.push_bad(lines, reason);
            }
        };
        match serde_json::from_str(text) {
            Ok(value) => self.value(value, text, lines, None),
            Err(error) => {
                let reason = format!("is not JSON: {} (column {})", plain(&error), error.column());
                self.table.push_bad(lines, reason);
            }
        }
    }

    /// Adds the row that `value` is, written as `text`, under `key` where it has one.
    fn value(&mut self, value: Value, text: &str, lines: Lines, key: Option<String>) {
        let Value::Object(mut fields) = value else {
            return self
                .table
                .push_bad(lines, "is no JSON object: write {\"question\": ...}");
        };
        // serde_json takes the last of two values of one name in silence.
        if value::Value::parse(text).is_none() {
            let reason = "an object has a name twice, or is nested deeper than 64: which value \
                          counts cannot be told";
            return self.table.push_bad(lines, reason);
        }
        if let Some(key) = key
            && !fields.contains_key("id")
        {
            fields.insert("id".to_owned(), key.into());
        }
        if let Some(doc) = doc(&fields) {
            let filter = fields.get("filter").and_then(Value::as_str);
            let filter = filter.unwrap_or("none");
            if *self.filter.get_or_insert_with(|| filter.to_owned()) != filter {
                self.filtered += 1;
                return;
            }
            fields = doc;
        }
        self.table.push(Row { lines, fields });
    }
}

/// The question in a line of `lm_eval --log_samples`: the task's own fields, with the target and the
/// number of the document where it has no such fields itself.
fn doc(line: &Map<String, Value>) -> Option<Map<String, Value>> {
    let harness = ["doc_id", "arguments", "target", "resps"];
    if !harness.iter().any(|name| line.contains_key(*name)) {
        return None;
    }
    let mut doc = line.get("doc")?.as_object()?.clone();
    for (from, to) in [("target", "target"), ("doc_id", "id")] {
        if let Some(value) = line.get(from)
            && !doc.contains_key(to)
        {
            doc.insert(to.to_owned(), value.clone());
        }
    }
    Some(doc)
}

/// Reads a list or an object of rows, so that the lines of each are known.
fn document(bytes: &[u8], rows: &mut Rows) -> Result<(), OwnError> {
    let mut cursor = Cursor {
        bytes,
        at: 0,
        line: 1,
    };
    let close = match cursor.next() {
        Some(b'[') => b']',
        Some(b'{') => b'}',
        _ => return Err(OwnError::Form),
    };
    cursor.step();
    if cursor.next() == Some(close) {
        return Err(OwnError::Empty);
    }
    loop {
        let mut key = None;
        if close == b'}' {
            let (name, _, _) = cursor.value()?;
            let Value::String(name) = name else {
                return Err(OwnError::Json(cursor.line, "a name is needed here".into()));
            };
            key = Some(name);
            cursor.expect(b':')?;
        }
        let (value, text, lines) = cursor.value()?;
        if close == b'}' && !value.is_object() {
            return Err(OwnError::Form);
        }
        rows.value(value, text, lines, key);
        if cursor.next() == Some(close) {
            cursor.step();
            return match cursor.next() {
                None => Ok(()),
                Some(_) => Err(OwnError::Json(
                    cursor.line,
                    "more stands behind the end".into(),
                )),
            };
        }
        cursor.expect(b',')?;
    }
}

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
    line: usize,
}

impl<'b> Cursor<'b> {
    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Some(*byte);
            }
            self.line += usize::from(*byte == b'\n');
            self.at += 1;
        }
        None
    }

    fn step(&mut self) {
        self.at += 1;
    }

    fn expect(&mut self, byte: u8) -> Result<(), OwnError> {
        match self.next() {
            Some(found) if found == byte => {
                self.step();
                Ok(())
            }
            _ => {
                let what = format!("`{}` is needed here", char::from(byte));
                Err(OwnError::Json(self.line, what))
            }
        }
    }

    /// A value, its text, and its lines.
    fn value(&mut self) -> Result<(Value, &'b str, Lines), OwnError> {
        self.next();
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut values = Deserializer::from_slice(rest).into_iter::<Value>();
        let value = match values.next() {
            Some(Ok(value)) => value,
            Some(Err(error)) => {
                let line = self.line + error.line().saturating_sub(1);
                return Err(OwnError::Json(line, plain(&error)));
            }
            None => return Err(OwnError::Json(self.line, "the file ends here".into())),
        };
        let taken = rest.get(..values.byte_offset()).unwrap_or_default();
        let first = self.line;
        self.line += taken.iter().filter(|byte| **byte == b'\n').count();
        self.at += taken.len();
        let lines = Lines {
            first,
            last: self.line,
        };
        // serde_json took it, so that it is UTF-8.
        Ok((value, std::str::from_utf8(taken).unwrap_or_default(), lines))
    }
}

/// What serde_json says, without the place, which it counts from elsewhere.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((what, _)) => what.to_owned(),
        None => text,
    }
}
