//! A flat table.

use std::sync::Arc;

use crate::failure::Failure;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// A whole number of 64 bits.
    Int,
    /// A finite 64-bit float.
    Real,
    /// True or false.
    Bool,
}

/// A column: its name, with the unit where there is one, and its kind.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The name.
    pub name: &'static str,
    /// The kind of every cell that is not empty.
    pub kind: Kind,
}

/// A column called `name`.
pub const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// There is none: NULL.
    Empty,
    /// Text, shared between the rows that repeat it.
    Text(Arc<str>),
    /// A whole number.
    Int(i64),
    /// A float.
    Real(f64),
    /// True or false.
    Bool(bool),
}

/// A table whose rows come one at a time, so that its length does not matter.
pub struct Table<'a> {
    /// Name of the table.
    pub name: &'static str,
    /// Its columns. The first is the key: what a row belongs to, such as the id of its run.
    pub columns: &'static [Column],
    /// Its rows; each has a cell for every column, of the column's kind or empty.
    pub rows: &'a mut dyn Iterator<Item = Result<Vec<Cell>, Failure>>,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.into())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Cell {
        Cell::Text(text.as_str().into())
    }
}

impl From<&Arc<str>> for Cell {
    fn from(text: &Arc<str>) -> Cell {
        Cell::Text(text.clone())
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Cell {
        if value.is_finite() {
            Cell::Real(value)
        } else {
            Cell::Empty
        }
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Cell {
        Cell::Bool(value)
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Cell {
        i64::try_from(value).map_or(Cell::Empty, Cell::Int)
    }
}

impl From<u32> for Cell {
    fn from(value: u32) -> Cell {
        Cell::Int(value.into())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Empty, T::into)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        column("name", Kind::Text),
        column("count", Kind::Int),
        column("share", Kind::Real),
        column("right", Kind::Bool),
    ];

    /// Two rows, one of awkward text, one empty.
    pub fn sample<T>(with: impl FnOnce(Table) -> T) -> T {
        let rows = vec![
            Ok(vec![
                "it's \"so\",\nyes".into(),
                7u32.into(),
                0.1.into(),
                true.into(),
            ]),
            Ok(vec![Cell::Empty, Cell::Empty, f64::NAN.into(), Cell::Empty]),
        ];
        with(Table {
            name: "sample",
            columns: &COLUMNS,
            rows: &mut rows.into_iter(),
        })
    }
}
