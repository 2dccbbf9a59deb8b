//! A board that is asked to run something, and what it needs for that.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, anyhow};
use edgescore_record::{Plan, RunId, Stop, VerdictKind};

use super::early::Early;
use super::progress::Progress;
use super::recorder::Recorder;
use crate::failure::Failure;
use crate::link::{Follow, Line, Reach, Spec, Stops, Waker, Want, find_or_send};
use crate::random;

/// Seconds that a run on a board goes on when the cable is cut: long enough to find the cable
/// and plug it in again, short enough that a forgotten board does not run all night.
const LINGER: u32 = 300;

// The board, and how it is reached.
#[allow(missing_docs)]
#[derive(clap::Args)]
pub struct Board {
    /// The board: `local`, `ssh:[user@]host[:port]` or `serial:/dev/ttyUSB0[@baud]`
    ///
    /// A board behind ssh needs nothing but sshd: edgescore-rt, pack and model are copied once.
    /// Behind a serial line edgescore-rt must run already.
    #[arg(long = "board", value_name = "SPEC", default_value = "local")]
    pub spec: Spec,

    #[command(flatten)]
    reach: Reach,
}

impl Board {
    fn open(&self, detached: bool) -> Result<Line, Failure> {
        if let Spec::File(_) = self.spec {
            return Err(Failure::Usage(anyhow!(
                "--board {}: a capture cannot run anything; read it with `edgescore collect {} -o RUN.esr`",
                self.spec,
                self.spec
            )));
        }
        let options = self.reach.options(detached);
        Line::open(&self.spec, &options, Arc::new(Progress::new().printer()))
    }
}

/// A board that has pack and model.
pub struct Desk {
    line: Line,
    stops: Arc<Stops>,
    pack: String,
    model: String,
}

impl Desk {
    /// Brings pack and model to the board. A `detached` one goes on when this program has ended.
    pub fn open(board: &Board, detached: bool, pack: &Path, model: &Path) -> Result<Desk, Failure> {
        let mut line = board.open(detached)?;
        Ok(Desk {
            pack: on_board(&mut line, pack)?,
            model: on_board(&mut line, model)?,
            stops: catch_interrupts(&line)?,
            line,
        })
    }

    /// What ends the run that is followed.
    pub fn stops(&self) -> Arc<Stops> {
        self.stops.clone()
    }

    /// A run of `plan`, whose paths are filled in, that goes on for `linger` seconds when the
    /// cable is cut.
    pub fn follow<'d>(&'d mut self, plan: Plan<'d>, linger: u32) -> Result<Follow<'d>, Failure> {
        let want = Want::Run {
            linger,
            plan: Plan {
                pack: &self.pack,
                model: &self.model,
                ..plan
            },
        };
        // A name that no other run has.
        let run = RunId(random::number()?);
        Ok(Follow::new(&mut self.line, run, want, &self.stops))
    }

    /// How long a run goes on without a listener that is not told otherwise.
    pub fn linger(&self) -> u32 {
        if self.line.is_local() { 0 } else { LINGER }
    }

    /// One run of `plan` into `recorder`. Returns the verdict.
    pub fn answers(
        &mut self,
        plan: Plan,
        mut recorder: Recorder,
        mut early: Option<Early>,
    ) -> Result<Option<VerdictKind>, Failure> {
        let mut progress = Progress::new();
        let (stops, linger) = (self.stops(), self.linger());
        let mut follow = self.follow(plan, linger)?;
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

    /// Leaves the board alone.
    pub fn let_go(self) {
        self.line.let_go();
    }
}

/// Where the board has the file at `path`; it goes there if it is not there.
fn on_board(line: &mut Line, path: &Path) -> Result<String, Failure> {
    match line.is_local() {
        true => utf8(path).map(str::to_owned),
        false => find_or_send(line, path),
    }
}

fn utf8(path: &Path) -> Result<&str, Failure> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8: rename it", path.display()))
        .map_err(Failure::Data)
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
