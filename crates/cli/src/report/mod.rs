//! `edgescore report`.

mod json;
mod load;
mod table;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;

use load::RunSummary;
pub use load::load;

use crate::failure::Failure;

/// Score results and print what they say
#[derive(clap::Args)]
pub struct Args {
    /// Results of `edgescore run`
    #[arg(value_name = "RUN.esr", required = true)]
    results: Vec<PathBuf>,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Tables for reading
    Table,
    /// One JSON object with the key runs
    Json,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let runs = args
        .results
        .iter()
        .map(|path| load(path))
        .collect::<Result<Vec<_>, _>>()?;
    match args.format {
        Format::Table => print_tables(&runs),
        Format::Json => print(|out| writeln!(out, "{:#}", json::of(&runs))),
    }
}

/// Prints the tables of `runs`.
pub fn print_tables(runs: &[RunSummary]) -> Result<(), Failure> {
    print(|out| runs.iter().try_for_each(|run| table::write(out, run)))
}

/// Writes to standard output; a reader that has seen enough (`head`) is no error.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    match write(&mut io::stdout().lock()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Failure::data),
    }
}
