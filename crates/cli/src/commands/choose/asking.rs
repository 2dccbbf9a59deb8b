//! A model is asked some questions of the random order, unless it has answered them already.

use std::path::Path;

use edgescore_record::{Labels, Leg, Plan, VerdictKind};
use edgescore_summary::{RunSummary, decode_file};

use super::args::Args;
use crate::failure::Failure;
use crate::session::{BoardSession, Inputs, OperatingPoint, Recorder, interrupted};

/// How a leg ended.
pub enum Answered {
    /// It has a verdict, or the board left none.
    With(Option<VerdictKind>),
    /// Somebody stopped it.
    Stopped,
}

/// Asks the questions of `leg` at `point` into the result `file`.
///
/// # Errors
/// What is wrong with the board, the link or the folder.
pub fn ask(
    args: &Args,
    inputs: &Inputs,
    point: OperatingPoint,
    leg: Leg,
    file: &Path,
) -> Result<Answered, Failure> {
    let plan = Plan {
        leg: Some(leg),
        ..args.plan(point)
    };
    let mut verdict = verdict_of(file);
    // A board that failed once, such as one whose plug was pulled, is asked once more.
    for _ in 0..2 {
        if matches!(
            verdict,
            None | Some(VerdictKind::EngineFailed | VerdictKind::Aborted)
        ) {
            if interrupted() {
                return Ok(Answered::Stopped);
            }
            let recorder = Recorder::new(file, true)?;
            verdict =
                BoardSession::open(&args.board, false, inputs)?.record(plan, recorder, None)?;
        }
        if verdict == Some(VerdictKind::Aborted) {
            return Ok(Answered::Stopped);
        }
    }
    Ok(Answered::With(verdict))
}

/// The verdict of a result that is there already.
fn verdict_of(file: &Path) -> Option<VerdictKind> {
    let records = decode_file(file).ok()?.records;
    records.end.as_ref()?;
    Some(records.verdict?.kind)
}

/// Why a leg with `verdict` puts its model out; `run` has the verdict's words.
pub fn failed(verdict: Option<VerdictKind>, run: Option<&RunSummary>) -> Option<String> {
    // A throttled board's answers are right, and their times are those of this board.
    if matches!(verdict, Some(VerdictKind::Ok | VerdictKind::Throttled)) {
        return None;
    }
    let ending = run.and_then(|run| run.verdict.as_ref());
    let detail = ending.map_or(String::new(), |ending| format!(": {}", ending.detail));
    let verdict = verdict.map_or("cut off", Labels::label);
    Some(format!("{verdict}{detail}"))
}

/// Seconds of a run on the board.
pub fn elapsed_s(run: &RunSummary) -> f64 {
    run.provenance.end.as_ref().map_or(0.0, |end| end.elapsed_s)
}
