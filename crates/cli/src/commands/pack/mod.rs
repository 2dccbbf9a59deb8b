//! `edgescore pack`: making and reading task packs.

mod build;
mod controls;
mod file;
mod import;
mod info;
mod own;
mod show;
mod tools;

use crate::failure::Failure;

/// What to do with packs.
#[derive(clap::Subcommand)]
pub enum Command {
    Build(build::Args),
    Controls(controls::Args),
    /// Make a pack from your own questions (CSV, JSON) or from a published benchmark
    #[command(subcommand)]
    Import(import::Source),
    Info(info::Args),
    Show(show::Args),
    Tools(tools::Args),
}

/// Runs the command.
pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Build(args) => build::run(args),
        Command::Controls(args) => controls::run(args),
        Command::Import(source) => import::run(source),
        Command::Info(args) => info::run(args),
        Command::Show(args) => show::run(args),
        Command::Tools(args) => tools::run(args),
    }
}
