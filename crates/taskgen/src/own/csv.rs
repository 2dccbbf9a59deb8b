//! Reading CSV: separators, the line with the names, quotes, and the lines of every row.

use csv::{ByteRecord, ReaderBuilder};
use serde_json::{Map, Value};

use super::error::OwnError;
use super::row::{Lines, Note, Row, Table};

/// What may stand between two columns.
const DELIMITERS: [(u8, &str); 3] = [(b',', "`,`"), (b';', "`;`"), (b'\t', "tab")];
/// Records that the separator is found by.
const TRIED: usize = 50;

/// A record with its lines and its bytes.
struct Record<'b> {
    lines: Lines,
    bytes: &'b [u8],
    fields: ByteRecord,
}

/// Reads `bytes`, which have no byte order mark. `is_header` tells whether names are those of columns.
pub fn read(
    bytes: &[u8],
    delimiter: Option<u8>,
    is_header: impl Fn(&[String]) -> bool,
    notes: &mut Vec<Note>,
) -> Result<Table, OwnError> {
    let found = delimiter.unwrap_or_else(|| detected(bytes));
    if delimiter.is_none() && found != b',' {
        let name = DELIMITERS.iter().find(|(byte, _)| *byte == found);
        notes.push(Note::new("separator", name.map_or("", |(_, name)| name)));
    }
    let mut records = Records::new(bytes, found).peekable();
    let first = records.peek().ok_or(OwnError::Empty)?;
    check_quotes(first, found)?.map_err(|reason| OwnError::Json(first.lines.first, reason))?;
    let names = names(first)?;
    let names = match is_header(&names) {
        true => {
            drop(records.next());
            distinct(names)?
        }
        false => {
            let positions = by_position(&names)?;
            let text = "none: question, options A and on, answer";
            notes.push(Note::new("header", text));
            positions
        }
    };
    let mut table = Table {
        columns: names.clone(),
        ..Table::default()
    };
    let mut blank = 0;
    for record in records {
        let quotes = check_quotes(&record, found)?;
        if quotes.is_ok()
            && record
                .fields
                .iter()
                .all(|field| field.trim_ascii().is_empty())
        {
            blank += 1;
            continue;
        }
        match quotes.and_then(|()| fields(&record, &names, found)) {
            Ok(fields) => table.push(Row {
                lines: record.lines,
                fields,
            }),
            Err(reason) => table.push_bad(record.lines, reason),
        }
    }
    match blank {
        0 => {}
        1 => notes.push(Note::new("blank", "1 row without any text left out")),
        count => {
            let text = format!("{count} rows without any text left out");
            notes.push(Note::new("blank", text));
        }
    }
    Ok(table)
}

/// The records of a file, one after the other.
struct Records<'b> {
    bytes: &'b [u8],
    reader: csv::Reader<&'b [u8]>,
    /// Bytes whose lines are counted, and the lines that begin there.
    counted: (usize, usize),
}

impl<'b> Records<'b> {
    fn new(bytes: &'b [u8], delimiter: u8) -> Records<'b> {
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        Records {
            bytes,
            reader,
            counted: (0, 1),
        }
    }

    /// The line at byte `to`, which lies behind those asked for before.
    fn line(&mut self, to: usize) -> usize {
        let (from, line) = self.counted;
        let between = self.bytes.get(from..to).unwrap_or_default();
        let ends = between.iter().filter(|byte| **byte == b'\n').count();
        self.counted = (to, line + ends);
        line + ends
    }
}

impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Record<'b>> {
        let from = self.reader.position().byte() as usize;
        let mut fields = ByteRecord::new();
        // The bytes lie in memory and columns may differ in number: nothing can fail.
        if !self.reader.read_byte_record(&mut fields).unwrap_or(false) {
            return None;
        }
        let read = self
            .bytes
            .get(from..self.reader.position().byte() as usize)?;
        let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        // A record begins behind the end of the one before and behind empty lines.
        let before = read.iter().take_while(is_end).count();
        let behind = read.iter().rev().take_while(is_end).count();
        let bytes = read.get(before..read.len() - behind)?;
        let lines = Lines {
            first: self.line(from + before),
            last: self.line(from + before + bytes.len()),
        };
        Some(Record {
            lines,
            bytes,
            fields,
        })
    }
}

/// The separator that gives the same number of columns, at least two, in most of the first records.
fn detected(bytes: &[u8]) -> u8 {
    let alike = |delimiter: u8| {
        let counts = Records::new(bytes, delimiter).take(TRIED);
        let counts: Vec<usize> = counts.map(|record| record.fields.len()).collect();
        match counts.first() {
            None | Some(0 | 1) => (0, 0),
            Some(first) => {
                let same = counts.iter().filter(|count| *count == first).count();
                (same, *first)
            }
        }
    };
    // The first of equals: max_by_key would take the last.
    let best = DELIMITERS.into_iter().rev();
    best.max_by_key(|(byte, _)| alike(*byte))
        .map_or(b',', |(byte, _)| byte)
}

/// RFC 4180: quotes stand around a whole field. The reader would take what it finds behind the closing
/// one for a part of the field, and everything behind a quote that is not closed for one field.
fn check_quotes(record: &Record, delimiter: u8) -> Result<Result<(), String>, OwnError> {
    let mut rest = record.bytes;
    for number in 1.. {
        let Some(mut inside) = rest.strip_prefix(b"\"") else {
            match rest.iter().position(|byte| *byte == delimiter) {
                Some(at) => rest = rest.get(at + 1..).unwrap_or_default(),
                None => break,
            }
            continue;
        };
        loop {
            let Some(at) = inside.iter().position(|byte| *byte == b'"') else {
                return Err(OwnError::OpenQuote(record.lines.first));
            };
            inside = inside.get(at + 1..).unwrap_or_default();
            match inside.strip_prefix(b"\"") {
                Some(behind) => inside = behind,
                None => break,
            }
        }
        match inside.split_first() {
            None => break,
            Some((byte, behind)) if *byte == delimiter => rest = behind,
            Some(_) => {
                return Ok(Err(format!(
                    "text stands behind the closing quote of column {number}: write quotes inside a \
                     text twice"
                )));
            }
        }
    }
    Ok(Ok(()))
}

fn fields(record: &Record, names: &[String], delimiter: u8) -> Result<Map<String, Value>, String> {
    let (found, wanted) = (record.fields.len(), names.len());
    if found != wanted {
        let delimiter = DELIMITERS.iter().find(|(byte, _)| *byte == delimiter);
        return Err(format!(
            "has {found} columns where {wanted} are named: put quotes around texts with {}",
            delimiter.map_or("the separator", |(_, name)| name)
        ));
    }
    let pairs = names.iter().zip(&record.fields).map(|(name, field)| {
        let text = std::str::from_utf8(field).map_err(|error| {
            let byte = field.get(error.valid_up_to()).copied().unwrap_or_default();
            format!("column `{name}` is not UTF-8 (byte 0x{byte:02X}): save the file as UTF-8")
        })?;
        Ok((name.clone(), Value::from(text)))
    });
    pairs.collect()
}

fn names(record: &Record) -> Result<Vec<String>, OwnError> {
    let names = record.fields.iter().zip(1..).map(|(field, number)| {
        let name = std::str::from_utf8(field).map_err(|_| OwnError::HeaderNotUtf8)?;
        Ok(match name.trim() {
            "" => format!("column {number}"),
            name => name.to_owned(),
        })
    });
    names.collect()
}

fn distinct(names: Vec<String>) -> Result<Vec<String>, OwnError> {
    let twice = (1..names.len()).find_map(|at| {
        let (before, rest) = names.split_at_checked(at)?;
        let name = rest.first()?;
        before.contains(name).then(|| name.clone())
    });
    twice.map_or(Ok(names), |name| Err(OwnError::SameColumn(name)))
}

/// The columns of a file without their names: a question, its options, and the letter of the right one,
/// as MMLU has them.
fn by_position(cells: &[String]) -> Result<Vec<String>, OwnError> {
    let letters: Vec<String> = ('A'..='J').map(String::from).collect();
    let options = cells.len().saturating_sub(2);
    match (letters.get(..options), cells.last()) {
        (Some(letters @ [_, _, ..]), Some(last)) if letters.contains(last) => {
            let [question, answer] = ["question", "answer"].map(str::to_owned);
            Ok([&[question], letters, &[answer]].concat())
        }
        _ => Err(OwnError::NoHeader(super::columns::listed(cells))),
    }
}
