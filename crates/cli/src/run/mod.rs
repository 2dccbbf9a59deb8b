//! `edgescore run`.

mod args;
mod board;
mod early;
mod progress;
mod recorder;

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use edgescore_record::{Command, Control, Fault, Plan, Stop, VerdictKind};

pub use args::Args;
use board::{Board, Heard};
use early::Early;
use progress::Progress;
use recorder::Recorder;

use crate::defaults;
use crate::failure::{Failure, Outcome};
use crate::gate;
use crate::output::print;
use crate::report;

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let pack = absolute(args.pack.clone().map_or_else(defaults::pack, Ok)?)?;
    let model = absolute(args.model.clone().map_or_else(defaults::model, Ok)?)?;
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| default_output(&model));
    let mut early = Early::new(args)?;
    let mut recorder = Recorder::new(&output, args.force)?;
    let mut progress = Progress::new();
    let mut board = Board::start(args.runtime.as_deref(), progress.printer())?;
    board.say(&Command::Run(Plan {
        pack: utf8(&pack)?,
        model: utf8(&model)?,
        ..args.plan()
    }))?;
    let abort = board.mouth();
    let mut interrupts = 0;
    // Without this the first Ctrl-C would leave the last row unwritten.
    ctrlc::set_handler(move || {
        interrupts += 1;
        if interrupts > 1 {
            std::process::exit(130);
        }
        // A board that is gone is noticed by whoever listens to it.
        let _ = abort.say(&Command::Abort(Stop::Interrupted));
    })
    .context("cannot catch Ctrl-C")
    .map_err(Failure::Board)?;

    let heard = listen(&mut board, &mut recorder, &mut progress, early.as_mut());
    progress.finish();
    let verdict = match heard {
        Ok(()) => recorder.finish()?,
        Err(failure) => {
            // What was answered is kept.
            recorder.give_up(&failure.to_string());
            return Err(failure);
        }
    };
    let run = report::load(&output)?;
    let judged = match &args.gate {
        Some(path) => Some(gate::judge(&run, gate::Profile::read(path)?)?),
        None => None,
    };
    report::print(run, judged.as_ref())?;
    print(|out| writeln!(out, "\nresult: {}", output.display()))?;
    match verdict {
        Some(VerdictKind::Ok) if judged.is_some_and(|judged| !judged.pass()) => {
            Ok(Outcome::NotAsPlanned)
        }
        Some(VerdictKind::Ok) => Ok(Outcome::AsPlanned),
        _ => Ok(Outcome::NotAsPlanned),
    }
}

/// Takes everything the board says until it is done.
fn listen(
    board: &mut Board,
    recorder: &mut Recorder,
    progress: &mut Progress,
    mut early: Option<&mut Early>,
) -> Result<(), Failure> {
    let mouth = board.mouth();
    loop {
        match board.hear()? {
            Heard::Row { number, content } => {
                recorder.take(number, content)?;
                progress.take(content);
                if let Some(watcher) = &mut early
                    && watcher.take(content)?
                {
                    // Once is enough. A board that is gone is noticed by listening to it.
                    let _ = mouth.say(&Command::Abort(Stop::Decided));
                    early = None;
                }
            }
            Heard::Control(Control::Done { .. }) => return Ok(()),
            Heard::Control(Control::Refused { fault, detail }) => {
                let error = anyhow!("{detail}");
                return Err(match fault {
                    Fault::Data => Failure::Data(error),
                    Fault::Link | Fault::Board => Failure::Board(error),
                });
            }
            Heard::Control(Control::Log { text, .. }) => progress.say(text),
            Heard::Control(Control::Identity { .. }) => {}
            Heard::HungUp(why) => {
                // The rows so far are a result. The board could not say how it ended, so the
                // desk says it.
                recorder.close_for_board(&why)?;
                return Ok(());
            }
        }
    }
}

/// Paths go to another process, so they must not depend on its working folder.
fn absolute(path: PathBuf) -> Result<PathBuf, Failure> {
    std::path::absolute(&path)
        .with_context(|| format!("no such path: {}", path.display()))
        .map_err(Failure::Data)
}

fn utf8(path: &std::path::Path) -> Result<&str, Failure> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8: rename it", path.display()))
        .map_err(Failure::Data)
}

/// `MODEL-SECONDS.esr` in the current folder.
fn default_output(model: &std::path::Path) -> PathBuf {
    let stem = model.file_stem().unwrap_or_default().to_string_lossy();
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since_1970.map_or(0, |d| d.as_secs());
    PathBuf::from(format!("{stem}-{seconds}.esr"))
}
