//! `edgescore published`: the benchmark's published results under this program's scores.

use edgescore_summary::published::{PublishedList, models};

use crate::failure::Failure;
use crate::output::{self, Output};
use crate::render::format::{self, Format};
use crate::render::pages::published::page;
use crate::render::tables::{self, published};
use crate::render::{json, markdown, text};
use crate::screen::Screen;

/// Print the published 6G-Bench results with this program's scores
///
/// 14 models over all 3,722 questions (arXiv:2603.02156, CC BY 4.0) and 19 GGUF builds under
/// Ollama on an NVIDIA L40S (maferrag/6G-Bench, MIT). Scores are computed from the published
/// figures of the tasks. Latency of a build is that of its fastest single query that
/// answered, load excluded: one query, not a median.
#[derive(clap::Args)]
pub struct Args {
    /// How to print [default: what the ending of FILE says, else table]
    #[arg(long, value_parser = format::names(format::ROWS))]
    format: Option<Format>,

    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let (path, format) = format::choose(args.format, &args.output, format::ROWS)?;
    let models = models();
    let page = || page(&models);
    output::to(path, format.content(), |out| match format {
        Format::Md => markdown::write(out, &page()).map_err(Failure::data),
        Format::Json => json::write(out, &PublishedList::from(&*models)).map_err(Failure::data),
        Format::Jsonl => published::with(&models, |table| tables::write_jsonl(out, table)),
        Format::Csv => published::with(&models, |table| tables::write_csv(out, table)),
        Format::Sql => published::with(&models, |table| tables::write_sql(out, table)),
        Format::Parquet => published::with(&models, |table| tables::write_parquet(out, table)),
        Format::Table | Format::Html => {
            text::write_for(out, &page(), Screen::of(path)).map_err(Failure::data)
        }
    })
}
