//! `edgescore gate`.

use std::path::PathBuf;

use edgescore_summary::{GateView, Judged, RunSummary, judge, load_all};

use crate::config::LIMITS;
use crate::failure::{Failure, Outcome};
use crate::gate_profile::Profile;
use crate::output::Output;
use crate::render::blocks::Block;
use crate::render::format::{self, Format};
use crate::render::pages::gate::page;
use crate::render::print::print;
use crate::results;

/// Hold results against limits: exit code 0 if all hold, 1 if not
///
/// A limit on something that was not measured fails, and says so. A run that did not end as
/// planned fails whatever it measured. A result of `run --gate` that stopped early keeps the
/// decision it stopped on. Several results are judged one by one.
#[derive(clap::Args)]
pub struct Args {
    /// Results of `edgescore run`
    #[arg(value_name = "RUN.esr", required = true)]
    results: Vec<PathBuf>,

    /// Take limits from a TOML file, such as `min_accuracy = 0.5` and `max_latency = "2s"`;
    /// limits given here as options come first
    #[arg(long, value_name = "FILE.toml", help_heading = LIMITS)]
    profile: Option<PathBuf>,

    #[command(flatten)]
    limits: Profile,

    /// A limit that lies inside the 95 % interval of what was measured fails
    ///
    /// The measured value is on the allowed side, but another set of as many questions may well not
    /// be. Has no effect on a limit that decided when the run stopped.
    #[arg(long, help_heading = LIMITS)]
    strict: bool,

    /// How to print [default: what the ending of FILE says, else table]
    #[arg(long, value_parser = format::names(format::PAGE), help_heading = "Output")]
    format: Option<Format>,

    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let (path, format) = format::choose(args.format, &args.output, format::PAGE)?;
    let profile = match &args.profile {
        Some(path) => args.limits.or(Profile::read(path)?),
        None => args.limits,
    };
    let limits = profile.limits()?;
    let runs = load_all(&results::once_each(&args.results)?).map_err(Failure::data)?;
    let judged = runs.into_iter().map(|run| {
        let judged = judge(&run, &limits)?;
        let judged = if args.strict { judged.strict() } else { judged };
        Ok((run, judged))
    });
    let judged: Vec<(RunSummary, Judged)> = judged
        .collect::<Result<_, edgescore_summary::Error>>()
        .map_err(Failure::data)?;
    let mut blocks = Vec::new();
    for (run, judged) in &judged {
        if !blocks.is_empty() {
            blocks.push(Block::Line(String::new()));
        }
        blocks.extend(page(run, judged));
    }
    let views: Vec<_> = judged
        .iter()
        .map(|(run, judged)| GateView::of(run, judged))
        .collect();
    match views.as_slice() {
        [view] => print(path, format, &blocks, view)?,
        views => print(path, format, &blocks, &views)?,
    }
    Ok(match judged.iter().all(|(_, judged)| judged.pass()) {
        true => Outcome::AsPlanned,
        false => Outcome::NotAsPlanned,
    })
}
