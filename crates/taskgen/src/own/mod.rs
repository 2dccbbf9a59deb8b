//! Questions of one's own: a CSV or JSON file becomes a pack. Every row that cannot be asked is told with
//! its line; what was understood is told too. docs/TASKS.md describes the forms.

mod answer;
mod columns;
mod csv;
mod draft;
mod error;
mod json;
mod options;
mod repeats;
mod row;
mod value;

use edgescore_taskpack::{Draft, DraftKind, Letter};
use serde_json::Value;

pub use answer::Base;
pub use columns::Mapped;
pub use draft::Common;
pub use error::OwnError;
pub use row::{BadRow, Lines, Note};

use answer::{How, Said};
use columns::{Columns, Role};
use draft::Asked;
use options::Options;
use row::{Row, Table};

use crate::functions;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Columns with this between them, found where it is not known.
    Csv(Option<u8>),
    /// An object a line, a list of objects, or an object of objects.
    Json,
}

/// What all questions of a file ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// One of several options.
    Choice,
    /// A number.
    Number,
    /// A text.
    Text,
    /// Calls of functions.
    Tool,
}

impl Asks {
    fn name(self) -> &'static str {
        match self {
            Asks::Choice => "choice",
            Asks::Number => "number",
            Asks::Text => "text",
            Asks::Tool => "tool",
        }
    }
}

/// What is said about a file.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its form.
    pub form: Form,
    /// What its columns are; the others are guessed.
    pub map: Vec<Mapped>,
    /// What its questions ask for; guessed where it is not said.
    pub asks: Option<Asks>,
    /// What answers are counted from; found where it is not said.
    pub base: Option<Base>,
    /// Functions that all questions offer, each as JSON.
    pub functions: Vec<String>,
    /// The words that are the same for all questions.
    pub common: Common,
}

/// What a file gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The questions that can be asked.
    pub draft: Draft,
    /// The rows that cannot, in the order of their lines.
    pub bad: Vec<BadRow>,
}

/// Reads a file. What was understood of it goes into `notes`, where there is an error too.
///
/// # Errors
/// What is wrong with the file as a whole, or what cannot be told from it.
pub fn read(bytes: &[u8], wanted: &Wanted, notes: &mut Vec<Note>) -> Result<Import, OwnError> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(OwnError::Utf16);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let before = bytes.iter().take(at).filter(|byte| **byte == b'\n');
        return Err(OwnError::Nul(before.count() + 1));
    }
    let mut table = match wanted.form {
        Form::Csv(delimiter) => {
            let is_header = |names: &[String]| columns::is_header(names, &wanted.map);
            let table = csv::read(bytes, delimiter, is_header, notes);
            table.map_err(|error| match bytes.trim_ascii_start() {
                [b'{' | b'[', ..] => OwnError::JsonAsCsv,
                _ => columns::header_error(error, &wanted.map),
            })?
        }
        Form::Json => json::read(bytes, notes)?,
    };
    if table.rows.is_empty() && table.bad.is_empty() {
        return Err(OwnError::Empty);
    }
    let mut bad = std::mem::take(&mut table.bad);
    let columns = Columns::find(&table, &wanted.map)?;
    let found = notes.len();
    notes.extend(columns.notes(&table));
    // In patterns `#` stands for a digit.
    if let (Some(column), None) = (columns.one(Role::Answer), columns.one(Role::Match)) {
        notes.extend(answer::take_marked(&mut table, column));
    }
    let asked = match table.rows.is_empty() {
        true => Vec::new(),
        false => {
            columns.needed(Role::Question, &table)?;
            let reading = Reading {
                table: &table,
                columns: &columns,
                answer: columns.needed(Role::Answer, &table)?,
                wanted,
            };
            let asks = wanted.asks.map_or_else(|| reading.guessed(), Ok)?;
            let how = if wanted.asks.is_some() {
                ""
            } else {
                ", as the columns show"
            };
            notes.insert(found, Note::new("kind", format!("{}{how}", asks.name())));
            match asks {
                Asks::Choice => reading.choices(notes, &mut bad)?,
                Asks::Tool if reading.has_no_functions() => return Err(OwnError::NoFunctions),
                asks => reading.values(asks, notes, &mut bad),
            }
        }
    };
    let draft = draft::draft(&wanted.common, &columns, asked, notes, &mut bad);
    let offered = draft.questions.iter().filter_map(|question| {
        let DraftKind::Tool { functions, .. } = &question.kind else {
            return None;
        };
        Some(functions.iter().map(String::as_str))
    });
    let unchecked = functions::unchecked(offered.flatten());
    if !unchecked.is_empty() {
        notes.push(Note::new("not checked", unchecked.join(", ")));
    }
    bad.sort_by_key(|bad| bad.lines.first);
    Ok(Import { draft, bad })
}

struct Reading<'t> {
    table: &'t Table,
    columns: &'t Columns,
    answer: &'t str,
    wanted: &'t Wanted,
}

impl<'t> Reading<'t> {
    fn guessed(&self) -> Result<Asks, OwnError> {
        let has = |role| self.columns.one(role).is_some();
        let calls = self.answer.to_lowercase().contains("calls");
        if has(Role::Functions) || calls || !self.wanted.functions.is_empty() {
            Ok(Asks::Tool)
        } else if has(Role::Options) {
            Ok(Asks::Choice)
        } else if has(Role::Unit) || has(Role::Tolerance) {
            Ok(Asks::Number)
        } else {
            self.number_or_text()
        }
    }

    /// Numbers where all answers are; an error where some of many are not, which may be slips.
    fn number_or_text(&self) -> Result<Asks, OwnError> {
        let rows = self.table.rows.iter();
        let answers = rows.filter_map(|row| Some((row.lines, row.get(self.answer)?)));
        let (numbers, others): (Vec<_>, Vec<_>) =
            answers.partition(|(_, answer)| value::is_number(answer));
        match others.first() {
            None if !numbers.is_empty() => Ok(Asks::Number),
            Some((lines, odd))
                if numbers.len() >= others.len() && self.columns.one(Role::Match).is_none() =>
            {
                let odd = row::text_of(odd).unwrap_or_else(|| odd.to_string());
                let (first, quoted) = (lines.first, row::quoted(&odd));
                Err(OwnError::SomeNumbers {
                    numbers: numbers.len(),
                    answers: numbers.len() + others.len(),
                    others: match others.len() {
                        1 => format!("line {first} is not ({quoted})"),
                        count => format!("{count} are not, the first on line {first} ({quoted})"),
                    },
                    unit: match value::has_unit(&odd) {
                        true => "; units go into a column `unit`",
                        false => "",
                    },
                })
            }
            _ => Ok(Asks::Text),
        }
    }

    fn has_no_functions(&self) -> bool {
        self.wanted.functions.is_empty() && self.columns.one(Role::Functions).is_none()
    }

    /// The answer of a row.
    fn answer(&self, row: &'t Row) -> Result<&'t Value, String> {
        let empty = || format!("the answer (column `{}`) is empty", self.answer);
        row.get(self.answer).ok_or_else(empty)
    }

    fn choices(
        &self,
        notes: &mut [Note],
        bad: &mut Vec<BadRow>,
    ) -> Result<Vec<Asked<'t>>, OwnError> {
        let columns = self.columns.all(Role::Options);
        self.columns.needed(Role::Options, self.table)?;
        let mut read = Vec::new();
        let mut fail = |row: &Row, reason| {
            let lines = row.lines;
            bad.push(BadRow { lines, reason });
        };
        for row in &self.table.rows {
            let said = self.answer(row).and_then(|answer| {
                let options = Options::of(row, columns)?;
                Ok((Said::read(answer, &options)?, options))
            });
            match said {
                Ok((said, options)) => read.push((row, said, options)),
                Err(reason) => fail(row, reason),
            }
        }
        let base = match self.wanted.base {
            Some(base) => Some(base),
            None => {
                let said = |(row, said, options): &(&Row, Said, Options)| {
                    (row.lines, *said, options.texts.len())
                };
                answer::base(&read.iter().map(said).collect::<Vec<_>>())?
            }
        };
        let (mut asked, mut ways) = (Vec::new(), Vec::<How>::new());
        for (row, said, options) in read {
            let key = said.option(base, options.texts.len());
            let key = key.map(|(index, how)| (Letter::from_index(index), how));
            match key {
                Ok((Some(key), how)) => {
                    ways.push(how);
                    let kind = DraftKind::choice(options.texts, key);
                    asked.push(Asked { row, kind });
                }
                // There are ten letters, and ten options at most.
                Ok((None, _)) => {}
                Err(reason) => fail(row, reason),
            }
        }
        let note = answer::note(self.answer, &ways, base, self.wanted.base.is_some());
        if let Some(place) = notes.iter_mut().find(|known| known.about == note.about)
            && !ways.is_empty()
        {
            *place = note;
        }
        Ok(asked)
    }

    fn values(&self, asks: Asks, notes: &mut Vec<Note>, bad: &mut Vec<BadRow>) -> Vec<Asked<'t>> {
        let (columns, functions) = (self.columns, &self.wanted.functions);
        let mut asked = Vec::new();
        for row in &self.table.rows {
            let kind = self.answer(row).and_then(|answer| match asks {
                Asks::Number => value::number(row, columns, answer),
                Asks::Tool => value::tool(row, columns, self.answer, answer, functions),
                _ => value::text(row, columns, self.answer, answer),
            });
            match kind {
                Ok(kind) => asked.push(Asked { row, kind }),
                Err(reason) => bad.push(BadRow {
                    lines: row.lines,
                    reason,
                }),
            }
        }
        notes.extend(value::too_long(&asked));
        asked
    }
}

#[cfg(test)]
mod tests;
