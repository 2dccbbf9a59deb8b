//! A few questions in place of a plan, for models of engines that none can be made for.

use edgescore_record::Leg;
use edgescore_summary::load_all;

use super::args::Args;
use super::asking::{Answered, ask, failed};
use super::folder::Planned;
use crate::failure::Failure;
use crate::session::{Inputs, OperatingPoint};

/// As many as a plan asks: the first ones of the random order, which the race asks again.
const QUESTIONS: u32 = 4;

/// What an answer of the model of `inputs` took at `point`. What is wrong with it is an error, so
/// that it is tried again when the race continues on another day.
///
/// # Errors
/// [`Failure::Data`]: the model cannot be asked. Else what is wrong with the board or the link.
pub fn measure(args: &Args, point: OperatingPoint, inputs: &Inputs) -> Result<Planned, Failure> {
    let folder = tempfile::tempdir().map_err(Failure::data)?;
    let file = folder.path().join("trial.esr");
    let leg = Leg {
        first: 0,
        questions: QUESTIONS,
    };
    let answered = ask(args, inputs, point, leg, &file).map_err(|failure| match failure {
        // One whose server or libraries are not there leaves; the others race on.
        Failure::Board(error) => Failure::Data(error),
        other => other,
    })?;
    let Answered::With(verdict) = answered else {
        return Err(Failure::Board(anyhow::anyhow!("stopped")));
    };
    let runs = load_all(&[file]).map_err(Failure::data)?;
    if let Some(why) = failed(verdict, runs.first()) {
        return Err(Failure::Data(anyhow::anyhow!(why)));
    }
    Ok(Planned {
        seconds: runs.first().and_then(|run| run.sustained_s().value()),
        refused: None,
    })
}
