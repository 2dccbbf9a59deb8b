//! `edgescore run`.

mod args;
mod budgets;
mod desk;
mod early;
mod floor;
mod progress;
pub mod recorder;
mod sweep;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use edgescore_record::{LINGER_FOR_EVER, Plan, Record, VerdictKind, frame};
use edgescore_summary::{judge, load};

pub use args::{Args, Asked, Axis};
pub use desk::{Board, Desk};
use early::Early;
pub use progress::Progress;
use recorder::Recorder;

use crate::defaults;
use crate::failure::{Failure, Outcome};
use crate::gate_profile::Profile;
use crate::link::Finish;
use crate::output::print;
use crate::render::pages::report::print_run;

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let pack = absolute(args.pack.clone().map_or_else(defaults::pack, Ok)?)?;
    let model = absolute(args.model.clone().map_or_else(defaults::model, Ok)?)?;
    if args.detach {
        return detach(args, &pack, &model);
    }
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| default_output(&model));
    if args.find_memory_floor {
        floor::find(args, &pack, &model, &output)
    } else if args.sweep.is_empty() {
        once(args, &pack, &model, &output)
    } else {
        sweep::sweep(args, &pack, &model, &output)
    }
}

/// Runs once and reports.
fn once(args: &Args, pack: &Path, model: &Path, output: &Path) -> Result<Outcome, Failure> {
    let verdict = record(args, args.plan(), pack, model, output)?;
    let run = load(output).map_err(Failure::data)?;
    let judged = match &args.gate {
        Some(path) => {
            let limits = Profile::read(path)?.limits()?;
            Some(judge(&run, &limits).map_err(Failure::data)?)
        }
        None => None,
    };
    print_run(run, judged.as_ref())?;
    print(|out| writeln!(out, "\nresult: {}", output.display()))?;
    match verdict {
        Some(VerdictKind::Ok) if judged.is_some_and(|judged| !judged.pass()) => {
            Ok(Outcome::NotAsPlanned)
        }
        Some(VerdictKind::Ok) => Ok(Outcome::AsPlanned),
        _ => Ok(Outcome::NotAsPlanned),
    }
}

/// Runs `plan` on `pack` and `model` and records it in `output`.
fn record(
    args: &Args,
    plan: Plan,
    pack: &Path,
    model: &Path,
    output: &Path,
) -> Result<Option<VerdictKind>, Failure> {
    let early = Early::new(args)?;
    let recorder = Recorder::new(output, args.force)?;
    Desk::open(&args.board, false, pack, model)?.answers(plan, recorder, early)
}

/// Starts a run that goes on alone, and waits until its model is loaded: what is refused is
/// refused now.
fn detach(args: &Args, pack: &Path, model: &Path) -> Result<Outcome, Failure> {
    let mut progress = Progress::new();
    let mut desk = Desk::open(&args.board, true, pack, model)?;
    let mut follow = desk.follow(args.plan(), LINGER_FOR_EVER);
    let run = follow.run();
    let finish = follow.rows(&mut |_, content| {
        progress.take(content);
        Ok(match frame::message(content) {
            Some(Record::ModelLoaded(_)) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
    });
    progress.finish();
    match finish? {
        Finish::Short(why) => return Err(Failure::Board(anyhow!("{why}"))),
        Finish::Ended | Finish::Enough => desk.let_go(),
    }
    let spec = &args.board.spec;
    print(|out| {
        writeln!(out, "run {run} goes on on {spec}")?;
        writeln!(
            out,
            "fetch it with: edgescore collect {spec} --run {run} -o RUN.esr"
        )
    })?;
    Ok(Outcome::AsPlanned)
}

/// Paths go to another process, so they must not depend on its working folder.
pub fn absolute(path: PathBuf) -> Result<PathBuf, Failure> {
    std::path::absolute(&path)
        .with_context(|| format!("no such path: {}", path.display()))
        .map_err(Failure::Data)
}

/// `MODEL-SECONDS.esr` in the current folder.
fn default_output(model: &std::path::Path) -> PathBuf {
    let stem = model.file_stem().unwrap_or_default().to_string_lossy();
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since_1970.map_or(0, |d| d.as_secs());
    PathBuf::from(format!("{stem}-{seconds}.esr"))
}
