//! JSON lines: one object a row; a missing value is null.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::table::{Cell, Table};
use crate::failure::Failure;

/// Writes the rows of `table`.
pub fn write(out: &mut dyn Write, table: Table) -> Result<(), Failure> {
    for row in table.rows {
        let object: Map<String, Value> = table
            .columns
            .iter()
            .map(|column| column.name.to_owned())
            .zip(row?.iter().map(value))
            .collect();
        writeln!(out, "{}", Value::Object(object)).map_err(Failure::data)?;
    }
    Ok(())
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) => json!(**text),
        Cell::Int(value) => json!(value),
        Cell::Real(value) => json!(value),
        Cell::Bool(value) => json!(value),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::sample;

    #[test]
    fn one_object_a_row() {
        let mut out = Vec::new();
        sample(|table| super::write(&mut out, table)).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"name\":\"it's \\\"so\\\",\\nyes\",\"count\":7,\"share\":0.1,\"right\":true}\n\
             {\"name\":null,\"count\":null,\"share\":null,\"right\":null}\n"
        );
    }
}
