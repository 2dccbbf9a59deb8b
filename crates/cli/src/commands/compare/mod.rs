//! `edgescore compare`.

mod alike;
mod judge;
mod page;

use std::path::PathBuf;

use crate::commands::report::load_all;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::page::Format;
use alike::Difference;

/// Say what differs between results, and how sure that is
///
/// Every later result is set against the first: accuracy by McNemar's test (mid-p) and a
/// paired bootstrap on the same questions, over all and task by task, and latency by the
/// geometric mean of the ratios. p values are corrected for their number (Holm). Results
/// must come from the same pack, prompt template and mode.
#[derive(clap::Args)]
pub struct Args {
    /// Results of `edgescore run`; the first is the one the others are set against
    #[arg(value_name = "RUN.esr", required = true, num_args = 2..)]
    results: Vec<PathBuf>,

    /// Compare although these differ [without =WHAT: all of them]
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        num_args = 0..,
        require_equals = true,
        value_delimiter = ',',
        default_missing_values = ["pack", "template", "mode"]
    )]
    allow_different: Vec<Difference>,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let runs = load_all(&args.results)?;
    let Some((first, others)) = runs.split_first() else {
        return Ok(());
    };
    for other in others {
        alike::check(first, other, &args.allow_different)?;
    }
    let against = judge::all(first, others)?;
    crate::render::page::print(
        &args.output,
        args.format,
        &page::blocks(first, &against),
        || page::json(first, &against),
    )
}
