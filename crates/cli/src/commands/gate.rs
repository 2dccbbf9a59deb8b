//! `edgescore gate`.

use std::path::PathBuf;

use edgescore_summary::{GateView, judge, load};

use crate::failure::{Failure, Outcome};
use crate::gate_profile::Profile;
use crate::output::Output;
use crate::render::pages::gate::page;
use crate::render::print::{Format, print};

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
    let profile = match &args.profile {
        Some(path) => args.limits.or(Profile::read(path)?),
        None => args.limits,
    };
    let run = load(&args.result).map_err(Failure::data)?;
    let judged = judge(&run, &profile.limits()?).map_err(Failure::data)?;
    let page = page(&run, &judged);
    print(
        &args.output,
        args.format,
        &page,
        &GateView::of(&run, &judged),
    )?;
    Ok(match judged.pass() {
        true => Outcome::AsPlanned,
        false => Outcome::NotAsPlanned,
    })
}
