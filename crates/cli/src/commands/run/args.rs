//! The arguments of `edgescore run` and the plan they make.

use std::path::PathBuf;

use clap::ValueEnum;
use edgescore_record::{Order, Plan};

use crate::failure::Failure;
use crate::gate_profile::Profile;
use crate::session::{Board, EarlyStop, Goal, RunOptions};

/// Run a pack on a model and write the result
///
/// Without arguments: the default pack on reference-1m, one of the models that come with
/// the program. Progress goes to standard error, the report to standard output, every answer at once
/// into the result file. Ctrl-C ends the run; what was answered stays a valid result.
#[derive(clap::Args)]
pub struct Args {
    /// The model
    #[arg(long, value_name = "M.gguf")]
    pub model: Option<PathBuf>,

    /// The task pack
    #[arg(long, value_name = "P.pack")]
    pub pack: Option<PathBuf>,

    #[command(flatten)]
    pub options: RunOptions,

    /// Ask in random order and stop as soon as the 95 % interval of the accuracy is at most W
    /// on both sides (0.03: 3 points). The interval is valid however often it is evaluated
    #[arg(long, value_name = "W", value_parser = half_width, conflicts_with = "gate")]
    pub until_ci: Option<f64>,

    /// Ask in random order and stop as soon as this gate is certain to pass or fail (see
    /// `edgescore gate --profile`); the exit code is the gate's. A limit on accuracy or
    /// latency can end a run early; the others are known at its end
    #[arg(long, value_name = "FILE.toml")]
    pub gate: Option<PathBuf>,

    /// Run once at each operating point and name the one with the most correct answers per joule
    /// that kept its budgets: `threads`, `freq` (the CPU clock) or `threads,freq`
    ///
    /// Threads: all of them up to four, else all, a half, a quarter and so on. Clocks: what is
    /// allowed, three quarters and half of it; they are put back after each run. Every run writes
    /// a result of its own beside RUN.esr, and RUN-sweep.json compares them.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "AXES",
          conflicts_with_all = ["until_ci", "gate", "detach"])]
    pub sweep: Vec<Axis>,

    /// The result to write [default: MODEL-TIME.esr in this folder]
    #[arg(short, long = "output", value_name = "RUN.esr")]
    pub output: Option<PathBuf>,

    /// Replace an existing result
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub board: Board,

    /// End this program once the model is loaded; the run continues on the board, and `edgescore
    /// collect` fetches the result
    #[arg(long, conflicts_with_all = ["output", "force", "until_ci", "gate"])]
    pub detach: bool,

    /// Find the smallest memory limit in which the model fits: with which no page of the model
    /// is read again while it answers. Runs the questions again and again in cgroups of other
    /// limits; the result is the run at the floor
    #[arg(long, conflicts_with_all = ["memory", "detach", "until_ci", "gate", "sweep"])]
    pub find_memory_floor: bool,
}

/// What a sweep changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Axis {
    /// Threads
    Threads,
    /// The highest CPU clock
    Freq,
}

/// Half the width of an interval, such as 0.03.
fn half_width(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if value > 0.0 && value < 0.5 => Ok(value),
        _ => Err("give a number between 0 and 0.5, such as 0.03 for 3 points".to_owned()),
    }
}

impl Args {
    /// The plan, without the paths of pack and model.
    pub fn plan(&self) -> Plan<'_> {
        Plan {
            order: match self.until_ci.is_some() || self.gate.is_some() {
                true => Order::Shuffled,
                false => Order::Pack,
            },
            ..self.options.plan()
        }
    }

    /// What ends the run before all questions are asked; `None` if it is to be complete.
    pub fn early_stop(&self) -> Result<Option<EarlyStop>, Failure> {
        let goal = match (self.until_ci, &self.gate) {
            (Some(half_width), _) => Goal::HalfWidth(half_width),
            (None, Some(path)) => Goal::Gate(Profile::read(path)?.limits()?),
            (None, None) => return Ok(None),
        };
        Ok(Some(EarlyStop::new(goal)))
    }
}
