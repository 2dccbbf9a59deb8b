//! Comma-separated values (RFC 4180); an empty field is a missing value.

use std::borrow::Cow;
use std::io::Write;

use super::table::{Cell, Table};
use crate::failure::Failure;

/// Writes the titles and the rows of `table`.
pub fn write(out: &mut dyn Write, table: Table) -> Result<(), Failure> {
    let mut csv = csv::Writer::from_writer(out);
    let titles = table.columns.iter().map(|column| column.name);
    csv.write_record(titles).map_err(failure)?;
    for row in table.rows {
        for cell in row? {
            match cell {
                Cell::Empty => csv.write_field(""),
                Cell::Text(text) => csv.write_field(no_formula(&text).as_bytes()),
                Cell::Int(value) => csv.write_field(value.to_string()),
                Cell::Real(value) => csv.write_field(value.to_string()),
                Cell::Bool(value) => csv.write_field(value.to_string()),
            }
            .map_err(failure)?;
        }
        csv.write_record(None::<&[u8]>).map_err(failure)?;
    }
    csv.flush().map_err(Failure::data)
}

/// `text` as a spreadsheet shows it: one that would take it for a formula is told by an apostrophe that it is text.
fn no_formula(text: &str) -> Cow<'_, str> {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}").into(),
        false => text.into(),
    }
}

/// The error underneath, so that a closed pipe is known as one.
fn failure(error: csv::Error) -> Failure {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Failure::data(error),
        other => Failure::Data(anyhow::anyhow!("cannot write CSV: {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::sample;

    #[test]
    fn a_formula_is_text() {
        assert_eq!(super::no_formula("=1+2"), "'=1+2");
        assert_eq!(super::no_formula("a=1"), "a=1");
    }

    #[test]
    fn awkward_text_is_quoted() {
        let mut out = Vec::new();
        sample(|table| super::write(&mut out, table)).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "name,count,share,right\n\"it's \"\"so\"\",\nyes\",7,0.1,true\n,,,\n"
        );
    }
}
