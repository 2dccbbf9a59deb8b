//! The parent: speaks with the desk, starts a worker for each run, and has the last word on
//! how it ended. It stays small, so that it lives on when the worker runs out of memory or
//! crashes.

mod signals;
mod verdict;
mod worker;

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Instant;

use edgescore_probe::BoardFacts;
use edgescore_record::{
    CURRENT_VERSION, Command, Control, Fault, Record, SessionEnd, Verdict, frame,
};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::answering::microseconds;
use crate::inlet::Inlet;
use crate::outbox::{Outbox, clip};
use crate::report::Report;
use verdict::Ended;
use worker::Worker;

/// Serves the desk on standard input and output until it hangs up.
pub fn serve() -> io::Result<()> {
    signals::pass_on();
    let mut parent = Parent {
        desk: Inlet::new(io::stdin().as_fd().try_clone_to_owned()?),
        outbox: Outbox::new(io::stdout().lock())?,
        run: None,
    };
    while parent.desk.is_open() || parent.run.is_some() {
        parent.turn()?;
    }
    Ok(())
}

struct Parent<W> {
    desk: Inlet,
    outbox: Outbox<W>,
    run: Option<Run>,
}

/// The run in progress.
struct Run {
    worker: Worker,
    started: Instant,
    answered: u32,
    skipped: u32,
    /// The worker has refused the plan: there is no result.
    refused: bool,
    /// How it ended in the worker's words.
    ended: Option<Ended>,
}

impl<W: Write> Parent<W> {
    /// Waits until somebody says something, and deals with it.
    fn turn(&mut self) -> io::Result<()> {
        let [desk, worker, log] = self.wait()?;
        if log && let Some(run) = &mut self.run {
            run.worker.pass_log();
        }
        if worker {
            self.hear_worker()?;
        }
        if desk {
            self.hear_desk()?;
        }
        Ok(())
    }

    /// Which of desk, worker and the worker's log can be read without waiting.
    fn wait(&self) -> io::Result<[bool; 3]> {
        let run = self.run.as_ref();
        let desk = self.desk.is_open().then(|| self.desk.as_fd());
        let worker = run.map(|run| run.worker.reports.as_fd());
        let log = run.and_then(|run| run.worker.log());
        let places = [desk, worker, log];
        let readable = |fd| PollFd::new(fd, PollFlags::POLLIN);
        let mut fds: Vec<PollFd> = places.into_iter().flatten().map(readable).collect();
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok([false; 3]),
            Err(error) => return Err(error.into()),
        }
        let mut polled = fds.iter();
        // A hang-up is readable: reading tells that it is the end.
        Ok(places.map(|place| place.is_some() && polled.next().is_some_and(is_ready)))
    }

    fn hear_desk(&mut self) -> io::Result<()> {
        for content in self.desk.take() {
            self.obey(&content)?;
        }
        if !self.desk.is_open()
            && let Some(run) = &mut self.run
        {
            run.worker.hang_up();
        }
        Ok(())
    }

    fn obey(&mut self, content: &[u8]) -> io::Result<()> {
        match frame::message(content) {
            Some(Command::Hello { .. }) => {
                let board = BoardFacts::read(Path::new("/"));
                self.outbox.control(&Control::Identity {
                    version: CURRENT_VERSION,
                    runtime: env!("CARGO_PKG_VERSION"),
                    engine: clip(edgescore_engine::llama_version(), 200),
                    board: clip(&board.board, 200),
                })
            }
            Some(Command::Run(_)) => self.start(content),
            Some(Command::Abort(_)) => {
                if let Some(run) = &mut self.run {
                    run.worker.say(content);
                }
                Ok(())
            }
            None => self.refuse(
                Fault::Link,
                "edgescore-rt does not know this command: use edgescore and edgescore-rt of the same version",
            ),
        }
    }

    fn refuse(&mut self, fault: Fault, detail: &str) -> io::Result<()> {
        let detail = clip(detail, 2000);
        self.outbox.control(&Control::Refused { fault, detail })
    }

    /// Starts a worker on the plan in `content`.
    fn start(&mut self, content: &[u8]) -> io::Result<()> {
        if self.run.is_some() {
            return self.refuse(Fault::Link, "a run is going on: abort it first");
        }
        self.outbox.restart();
        let mut worker = match Worker::start() {
            Ok(worker) => worker,
            Err(error) => {
                let detail = format!("edgescore-rt cannot start its worker: {error}");
                return self.refuse(Fault::Board, &detail);
            }
        };
        worker.say(content);
        self.run = Some(Run {
            worker,
            started: Instant::now(),
            answered: 0,
            skipped: 0,
            refused: false,
            ended: None,
        });
        Ok(())
    }

    fn hear_worker(&mut self) -> io::Result<()> {
        let Some(run) = &mut self.run else {
            return Ok(());
        };
        for content in run.worker.reports.take() {
            match frame::message(&content) {
                Some(Report::Row(row)) => {
                    run.count(&row);
                    self.outbox.record(&row)?;
                }
                Some(Report::Refused { fault, detail }) => {
                    run.refused = true;
                    self.outbox.control(&Control::Refused { fault, detail })?;
                }
                Some(Report::Ended { verdict, stop }) => {
                    run.ended = Some(Ended {
                        kind: verdict.kind,
                        detail: verdict.detail.to_owned(),
                        stop,
                    });
                }
                // Both processes run one file.
                None => log::error!("the worker said something unknown"),
            }
        }
        match self.run.take_if(|run| !run.worker.reports.is_open()) {
            Some(run) => self.finish(run),
            None => Ok(()),
        }
    }

    /// Ends the result of a worker that is gone.
    fn finish(&mut self, run: Run) -> io::Result<()> {
        let gone = run.worker.wait();
        if run.refused {
            return Ok(());
        }
        let ended = run.ended.unwrap_or_else(|| Ended::without_a_word(&gone));
        if self.outbox.sent() == 0 {
            return self.refuse(Fault::Board, &ended.detail);
        }
        self.outbox.record(&Record::Verdict(Verdict {
            kind: ended.kind,
            detail: clip(&ended.detail, 2000),
        }))?;
        self.outbox.record(&Record::SessionEnd(SessionEnd {
            answered: run.answered,
            skipped: run.skipped,
            stop: ended.stop,
            elapsed: microseconds(run.started.elapsed()),
            chain: self.outbox.chain(),
        }))?;
        let records = self.outbox.sent();
        self.outbox.control(&Control::Done { records })
    }
}

impl Run {
    fn count(&mut self, row: &Record) {
        match row {
            Record::Question(_) => self.answered += 1,
            Record::Skipped(_) => self.skipped += 1,
            _ => {}
        }
    }
}

fn is_ready(polled: &PollFd) -> bool {
    polled.any().unwrap_or(true)
}
