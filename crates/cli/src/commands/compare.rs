//! `edgescore compare`.

use std::path::PathBuf;

use clap::ValueEnum;
use edgescore_summary::{ComparisonView, Difference, check_comparable, compare_all, load_all};

use crate::failure::Failure;
use crate::output::Output;
use crate::render::format::{self, Format};
use crate::render::pages::comparison::page;
use crate::render::print::print;
use crate::results;

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
    allow_different: Vec<Allowed>,

    /// How to print [default: what the ending of FILE says, else table]
    #[arg(long, value_parser = format::names(format::PAGE))]
    format: Option<Format>,

    #[command(flatten)]
    output: Output,
}

/// What may differ.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Allowed {
    /// The packs: other questions, which are not paired then
    Pack,
    /// The chat template or the order of the prompt's parts
    Template,
    /// Letter against generate mode
    Mode,
}

impl From<Allowed> for Difference {
    fn from(allowed: Allowed) -> Difference {
        match allowed {
            Allowed::Pack => Difference::Pack,
            Allowed::Template => Difference::Template,
            Allowed::Mode => Difference::Mode,
        }
    }
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let (path, format) = format::choose(args.format, &args.output, format::PAGE)?;
    results::check_different(&args.results)?;
    let runs = load_all(&args.results).map_err(Failure::data)?;
    let Some((first, others)) = runs.split_first() else {
        return Ok(());
    };
    let allowed: Vec<Difference> = args.allow_different.iter().map(|&a| a.into()).collect();
    for other in others {
        check_comparable(first, other, &allowed).map_err(Failure::data)?;
    }
    let against = compare_all(first, others).map_err(Failure::data)?;
    print(
        path,
        format,
        &page(first, &against),
        &ComparisonView::of(first, &against),
    )
}
