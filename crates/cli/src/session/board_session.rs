//! A board that is asked to run something, from connect to close.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use edgescore_record::{Plan, RunId, Stop, VerdictKind, is_url};

use super::board::Board;
use super::early_stop::EarlyStop;
use super::inputs::{Inputs, PromptsFile};
use super::interrupts;
use super::progress::Progress;
use super::recorder::Recorder;
use crate::bars;
use crate::failure::Failure;
use crate::link::{BoardAddress, Connection, RunFollower, StopRequests, Want, find_or_send};
use crate::random;

/// Seconds that a run on a board continues without a connection: long enough to find the cable
/// and plug it in again, short enough that a forgotten board does not run all night.
const LINGER: u32 = 300;

/// A connected board that has the files of a run.
pub struct BoardSession {
    connection: Connection,
    stops: Arc<StopRequests>,
    /// Of the next run, which begins with the connection.
    progress: Option<Progress>,
    pack: String,
    model: String,
    prompts: String,
    /// The prompts of a board that reads the files of this machine.
    _file: PromptsFile,
}

impl BoardSession {
    /// Connects, and sends the inputs that the board has not. A `detached` board continues when
    /// this program has ended.
    pub fn open(board: &Board, detached: bool, inputs: &Inputs) -> Result<BoardSession, Failure> {
        let file = inputs.prompts_file()?;
        let progress = Progress::new();
        let mut connection = connect(board, detached)?;
        connection.can_run()?;
        Ok(BoardSession {
            pack: path_on_board(&mut connection, &inputs.pack)?,
            model: path_on_board(&mut connection, &inputs.model)?,
            prompts: match connection.is_local() {
                true => utf8(&file.path())?.to_owned(),
                // It has no name here.
                false => find_or_send(&mut connection, &file.path(), Some("prompts"))?,
            },
            _file: file,
            stops: interrupts::catch(&connection)?,
            progress: Some(progress),
            connection,
        })
    }

    /// What ends the run that is followed.
    pub fn stops(&self) -> Arc<StopRequests> {
        self.stops.clone()
    }

    /// A run of `plan`, whose paths are filled in, that continues for `linger` seconds when the
    /// host is disconnected.
    pub fn follow<'s>(
        &'s mut self,
        plan: Plan<'s>,
        linger: u32,
    ) -> Result<RunFollower<'s>, Failure> {
        let want = Want::Run {
            linger,
            plan: Plan {
                pack: &self.pack,
                model: &self.model,
                prompts: &self.prompts,
                ..plan
            },
        };
        let run = RunId(random::number()?);
        Ok(RunFollower::new(
            &mut self.connection,
            run,
            want,
            &self.stops,
        ))
    }

    /// How long a run continues without a connection, unless it is started otherwise.
    pub fn linger(&self) -> u32 {
        if self.connection.is_local() {
            0
        } else {
            LINGER
        }
    }

    /// One run of `plan` into `recorder`. Returns the verdict.
    pub fn record(
        &mut self,
        plan: Plan,
        mut recorder: Recorder,
        mut early_stop: Option<EarlyStop>,
    ) -> Result<Option<VerdictKind>, Failure> {
        let mut progress = self.progress();
        let (stops, linger) = (self.stops(), self.linger());
        let mut follower = self.follow(plan, linger)?;
        let finish = follower.follow(&mut |row| {
            recorder.take(row)?;
            progress.take(&row.record);
            if let Some(stop) = &mut early_stop
                && stop.take(&row.record)?
            {
                stops.request(Stop::Decided);
                early_stop = None;
            }
            Ok(ControlFlow::Continue(()))
        });
        drop(progress);
        let verdict = recorder.close(finish)?;
        follower.acknowledge_all()?;
        Ok(verdict)
    }

    /// What shows the next run.
    pub fn progress(&mut self) -> Progress {
        self.progress.take().unwrap_or_else(Progress::new)
    }

    /// Closes the connection; a board that was started detached continues.
    pub fn release(self) {
        self.connection.release();
    }
}

fn connect(board: &Board, detached: bool) -> Result<Connection, Failure> {
    let address = &board.address;
    if let BoardAddress::Capture(_) = address {
        return Err(Failure::Usage(anyhow!(
            "--board {address}: a capture cannot run anything; read it with `edgescore collect {address} -o RUN.esr`"
        )));
    }
    let options = board.reach.options(detached);
    Connection::open(address, &options, Arc::new(bars::say))
}

/// Where the board has the file at `path`; it is sent there if it is not there.
fn path_on_board(connection: &mut Connection, path: &Path) -> Result<String, Failure> {
    // The address of a server is no file.
    let is_served = path.to_str().is_some_and(is_url);
    match connection.is_local() || is_served {
        true => utf8(path).map(str::to_owned),
        false if path.is_dir() => Err(Failure::Usage(anyhow!(
            "{} is a folder: models of ONNX Runtime GenAI run on this machine alone; to measure a board, run edgescore \
             on it",
            path.display()
        ))),
        false => find_or_send(connection, path, None),
    }
}

fn utf8(path: &Path) -> Result<&str, Failure> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8: rename it", path.display()))
        .map_err(Failure::Data)
}
