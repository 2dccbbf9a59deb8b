//! Apache Parquet, for DuckDB, Spark and pandas. Every column is optional; Snappy inside.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::table::{Cell, Column, Kind, Table};
use crate::failure::Failure;

/// Rows of a row group: 64 Ki rows of questions are about 60 MB before compression.
const ROWS_AT_ONCE: usize = 1 << 16;

/// Writes `table` as one file.
pub fn write(out: &mut (dyn Write + Send), table: Table) -> std::result::Result<(), Failure> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("edgescore ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let schema = schema(table.name, table.columns).map_err(Failure::data)?;
    let mut file =
        SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(Failure::data)?;
    let mut rows = Vec::new();
    loop {
        let row = table.rows.next().transpose()?;
        let ended = row.is_none();
        rows.extend(row);
        if rows.len() == ROWS_AT_ONCE || (ended && !rows.is_empty()) {
            let mut group = file.next_row_group().map_err(Failure::data)?;
            for (place, column) in table.columns.iter().enumerate() {
                let cells = rows.iter().filter_map(|row| row.get(place));
                write_column(&mut group, column.kind, cells).map_err(Failure::data)?;
            }
            group.close().map_err(Failure::data)?;
            rows.clear();
        }
        if ended {
            file.close().map_err(Failure::data)?;
            return Ok(());
        }
    }
}

fn schema(name: &str, columns: &[Column]) -> Result<TypePtr> {
    let fields = columns.iter().map(|column| {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Int => (Physical::INT64, None),
            Kind::Real => (Physical::DOUBLE, None),
            Kind::Bool => (Physical::BOOLEAN, None),
        };
        Type::primitive_type_builder(column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    });
    Type::group_type_builder(name)
        .with_fields(fields.collect::<Result<Vec<_>>>()?)
        .build()
        .map(Arc::new)
}

fn write_column<'a, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<W>,
    kind: Kind,
    cells: impl Iterator<Item = &'a Cell>,
) -> Result<()> {
    match kind {
        Kind::Text => values::<ByteArrayType, _>(group, cells, |cell| match cell {
            Cell::Text(text) => Some(ByteArray::from(text.as_bytes().to_vec())),
            _ => None,
        }),
        Kind::Int => values::<Int64Type, _>(group, cells, |cell| match cell {
            Cell::Int(value) => Some(*value),
            _ => None,
        }),
        Kind::Real => values::<DoubleType, _>(group, cells, |cell| match cell {
            Cell::Real(value) => Some(*value),
            _ => None,
        }),
        Kind::Bool => values::<BoolType, _>(group, cells, |cell| match cell {
            Cell::Bool(value) => Some(*value),
            _ => None,
        }),
    }
}

/// Writes the values that are there; the definition levels say which are.
fn values<'a, T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<W>,
    cells: impl Iterator<Item = &'a Cell>,
    value: impl Fn(&Cell) -> Option<T::T>,
) -> Result<()> {
    let cells: Vec<Option<T::T>> = cells.map(value).collect();
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    if let Some(mut column) = group.next_column()? {
        column
            .typed::<T>()
            .write_batch(&values, Some(&levels), None)?;
        column.close()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    use super::super::table::tests::sample;

    #[test]
    fn what_is_written_is_read() {
        let mut out = tempfile::tempfile().unwrap();
        sample(|table| super::write(&mut out, table)).unwrap();
        let file = SerializedFileReader::new(out).unwrap();
        let rows: Vec<Vec<(String, Field)>> = file
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().into_columns())
            .collect();
        let name = |i: usize| ["name", "count", "share", "right"][i].to_owned();
        let first = [
            Field::Str("it's \"so\",\nyes".to_owned()),
            Field::Long(7),
            Field::Double(0.1),
            Field::Bool(true),
        ];
        let row = |fields: [Field; 4]| -> Vec<_> {
            let names = (0..4).map(name);
            names.zip(fields).collect()
        };
        assert_eq!(rows[0], row(first));
        assert_eq!(
            rows[1],
            row([Field::Null, Field::Null, Field::Null, Field::Null])
        );
    }
}
