//! The formats of what commands write, and the endings of their files.

use std::path::Path;

use anyhow::anyhow;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::failure::Failure;
use crate::output::{Content, Output};
use crate::suggest::did_you_mean;

/// How something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text and tables for people.
    Table,
    /// One JSON object.
    Json,
    /// A JSON object a line.
    Jsonl,
    /// Comma-separated values.
    Csv,
    /// Markdown.
    Md,
    /// SQL statements.
    Sql,
    /// Apache Parquet.
    Parquet,
    /// A page for a browser.
    Html,
}

use Format::{Csv, Html, Json, Jsonl, Md, Parquet, Sql, Table};

/// What a page is written as.
pub const PAGE: &[Format] = &[Table, Json, Md];
/// What rows are written as, beside that.
pub const ROWS: &[Format] = &[Table, Json, Jsonl, Csv, Md, Sql, Parquet];
/// Every format.
pub const ALL: &[Format] = &[Table, Json, Jsonl, Csv, Md, Sql, Parquet, Html];

impl Format {
    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Table => "table",
            Json => "json",
            Jsonl => "jsonl",
            Csv => "csv",
            Md => "md",
            Sql => "sql",
            Parquet => "parquet",
            Html => "html",
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Table => "Tables for reading",
            Json => "One JSON object (that of a report: docs/report.schema.json)",
            Jsonl => "One JSON object a row",
            Csv => "Comma-separated values",
            Md => "Markdown",
            Sql => {
                "SQL statements for sqlite3; loaded again, they replace the rows of the same runs"
            }
            Parquet => "Apache Parquet; of a report one row a question",
            Html => "A page for a browser, in one file",
        }
    }

    /// The endings of its files.
    const fn endings(self) -> &'static [&'static str] {
        match self {
            Table => &["txt"],
            Json => &["json"],
            Jsonl => &["jsonl", "ndjson"],
            Csv => &["csv"],
            Md => &["md"],
            Sql => &["sql"],
            Parquet => &["parquet"],
            Html => &["html", "htm"],
        }
    }

    /// Whether a terminal can show it.
    pub fn content(self) -> Content {
        match self {
            Parquet => Content::Binary,
            _ => Content::Text,
        }
    }
}

/// A parser of the names of `formats`.
pub fn names(formats: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    let values = formats
        .iter()
        .map(|format| PossibleValue::new(format.name()).help(format.help()));
    PossibleValuesParser::new(values).try_map(move |name| {
        let mut all = formats.iter();
        let found = all.find(|format| format.name() == name);
        found.copied().ok_or("not one of the values")
    })
}

/// The file to write, if there is one, and in which of `formats`: the one that is `asked` for, else
/// what the ending of the file says, else the first. Refuses an ending that says none of them, and a
/// file that may not be written.
pub fn choose<'o>(
    asked: Option<Format>,
    output: &'o Output,
    formats: &[Format],
) -> Result<(Option<&'o Path>, Format), Failure> {
    let by_ending = match (asked, output.path()) {
        (None, Some(path)) => of_ending(path, formats)?,
        _ => None,
    };
    let first = formats.first().copied().unwrap_or(Table);
    Ok((output.checked()?, asked.or(by_ending).unwrap_or(first)))
}

/// What the ending of `path` says; nothing where it has none.
pub fn of_ending(path: &Path, formats: &[Format]) -> Result<Option<Format>, Failure> {
    let Some(ending) = path.extension() else {
        return Ok(None);
    };
    let ending = ending.to_string_lossy().to_lowercase();
    let known = |format: &&Format| format.endings().contains(&ending.as_str());
    if let Some(format) = formats.iter().find(known) {
        return Ok(Some(*format));
    }
    let endings = || formats.iter().flat_map(|format| format.endings()).copied();
    let meant = did_you_mean(&ending, endings());
    let all: Vec<String> = endings().map(|ending| format!(".{ending}")).collect();
    let remedy = match formats {
        [_] => "",
        _ => ", or say the format with --format",
    };
    Err(Failure::Usage(anyhow!(
        "{}: .{ending} is none of the formats that this command writes{meant}; use the ending {}{remedy}",
        path.display(),
        all.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_says_one_format() {
        let endings: Vec<_> = ALL.iter().flat_map(|format| format.endings()).collect();
        for ending in &endings {
            assert_eq!(endings.iter().filter(|other| *other == ending).count(), 1);
        }
        let of = |name: &str| of_ending(Path::new(name), ALL);
        assert_eq!(of("a/b.HTM").unwrap(), Some(Html));
        assert_eq!(of("report").unwrap(), None);
        let error = of("x.pdf").unwrap_err().to_string();
        assert!(
            error.contains("x.pdf") && error.contains(".parquet") && error.contains("--format")
        );
        let error = of_ending(Path::new("x.csv"), PAGE).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("use the ending .txt, .json, .md")
        );
    }
}
