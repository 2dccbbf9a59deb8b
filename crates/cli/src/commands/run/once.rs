//! One run.

use std::path::Path;

use edgescore_record::{Plan, VerdictKind};
use edgescore_score::Limits;
use edgescore_summary::{judge, load};

use super::args::Args;
use crate::failure::{Failure, Outcome};
use crate::gate_profile::Profile;
use crate::output::print;
use crate::render::pages::report::print_run;
use crate::screen;
use crate::session::{BoardSession, Inputs, Recorder, Unfinished};
use crate::signing;

/// Runs once and reports.
pub fn report(args: &Args, inputs: &Inputs, output: &Path) -> Result<Outcome, Failure> {
    let verdict = record(args, args.plan()?, inputs, output)?;
    let run = load(output).map_err(Failure::data)?;
    let judged = match limits(args)? {
        Some(limits) => Some(judge(&run, &limits).map_err(Failure::data)?),
        None => None,
    };
    let ended_well = matches!(verdict, Some(VerdictKind::Ok | VerdictKind::Throttled));
    let is_open = !ended_well && run.rows.len() < run.start.asks as usize;
    print_run(run, judged.as_ref())?;
    print(|out| writeln!(out, "\nresult: {}", output.display()))?;
    if is_open {
        print(|out| {
            let output = output.display();
            writeln!(
                out,
                "to go on: the same command with --resume {output} in place of -o"
            )
        })?;
    }
    match verdict {
        Some(VerdictKind::Ok) if judged.is_some_and(|judged| !judged.pass()) => {
            Ok(Outcome::NotAsPlanned)
        }
        Some(VerdictKind::Ok) => Ok(Outcome::AsPlanned),
        _ => Ok(Outcome::NotAsPlanned),
    }
}

/// The limits of the gate, if there is one.
pub fn limits(args: &Args) -> Result<Option<Limits>, Failure> {
    let profile = args.gate.as_deref().map(Profile::read).transpose()?;
    profile.map(Profile::limits).transpose()
}

/// Runs `plan` on `inputs` and records it in `output`.
pub fn record(
    args: &Args,
    plan: Plan,
    inputs: &Inputs,
    output: &Path,
) -> Result<Option<VerdictKind>, Failure> {
    let early_stop = args.early_stop()?;
    let (plan, recorder) = match &args.resume {
        None => (plan, Recorder::new(output, args.force)?),
        Some(path) => {
            let run = Unfinished::read(path)?;
            screen::say(&run.describe());
            (run.plan(plan), Recorder::resume(run)?)
        }
    };
    let mut session = BoardSession::open(&args.board, false, inputs)?;
    let verdict = session.record(plan, recorder, early_stop)?;
    if let Some(key) = &args.sign {
        signing::sign(key, output)?;
    }
    Ok(verdict)
}
