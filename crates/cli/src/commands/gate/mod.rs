//! `edgescore gate`.

mod page;
mod profile;
mod quantity;

use std::path::PathBuf;

use edgescore_record::VerdictKind;
use edgescore_score::{
    Exponents, Formula, GateMonitor, Measurements, Reading, Reason, Verdict, edge_score, gate,
};

pub use page::blocks;
pub use profile::Profile;
pub use quantity::Positive;

use crate::commands::report::{RunSummary, inputs, load};
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::render::page::Format;

/// Hold a result against limits: exit code 0 if all hold, 1 if not
///
/// A limit on something that was not measured fails, and says so. A run that did not end as
/// planned fails whatever it measured. A result of `run --gate` that stopped early keeps the
/// decision it stopped on.
#[derive(clap::Args)]
pub struct Args {
    /// Result of `edgescore run`
    #[arg(value_name = "RUN.esr")]
    result: PathBuf,

    /// Take limits from a TOML file, such as `min_accuracy = 0.5` and `max_latency = "2s"`;
    /// limits given here as options come first
    #[arg(long, value_name = "FILE.toml")]
    profile: Option<PathBuf>,

    #[command(flatten)]
    limits: Profile,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let limits = match &args.profile {
        Some(path) => args.limits.or(Profile::read(path)?),
        None => args.limits,
    };
    let run = load(&args.result)?;
    let judged = judge(&run, limits)?;
    crate::render::page::print(
        &args.output,
        args.format,
        &page::blocks(&run, &judged),
        || page::json(&run, &judged),
    )?;
    Ok(judged.outcome())
}

/// What came of a gate.
pub struct Judged {
    /// The limits.
    pub verdict: Verdict,
    /// Whether the run ended as planned.
    pub ended_well: bool,
}

impl Judged {
    /// Whether everything holds.
    pub fn pass(&self) -> bool {
        self.ended_well && self.verdict.pass()
    }

    /// The outcome as an exit code.
    pub fn outcome(&self) -> Outcome {
        match self.pass() {
            true => Outcome::AsPlanned,
            false => Outcome::NotAsPlanned,
        }
    }
}

/// Holds `run` against `profile`.
pub fn judge(run: &RunSummary, profile: Profile) -> Result<Judged, Failure> {
    profile.check()?;
    let limits = profile.limits();
    let watch = match run.stopped_early {
        true => {
            let mut watch = GateMonitor::new(&limits, run.questions).map_err(Failure::data)?;
            for row in &run.rows {
                watch.update(row).map_err(Failure::data)?;
            }
            Some(watch)
        }
        false => None,
    };
    let score = edge_score(&inputs(run), Formula::ChanceCorrected, Exponents::default());
    let measurements = Measurements {
        accuracy: run.pass_at_1.map(|accuracy| accuracy.value),
        delta_5: run.scores.delta_5.published.map(|delta| delta.value),
        latency_s: run.latency_s(),
        memory_gib: run.memory_gib(),
        power_w: run.power_w,
        energy_j: run.energy.and_then(|energy| match energy.simulated {
            true => Reading::Missing(Reason::Simulated),
            false => Reading::Value(energy.joules),
        }),
        edge_score: match score.value {
            Ok(value) => Reading::Value(value),
            Err(refusal) => Reading::Missing(refusal.reason),
        },
    };
    let verdict = gate(&limits, &measurements, watch.as_ref()).map_err(Failure::data)?;
    Ok(Judged {
        verdict,
        ended_well: matches!(run.verdict, Some((VerdictKind::Ok, _))),
    })
}
