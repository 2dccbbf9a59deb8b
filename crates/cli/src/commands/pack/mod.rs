//! `edgescore pack`: making and reading task packs.

mod build;
mod controls;
mod import;
mod info;
mod show;

use std::path::Path;

use anyhow::Context;
use edgescore_taskpack::{Draft, Pack};

use crate::failure::Failure;
use crate::files;
use crate::output::print;

/// What to do with packs.
#[derive(clap::Subcommand)]
pub enum Command {
    Build(build::Args),
    Controls(controls::Args),
    /// Make a pack from a published benchmark
    #[command(subcommand)]
    Import(import::Source),
    Info(info::Args),
    Show(show::Args),
}

/// Runs the command.
pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Build(args) => build::run(args),
        Command::Controls(args) => controls::run(args),
        Command::Import(source) => import::run(source),
        Command::Info(args) => info::run(args),
        Command::Show(args) => show::run(args),
    }
}

/// Writes a draft and says in one line what was written.
fn write(draft: &Draft, out: &Path) -> Result<(), Failure> {
    let bytes = draft.to_bytes().map_err(Failure::data)?;
    files::write_whole(out, &bytes)?;
    print(|stdout| {
        writeln!(
            stdout,
            "{}: {} questions, {} episodes, {} tasks, {} bytes",
            out.display(),
            draft.questions.len(),
            draft.episodes.len(),
            draft.tasks.len(),
            bytes.len()
        )
    })
}

/// Opens a pack and checks all of it.
fn open<'b>(path: &Path, bytes: &'b [u8]) -> Result<Pack<'b>, Failure> {
    Pack::open(bytes)
        .and_then(|pack| pack.verify().map(|()| pack))
        .with_context(|| path.display().to_string())
        .map_err(Failure::Data)
}
