//! `edgescore run`.

mod args;
mod budgets;
mod early;
mod floor;
mod progress;
pub mod recorder;
mod sweep;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use edgescore_record::{LINGER_FOR_EVER, Plan, Record, RunId, Stop, VerdictKind, frame};

pub use args::{Args, Asked, Axis};
use early::Early;
pub use progress::Progress;
use recorder::Recorder;

use crate::defaults;
use crate::failure::{Failure, Outcome};
use crate::gate;
use crate::link::{Finish, Follow, Line, Spec, Stops, Waker, Want, find_or_send};
use crate::output::print;
use crate::random;
use crate::report;

/// Seconds that a run on a board goes on when the cable is cut: long enough to find the cable
/// and plug it in again, short enough that a forgotten board does not run all night.
const LINGER: u32 = 300;

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
    let run = report::load(output)?;
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
    Desk::open(args, pack, model)?.answers(plan, recorder, early)
}

/// A board that has pack and model.
struct Desk {
    line: Line,
    stops: Arc<Stops>,
    pack: String,
    model: String,
}

impl Desk {
    fn open(args: &Args, pack: &Path, model: &Path) -> Result<Desk, Failure> {
        let mut line = open(args, &Progress::new())?;
        Ok(Desk {
            pack: on_board(&mut line, pack)?,
            model: on_board(&mut line, model)?,
            stops: catch_interrupts(&line)?,
            line,
        })
    }

    /// One run of `plan`, whose paths are filled in, into `recorder`. Returns the verdict.
    fn answers(
        &mut self,
        plan: Plan,
        mut recorder: Recorder,
        mut early: Option<Early>,
    ) -> Result<Option<VerdictKind>, Failure> {
        let want = Want::Run {
            linger: if self.line.is_local() { 0 } else { LINGER },
            plan: Plan {
                pack: &self.pack,
                model: &self.model,
                ..plan
            },
        };
        let mut progress = Progress::new();
        let stops = &self.stops;
        let mut follow = Follow::new(&mut self.line, new_id(), want, stops);
        let mut take = |number: u32, content: &[u8]| {
            recorder.take(number, content)?;
            progress.take(content);
            if let Some(watcher) = &mut early
                && watcher.take(content)?
            {
                stops.request(Stop::Decided);
                early = None;
            }
            Ok(ControlFlow::Continue(()))
        };
        let finish = follow.rows(&mut take);
        progress.finish();
        let verdict = recorder.close(finish)?;
        follow.thank()?;
        Ok(verdict)
    }
}

/// Starts a run that goes on alone, and waits until its model is loaded: what is refused is
/// refused now.
fn detach(args: &Args, pack: &Path, model: &Path) -> Result<Outcome, Failure> {
    let mut progress = Progress::new();
    let mut line = open(args, &progress)?;
    let (pack, model) = (on_board(&mut line, pack)?, on_board(&mut line, model)?);
    let want = Want::Run {
        linger: LINGER_FOR_EVER,
        plan: Plan {
            pack: &pack,
            model: &model,
            ..args.plan()
        },
    };
    let stops = catch_interrupts(&line)?;
    let run = new_id();
    let finish = Follow::new(&mut line, run, want, &stops).rows(&mut |_, content| {
        progress.take(content);
        Ok(match frame::message(content) {
            Some(Record::ModelLoaded(_)) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
    });
    progress.finish();
    match finish? {
        Finish::Short(why) => return Err(Failure::Board(anyhow!("{why}"))),
        Finish::Ended | Finish::Enough => line.let_go(),
    }
    let spec = &args.board;
    print(|out| {
        writeln!(out, "run {run} goes on on {spec}")?;
        writeln!(
            out,
            "fetch it with: edgescore collect {spec} --run {run} -o RUN.esr"
        )
    })?;
    Ok(Outcome::AsPlanned)
}

fn open(args: &Args, progress: &Progress) -> Result<Line, Failure> {
    if let Spec::File(_) = args.board {
        return Err(Failure::Usage(anyhow!(
            "--board {}: a capture cannot run anything; read it with `edgescore collect {} -o RUN.esr`",
            args.board,
            args.board
        )));
    }
    let options = args.reach.options(args.detach);
    Line::open(&args.board, &options, Arc::new(progress.printer()))
}

/// Where the board has the file at `path`; it goes there if it is not there.
fn on_board(line: &mut Line, path: &Path) -> Result<String, Failure> {
    match line.is_local() {
        true => utf8(path).map(str::to_owned),
        false => find_or_send(line, path),
    }
}

/// What Ctrl-C ends: the run in progress.
static IN_PROGRESS: Mutex<Option<(Arc<Stops>, Waker)>> = Mutex::new(None);

/// Without this the first Ctrl-C would leave the last row unwritten.
fn catch_interrupts(line: &Line) -> Result<Arc<Stops>, Failure> {
    let in_progress = || IN_PROGRESS.lock().unwrap_or_else(PoisonError::into_inner);
    let stops = Arc::<Stops>::default();
    let before = in_progress().replace((stops.clone(), line.waker()));
    if before.is_some() {
        return Ok(stops);
    }
    let mut interrupts = 0;
    ctrlc::set_handler(move || {
        interrupts += 1;
        if interrupts > 1 {
            std::process::exit(130);
        }
        if let Some((stops, waker)) = &*in_progress() {
            stops.request(Stop::Interrupted);
            waker.wake();
        }
    })
    .context("cannot catch Ctrl-C")
    .map_err(Failure::Board)?;
    Ok(stops)
}

/// A name that no other run has.
fn new_id() -> RunId {
    RunId(random::number())
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
