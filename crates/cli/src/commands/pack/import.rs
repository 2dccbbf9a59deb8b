//! `edgescore pack import`.

use std::path::PathBuf;

use edgescore_taskgen::six_g_bench;

use super::{file, own};
use crate::failure::Failure;
use crate::files;

/// Where the questions are.
#[derive(clap::Subcommand)]
pub enum Source {
    Csv(own::Csv),
    #[command(visible_alias = "json")]
    Jsonl(own::Jsonl),
    #[command(name = "6g-bench")]
    SixGBench(SixGBench),
}

/// 6G-Bench: a folder of NAME.episode.json and NAME.mcq.json, or of NAME.mcq.json alone
///
/// The prompts that come out are byte for byte those of the reference.
#[derive(clap::Args)]
pub struct SixGBench {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The reference's evaluation notebook (.ipynb) or a JSON with system,
    /// answer_instruction and tasks: edgescore carries none of the reference's sentences
    #[arg(long, value_name = "FILE")]
    definitions: Option<PathBuf>,

    /// The pack to write
    #[arg(short, long = "output", value_name = "OUT.pack")]
    output: PathBuf,

    /// Replace OUT.pack if it is there
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub fn run(source: &Source) -> Result<(), Failure> {
    match source {
        Source::Csv(args) => own::run_csv(args),
        Source::Jsonl(args) => own::run_jsonl(args),
        Source::SixGBench(args) => six_g_bench(args),
    }
}

fn six_g_bench(args: &SixGBench) -> Result<(), Failure> {
    files::check_new(&args.output, args.force)?;
    let draft =
        six_g_bench::import(&args.folder, args.definitions.as_deref()).map_err(Failure::data)?;
    file::write(&draft, &args.output)
}
