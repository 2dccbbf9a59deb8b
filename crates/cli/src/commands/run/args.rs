//! The arguments of `edgescore run` and the plan they make.

use std::path::PathBuf;

use anyhow::{anyhow, ensure};
use clap::ValueEnum;
use edgescore_probe::Microseconds;
use edgescore_record::{Labels, Mode, Order, Plan, Scenario};

use crate::failure::Failure;
use crate::gate_profile::Profile;
use crate::quantity::Positive;
use crate::session::choices::{self, labels};
use crate::session::{Board, EarlyStop, EngineArgs, Goal, Models, OperatingPoint, RunOptions};

/// Run a pack on one or more models and write the results
///
/// Without arguments: the default pack on reference-1m, one of the models that come with
/// the program. Progress goes to standard error, the report to standard output, every answer at once
/// into the result file. Ctrl-C ends the run; what was answered stays a valid result. Several models
/// run one after another with the same options, each into a result of its own; the report is over
/// all of them, and one that fails does not keep the others from running.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub models: Models,

    #[command(flatten)]
    pub engine: EngineArgs,

    /// The task pack [default: the built-in one]
    #[arg(long, value_name = "P.pack", help_heading = "Questions")]
    pub pack: Option<PathBuf>,

    #[command(flatten)]
    pub options: RunOptions,

    /// How questions come, as in MLPerf: each alone, so that what it takes is its latency; or all
    /// from the start, and several are answered at once (--parallel texts, 8 unless given), for the
    /// accuracy alone. Generate mode
    #[arg(long, value_parser = labels(choices::scenario), default_value = Scenario::SingleStream.label(),
          help_heading = "Generate mode")]
    pub scenario: Scenario,

    #[command(flatten)]
    pub point: OperatingPoint,

    #[command(flatten)]
    pub board: Board,

    /// End this program once the model is loaded; the run continues on the board, and `edgescore
    /// collect` fetches the result
    #[arg(long, conflicts_with_all = ["output", "force", "until_ci", "gate"], help_heading = "Board")]
    pub detach: bool,

    /// Ask in random order and stop as soon as the 95 % interval of the accuracy is at most W
    /// on both sides (0.03: 3 points). The interval is valid however often it is evaluated
    #[arg(long, value_name = "W", value_parser = half_width, conflicts_with = "gate", help_heading = SEVERAL)]
    pub until_ci: Option<f64>,

    /// Ask in random order and stop as soon as this gate is certain to pass or fail (see
    /// `edgescore gate --profile`); the exit code is the gate's. A limit on accuracy or
    /// latency can end a run early; the others are known at its end
    #[arg(long, value_name = "FILE.toml", help_heading = SEVERAL)]
    pub gate: Option<PathBuf>,

    /// Ask the questions again and again for T minutes, and report how time and energy of an answer,
    /// CPU clock and temperature drift, and when the board throttles
    ///
    /// Answers of the first pass count for the accuracy; later ones are the same, and only what they
    /// take is recorded. T counts from the first question; a time with its unit, such as 90s, will
    /// do, too. A drift needs two minutes, and questions few enough (--limit) to come again.
    #[arg(long, value_name = "T", value_parser = minutes,
          conflicts_with_all = ["until_ci", "gate", "sweep", "find_memory_floor"], help_heading = SEVERAL)]
    pub minutes: Option<Microseconds>,

    /// Run once at each operating point and name the one with the most correct answers per joule
    /// that kept its budgets: `threads`, `freq` (the CPU clock) or `threads,freq`
    ///
    /// Threads: all of them up to four, else all, a half, a quarter and so on. Clocks: what is
    /// allowed, three quarters and half of it; they are put back after each run. Every run writes
    /// a result of its own beside RUN.esr, and RUN-sweep.json compares them.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "AXES",
          conflicts_with_all = ["until_ci", "gate", "detach"], help_heading = SEVERAL)]
    pub sweep: Vec<Axis>,

    /// Find the smallest memory limit in which the model fits: with which no page of the model
    /// is read again while it answers. Runs the questions again and again in cgroups of other
    /// limits; the result is the run at the floor
    #[arg(long, conflicts_with_all = ["memory", "detach", "until_ci", "gate", "sweep"], help_heading = SEVERAL)]
    pub find_memory_floor: bool,

    /// The result to write [default: MODEL-TIME-PID.esr in this folder]
    #[arg(
        short,
        long = "output",
        value_name = "RUN.esr",
        help_heading = "Output"
    )]
    pub output: Option<PathBuf>,

    /// Replace RUN.esr if it is there
    #[arg(long, help_heading = "Output")]
    pub force: bool,

    /// Go on with a run that ended too early, in its own result; give what it was given, with this in
    /// place of -o
    ///
    /// The questions that are left are asked, and the last one that was answered, whose draws may be
    /// missing. Threads, batches and context are those that the run had. Refused where model, pack, prompts
    /// or settings are others.
    #[arg(long, value_name = "RUN.esr", help_heading = "Output", conflicts_with_all = [
        "output", "force", "detach", "until_ci", "gate", "minutes", "sweep", "find_memory_floor"])]
    pub resume: Option<PathBuf>,

    /// Sign the result with this SSH key, into RUN.esr.sig; `edgescore verify` checks it
    #[arg(long, value_name = "KEY", conflicts_with_all = ["detach", "find_memory_floor"], help_heading = "Output")]
    pub sign: Option<PathBuf>,
}

const SEVERAL: &str = "Early end and repeated runs";

/// What a sweep changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Axis {
    /// Threads
    Threads,
    /// The highest CPU clock
    Freq,
}

/// Texts that are decoded at once offline.
const TEXTS: u8 = 8;

/// `plan` for questions of which several are answered at once.
fn offline(plan: Plan, has_gate: bool) -> anyhow::Result<Plan> {
    let parallel = match plan.parallel {
        0 => TEXTS.max(plan.draws.saturating_add(1)),
        asked => asked,
    };
    ensure!(
        plan.mode == Mode::Generate,
        "--scenario offline decodes several texts at once, and letter mode decodes none: give --mode generate, or \
         leave --scenario out"
    );
    ensure!(
        plan.repeat_for.is_none(),
        "--minutes measures how the latency of single questions drifts: leave out --scenario offline"
    );
    ensure!(
        !has_gate,
        "--gate holds latencies of single questions against limits, and offline there are none: leave out \
         --scenario offline, or try the result with `edgescore gate`"
    );
    ensure!(
        parallel > plan.draws,
        "--parallel {parallel} has no room for an answer and its {} draws: give --parallel {} or more, or fewer --draws",
        plan.draws,
        u32::from(plan.draws) + 1
    );
    Ok(Plan { parallel, ..plan })
}

/// Half the width of an interval, such as 0.03.
fn half_width(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if value > 0.0 && value < 0.5 => Ok(value),
        _ => Err("give a number between 0 and 0.5, such as 0.03 for 3 points".to_owned()),
    }
}

/// Minutes, or a time with its unit.
fn minutes(text: &str) -> Result<Microseconds, String> {
    let time = match text.trim().parse::<f64>() {
        Ok(_) => format!("{text}min"),
        Err(_) => text.to_owned(),
    };
    let Positive(time) = time.parse()?;
    Ok(time)
}

impl Args {
    /// The plan, without the paths of pack and model.
    ///
    /// # Errors
    /// What was asked for cannot be asked offline.
    pub fn plan(&self) -> Result<Plan<'_>, Failure> {
        let plan = Plan {
            scenario: self.scenario,
            order: match self.until_ci.is_some() || self.gate.is_some() {
                true => Order::Shuffled,
                false => Order::Pack,
            },
            repeat_for: self.minutes,
            ..self.point.put_in(self.options.plan())
        };
        if self.engine.asks_server()
            && let Some(option) = self.beyond_a_server(&plan)
        {
            return Err(Failure::Usage(anyhow!(
                "{option}: what runs in a server is set where it is started: leave it out"
            )));
        }
        match self.scenario {
            Scenario::SingleStream => Ok(plan),
            Scenario::Offline if self.engine.engine.is_some() => Err(Failure::Usage(anyhow!(
                "--engine asks one question after another: leave out --scenario offline"
            ))),
            Scenario::Offline => offline(plan, self.gate.is_some()).map_err(Failure::Usage),
        }
    }

    /// An option that was given and says nothing to a server.
    fn beyond_a_server(&self, plan: &Plan) -> Option<&'static str> {
        let prompts = self.options.prompts();
        let options = [
            ("--sweep", !self.sweep.is_empty()),
            ("--memory", plan.budgets.memory.is_some()),
            ("--threads", plan.threads != 0),
            ("--context", plan.context != 0),
            ("--no-reuse", !plan.reuse),
            ("--template", prompts.template.is_some()),
            ("--template-arg", !prompts.template_arg.is_empty()),
        ];
        let given = options.into_iter().find(|(_, is_given)| *is_given);
        given.map(|(option, _)| option)
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
