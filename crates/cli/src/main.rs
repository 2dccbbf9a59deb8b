//! edgescore, the program on the host. It never links llama.cpp: it starts edgescore-rt.

mod arguments;
mod bars;
mod commands;
mod config;
mod defaults;
mod failure;
mod files;
mod forecast;
mod gate_profile;
mod gguf;
mod image;
mod link;
mod output;
mod prompt;
mod quantity;
mod questions;
mod random;
mod render;
mod results;
mod screen;
mod session;
mod signing;
mod suggest;
mod synth;
mod terminal_guard;
mod verbosity;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use arguments::Global;
use failure::{Failure, Outcome};

/// Which small language model can make network decisions on this board, and what each
/// answer costs
///
/// Options of run, plan, prompt, gate and doctor have the defaults that edgescore.toml in the
/// current folder gives them: board = "ssh:pi@bench", memory = "2GiB", pack = "own.pack". What is
/// given here comes first.
///
/// Exit codes: 0 done; 1 a gate failed or the run did not end as planned; 2 wrong usage;
/// 3 board or link; 4 bad or missing data.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,

    #[command(subcommand)]
    command: Command,
}

/// In the order in which they are needed.
#[derive(Subcommand)]
enum Command {
    Run(commands::run::Args),
    Choose(commands::choose::Args),
    Report(commands::report::Args),
    Compare(commands::compare::Args),
    Gate(commands::gate::Args),
    Plan(commands::plan::Args),
    Doctor(commands::doctor::Args),
    Collect(commands::collect::Args),
    Prompt(commands::prompt::Args),
    ServeCheck(commands::serve_check::Args),
    Verify(commands::verify::Args),
    /// Make, import and read task packs
    #[command(subcommand)]
    Pack(commands::pack::Command),
    Published(commands::published::Args),
    Image(commands::image::Args),
    Synth(commands::synth::Args),
    #[command(hide = true)]
    Completions(commands::completions::Args),
    #[command(hide = true)]
    Man(commands::man::Args),
}

fn main() -> ExitCode {
    let ended = parsed().and_then(|cli| run_command(cli.command));
    bars::clear();
    match ended {
        Ok(Outcome::AsPlanned) => ExitCode::SUCCESS,
        Ok(Outcome::NotAsPlanned) => ExitCode::from(1),
        Err(failure) => {
            screen::error(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn parsed() -> Result<Cli, Failure> {
    let (matches, defaults) = arguments::parse(Cli::command())?;
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    cli.global.verbosity.set();
    if !defaults.is_empty() && !verbosity::is_quiet() {
        screen::say(&format!(
            "defaults from {}: {}",
            config::FILE,
            defaults.join(" ")
        ));
    }
    Ok(cli)
}

fn run_command(command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Run(args) => return commands::run::run(&args),
        Command::Choose(args) => return commands::choose::run(&args),
        Command::Report(args) => commands::report::run(&args)?,
        Command::Compare(args) => commands::compare::run(&args)?,
        Command::Gate(args) => return commands::gate::run(&args),
        Command::Plan(args) => return commands::plan::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args)?,
        Command::Collect(args) => return commands::collect::run(&args),
        Command::Prompt(args) => commands::prompt::run(&args)?,
        Command::ServeCheck(args) => return commands::serve_check::run(&args),
        Command::Pack(command) => commands::pack::run(&command)?,
        Command::Verify(args) => return commands::verify::run(&args),
        Command::Published(args) => commands::published::run(&args)?,
        Command::Image(args) => commands::image::run(&args)?,
        Command::Synth(args) => commands::synth::run(&args)?,
        Command::Completions(args) => commands::completions::run(&args, &mut Cli::command())?,
        Command::Man(args) => commands::man::run(&args, Cli::command())?,
    }
    Ok(Outcome::AsPlanned)
}
