//! `edgescore pack build`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use edgescore_taskgen::generate::{Generator, Level, Recipe, Split};
use edgescore_taskgen::tools;
use edgescore_taskpack::Draft;

use super::file;
use crate::defaults;
use crate::failure::Failure;
use crate::files;

/// Make a pack from generated or hand-written questions
///
/// Without options it is the default pack: ten generated questions of each of the thirty tasks,
/// from the test split. Generated questions have computed answers; the same options give the
/// same bytes on every machine.
#[derive(clap::Args)]
pub struct Args {
    /// What is asked for: a letter, or calls of network functions, which thirteen of the tasks have
    #[arg(long, value_enum, value_name = "KIND", default_value = "choice")]
    kind: KindName,

    /// Generate with this seed
    #[arg(long, value_name = "N", default_value_t = defaults::RECIPE.seed)]
    seed: u64,

    /// Questions of each task
    #[arg(long, value_name = "N", default_value_t = defaults::RECIPE.per_task,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    per_task: u32,

    /// Difficulty, 1 to 5
    #[arg(long, value_name = "N", default_value_t = defaults::RECIPE.level.number(),
        value_parser = clap::value_parser!(u8).range(1..=5))]
    level: u8,

    /// Which stream of questions; no question is in two of them
    #[arg(long, value_enum, default_value = defaults::RECIPE.split.name())]
    split: SplitName,

    /// Instead: the ninety hand-written questions that come with edgescore
    #[arg(long, conflicts_with_all = ["kind", "seed", "per_task", "level", "split"])]
    worked: bool,

    /// Instead: hand-written questions from a folder with prompt.toml, T01.toml… and episodes/
    #[arg(long, value_name = "DIR", conflicts_with_all = ["kind", "seed", "per_task", "level", "split", "worked"])]
    tasks: Option<PathBuf>,

    /// The pack to write
    #[arg(short, long = "output", value_name = "OUT.pack")]
    output: PathBuf,

    /// Replace OUT.pack if it is there
    #[arg(long)]
    force: bool,
}

/// A kind of generated questions as it is typed.
#[derive(Clone, Copy, clap::ValueEnum)]
enum KindName {
    Choice,
    Tool,
}

/// A split as it is typed.
#[derive(Clone, Copy, clap::ValueEnum)]
enum SplitName {
    Train,
    Dev,
    Test,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    files::check_new(&args.output, args.force)?;
    let draft = match &args.tasks {
        Some(folder) => read_folder(folder)?,
        None if args.worked => defaults::worked()?,
        None => generated(args)?,
    };
    file::write(&draft, &args.output)
}

fn generated(args: &Args) -> Result<Draft, Failure> {
    let recipe = Recipe {
        seed: args.seed,
        split: match args.split {
            SplitName::Train => Split::Train,
            SplitName::Dev => Split::Dev,
            SplitName::Test => Split::Test,
        },
        level: Level::new(args.level).unwrap_or(defaults::RECIPE.level),
        per_task: args.per_task,
    };
    match args.kind {
        KindName::Choice => {
            let generator = Generator::new().map_err(Failure::data)?;
            generator.draft(&recipe).map_err(Failure::data)
        }
        KindName::Tool => {
            let generator = tools::Generator::new().map_err(Failure::data)?;
            generator.draft(&recipe).map_err(Failure::data)
        }
    }
}

fn read_folder(folder: &Path) -> Result<Draft, Failure> {
    let mut texts = Vec::new();
    for (below, prefix) in [
        (folder.to_owned(), ""),
        (folder.join("episodes"), "episodes/"),
    ] {
        let entries = fs::read_dir(&below)
            .with_context(|| format!("cannot read the task folder {}", below.display()))
            .map_err(Failure::Data)?;
        for entry in entries {
            let path = entry.map_err(Failure::data)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))
                    .map_err(Failure::Data)?;
                texts.push((format!("{prefix}{name}"), text));
            }
        }
    }
    edgescore_taskgen::worked::read(texts)
        .with_context(|| folder.display().to_string())
        .map_err(Failure::Data)
}
