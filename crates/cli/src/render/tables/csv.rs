//! Comma-separated values (RFC 4180); an empty field is a missing value.

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
                Cell::Text(text) => csv.write_field(text.as_bytes()),
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
    fn awkward_text_is_quoted() {
        let mut out = Vec::new();
        sample(|table| super::write(&mut out, table)).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "name,count,share,right\n\"it's \"\"so\"\",\nyes\",7,0.1,true\n,,,\n"
        );
    }
}
