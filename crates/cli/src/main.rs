//! edgescore, the program on the desk. It never links llama.cpp: it starts edgescore-rt.

mod commands;
mod defaults;
mod failure;
mod files;
mod gate_profile;
mod gguf;
mod image;
mod link;
mod output;
mod quantity;
mod random;
mod render;
mod synth;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{collect, compare, doctor, gate, pack, plan, published, report, run};
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
    Pack(pack::Command),
    Plan(plan::Args),
    Run(run::Args),
    Collect(collect::Args),
    Report(report::Args),
    Compare(compare::Args),
    Gate(gate::Args),
    Published(published::Args),
    Image(image::Args),
    Synth(synth::Args),
    Doctor(doctor::Args),
}

fn main() -> ExitCode {
    match obey(Cli::parse().command) {
        Ok(Outcome::AsPlanned) => ExitCode::SUCCESS,
        Ok(Outcome::NotAsPlanned) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn obey(command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Pack(command) => pack::run(&command)?,
        Command::Plan(args) => return plan::run(&args),
        Command::Run(args) => return run::run(&args),
        Command::Collect(args) => return collect::run(&args),
        Command::Report(args) => report::run(&args)?,
        Command::Compare(args) => compare::run(&args)?,
        Command::Gate(args) => return gate::run(&args),
        Command::Published(args) => published::run(&args)?,
        Command::Image(args) => image::run(&args)?,
        Command::Synth(args) => synth::run(&args)?,
        Command::Doctor(args) => doctor::run(&args)?,
    }
    Ok(Outcome::AsPlanned)
}
