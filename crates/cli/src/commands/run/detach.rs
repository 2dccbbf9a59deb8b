//! `run --detach`.

use std::ops::ControlFlow;

use anyhow::anyhow;
use edgescore_record::{LINGER_FOR_EVER, Record};

use super::args::Args;
use crate::failure::{Failure, Outcome};
use crate::link::Finish;
use crate::output::print;
use crate::session::{BoardSession, Inputs};

/// Starts a run that continues alone, and waits until its model is loaded: what is refused is
/// refused now.
pub fn start(args: &Args, inputs: &Inputs) -> Result<Outcome, Failure> {
    let mut session = BoardSession::open(&args.board, true, inputs)?;
    let mut progress = session.progress();
    let mut follower = session.follow(args.plan()?, LINGER_FOR_EVER)?;
    let run = follower.run();
    let finish = follower.follow(&mut |row| {
        progress.take(&row.record);
        Ok(match row.record {
            Record::ModelLoaded(_) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
    });
    drop(progress);
    match finish? {
        Finish::Short(why) => return Err(Failure::Board(anyhow!("{why}"))),
        Finish::Ended | Finish::Enough => session.release(),
    }
    let board = &args.board.address;
    print(|out| {
        writeln!(out, "run {run} continues on {board}")?;
        writeln!(
            out,
            "fetch it with: edgescore collect {board} --run {run} -o RUN.esr"
        )
    })?;
    Ok(Outcome::AsPlanned)
}
