//! Flat tables for other programs: CSV, JSON lines, SQL and Parquet.

mod csv;
mod jsonl;
mod parquet;
pub mod published;
pub mod questions;
pub mod runs;
mod sql;
mod table;

pub use self::csv::write as write_csv;
pub use self::jsonl::write as write_jsonl;
pub use self::parquet::write as write_parquet;
pub use self::sql::write as write_sql;
