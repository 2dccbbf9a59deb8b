//! `edgescore published`: the benchmark's published results under this program's scores.

use clap::ValueEnum;
use edgescore_summary::published::{PublishedList, models};

use crate::failure::Failure;
use crate::output::{self, Content, Output};
use crate::render::pages::published::page;
use crate::render::tables::{self, published};
use crate::render::{json, markdown, text};

/// Print the published 6G-Bench results with this program's scores
///
/// 14 models over all 3,722 questions (arXiv:2603.02156, CC BY 4.0) and 19 GGUF builds under
/// Ollama on an NVIDIA L40S (maferrag/6G-Bench, MIT). Scores are computed from the published
/// figures of the tasks. Latency of a build is that of its fastest single query that
/// answered, load excluded: one query, not a median.
#[derive(clap::Args)]
pub struct Args {
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for reading
    Table,
    /// One JSON object with the key models
    Json,
    /// One JSON object a model
    Jsonl,
    /// Comma-separated values
    Csv,
    /// Markdown
    Md,
    /// SQL statements, for sqlite3
    Sql,
    /// Apache Parquet
    Parquet,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let models = models();
    let content = match args.format {
        Format::Parquet => Content::Binary,
        _ => Content::Text,
    };
    output::to(args.output.path.as_deref(), content, |out| {
        match args.format {
            Format::Table => text::write(out, &page(&models)).map_err(Failure::data),
            Format::Md => markdown::write(out, &page(&models)).map_err(Failure::data),
            Format::Json => json::write(out, &PublishedList::from(&*models)).map_err(Failure::data),
            Format::Jsonl => published::with(&models, |table| tables::write_jsonl(out, table)),
            Format::Csv => published::with(&models, |table| tables::write_csv(out, table)),
            Format::Sql => published::with(&models, |table| tables::write_sql(out, table)),
            Format::Parquet => published::with(&models, |table| tables::write_parquet(out, table)),
        }
    })
}
