//! edgescore, the program on the host. It never links llama.cpp: it starts edgescore-rt.

mod commands;
mod defaults;
mod failure;
mod files;
mod gate_profile;
mod gguf;
mod image;
mod link;
mod output;
mod prompt;
mod quantity;
mod random;
mod render;
mod session;
mod synth;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::{Failure, Outcome};

/// Which small language model can make network decisions on this board, and what each
/// answer costs
///
/// Exit codes: 0 done; 1 a gate failed or the run did not end as planned; 2 wrong usage;
/// 3 board or link; 4 bad or missing data.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make, import and read task packs
    #[command(subcommand)]
    Pack(commands::pack::Command),
    Plan(commands::plan::Args),
    Prompt(commands::prompt::Args),
    Run(commands::run::Args),
    Collect(commands::collect::Args),
    Report(commands::report::Args),
    Compare(commands::compare::Args),
    Gate(commands::gate::Args),
    Published(commands::published::Args),
    Image(commands::image::Args),
    Synth(commands::synth::Args),
    Doctor(commands::doctor::Args),
}

fn main() -> ExitCode {
    match run_command(Cli::parse().command) {
        Ok(Outcome::AsPlanned) => ExitCode::SUCCESS,
        Ok(Outcome::NotAsPlanned) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run_command(command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Pack(command) => commands::pack::run(&command)?,
        Command::Plan(args) => return commands::plan::run(&args),
        Command::Prompt(args) => commands::prompt::run(&args)?,
        Command::Run(args) => return commands::run::run(&args),
        Command::Collect(args) => return commands::collect::run(&args),
        Command::Report(args) => commands::report::run(&args)?,
        Command::Compare(args) => commands::compare::run(&args)?,
        Command::Gate(args) => return commands::gate::run(&args),
        Command::Published(args) => commands::published::run(&args)?,
        Command::Image(args) => commands::image::run(&args)?,
        Command::Synth(args) => commands::synth::run(&args)?,
        Command::Doctor(args) => commands::doctor::run(&args)?,
    }
    Ok(Outcome::AsPlanned)
}
