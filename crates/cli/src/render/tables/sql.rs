//! SQL statements that make a table and fill it, for `sqlite3 FILE < report.sql`.

use std::collections::HashSet;
use std::io::Write;

use super::table::{Cell, Kind, Table};
use crate::failure::Failure;

/// Rows of one INSERT statement: SQLite takes about as long for 50 as for one.
const ROWS_AT_ONCE: usize = 50;

/// Writes `table` as a table of its name, in one transaction. The table is made if it is not
/// there, so that several reports can go into one database. What a database has of the same key, the
/// first column, is replaced: a report that is loaded twice is there once.
pub fn write(out: &mut dyn Write, table: Table) -> Result<(), Failure> {
    let name = table.name;
    let columns = table.columns.iter().map(|column| {
        let kind = match column.kind {
            Kind::Text => "TEXT",
            Kind::Int | Kind::Bool => "INTEGER",
            Kind::Real => "REAL",
        };
        format!("  \"{}\" {kind}", column.name)
    });
    let columns: Vec<String> = columns.collect();
    let mut write = |text: &str| out.write_all(text.as_bytes()).map_err(Failure::data);
    write(&format!(
        "BEGIN;\nCREATE TABLE IF NOT EXISTS \"{name}\" (\n{}\n);\n",
        columns.join(",\n")
    ))?;
    let key = table.columns.first().map_or("", |column| column.name);
    let mut replaced = HashSet::new();
    let mut inserted = 0;
    for row in table.rows {
        let cells: Vec<String> = row?.iter().map(literal).collect();
        let of = cells.first().map_or("NULL", String::as_str);
        if !replaced.contains(of) {
            let end = if inserted > 0 { ";\n" } else { "" };
            write(&format!(
                "{end}DELETE FROM \"{name}\" WHERE \"{key}\" IS {of};\n"
            ))?;
            replaced.insert(of.to_owned());
            inserted = 0;
        }
        let lead = match inserted % ROWS_AT_ONCE {
            0 if inserted == 0 => format!("INSERT INTO \"{name}\" VALUES\n"),
            0 => format!(";\nINSERT INTO \"{name}\" VALUES\n"),
            _ => ",\n".to_owned(),
        };
        write(&format!("{lead}({})", cells.join(",")))?;
        inserted += 1;
    }
    // Ends the last INSERT; after none, an empty statement is no fault.
    write(";\nCOMMIT;\n")
}

fn literal(cell: &Cell) -> String {
    match cell {
        Cell::Empty => "NULL".to_owned(),
        Cell::Text(text) => format!("'{}'", text.replace('\0', "").replace('\'', "''")),
        Cell::Int(value) => value.to_string(),
        // With a point or an exponent, so that it stays a float.
        Cell::Real(value) => format!("{value:?}"),
        Cell::Bool(value) => u8::from(*value).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::sample;

    #[test]
    fn text_cannot_end_its_quotes() {
        let mut out = Vec::new();
        sample(|table| super::write(&mut out, table)).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "BEGIN;\nCREATE TABLE IF NOT EXISTS \"sample\" (\n  \"name\" TEXT,\n  \
             \"count\" INTEGER,\n  \"share\" REAL,\n  \"right\" INTEGER\n);\n\
             DELETE FROM \"sample\" WHERE \"name\" IS 'it''s \"so\",\nyes';\n\
             INSERT INTO \"sample\" VALUES\n('it''s \"so\",\nyes',7,0.1,1);\n\
             DELETE FROM \"sample\" WHERE \"name\" IS NULL;\n\
             INSERT INTO \"sample\" VALUES\n(NULL,NULL,NULL,NULL);\nCOMMIT;\n"
        );
    }
}
