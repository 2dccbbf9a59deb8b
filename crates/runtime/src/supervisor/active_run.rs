//! The run in progress: its worker's reports become rows of the journal.

use std::io;
use std::time::{Duration, Instant};

use edgescore_record::frame;
use edgescore_record::{
    Control, LINGER_FOR_EVER, MemoryStart, Record, RefusalKind, RunId, SessionEnd, Verdict,
};

use super::clocks::ClockCap;
use super::record_writer::RecordWriter;
use super::verdict::Ended;
use super::worker_process::WorkerProcess;
use crate::run::report::Report;
use crate::storage::journal::Journal;
use crate::wire::{DETAIL, clip};

/// The run in progress.
pub struct ActiveRun {
    /// Its name.
    pub id: RunId,
    /// Seconds that it goes on while no host follows.
    linger: u32,
    /// Since when none follows.
    abandoned: Option<Instant>,
    /// The process that does the work.
    pub worker: WorkerProcess,
    cap: Option<ClockCap>,
    rows: RecordWriter<Journal>,
    started: Instant,
    answered: u32,
    skipped: u32,
    /// There is a row about what it will need.
    has_estimate: bool,
    /// The worker has refused the plan: there is no result.
    refused: bool,
    /// How it ended, as the worker reports it.
    ended: Option<Ended>,
}

impl ActiveRun {
    /// The run `id` of `worker`, which starts now.
    pub fn new(
        id: RunId,
        linger: u32,
        worker: WorkerProcess,
        cap: Option<ClockCap>,
        journal: Journal,
    ) -> ActiveRun {
        ActiveRun {
            id,
            linger,
            abandoned: None,
            worker,
            cap,
            rows: RecordWriter::new(journal),
            started: Instant::now(),
            answered: 0,
            skipped: 0,
            has_estimate: false,
            refused: false,
            ended: None,
        }
    }

    /// Ends the run when no host has followed for as long as it lingers.
    pub fn end_if_abandoned(&mut self, followed: bool) {
        if followed {
            self.abandoned = None;
            return;
        }
        let abandoned = self.abandoned.get_or_insert_with(Instant::now).elapsed();
        let lingers = Duration::from_secs(self.linger.into());
        if self.linger != LINGER_FOR_EVER && abandoned >= lingers {
            self.worker.disconnect();
        }
    }

    /// Receives the worker's reports and writes their rows.
    pub fn receive(&mut self) -> io::Result<()> {
        for (_, content) in self.worker.reports.read() {
            match frame::message(&content) {
                Some(Report::Row(row)) => {
                    self.count(&row);
                    self.rows.record(&row)?;
                }
                Some(Report::Refused { kind, detail }) => {
                    self.refused = true;
                    self.rows.control(&Control::Refused { kind, detail })?;
                }
                Some(Report::Ended { verdict, stop }) => {
                    self.ended = Some(Ended {
                        kind: verdict.kind,
                        detail: verdict.detail.to_owned(),
                        stop,
                    });
                }
                // Both processes run one file.
                None => log::error!("the worker sent a report of an unknown kind"),
            }
        }
        // All that came at once is synced at once.
        self.rows.flush()
    }

    fn count(&mut self, row: &Record) {
        match row {
            Record::Question(_) => self.answered += 1,
            Record::Skipped(_) => self.skipped += 1,
            Record::MemoryStart(_) => self.has_estimate = true,
            _ => {}
        }
    }

    /// Ends the result of a worker that has ended.
    pub fn finish(self) -> io::Result<()> {
        let worker = self.worker.wait();
        // Before the host learns of the end and starts another run.
        drop(self.cap);
        if self.refused {
            return Ok(());
        }
        let mut rows = self.rows;
        let ended = self.ended.unwrap_or_else(|| Ended::unreported(&worker));
        if rows.written() == 0 {
            rows.control(&Control::Refused {
                kind: RefusalKind::Board,
                detail: clip(&ended.detail, DETAIL),
            })?;
            return rows.flush();
        }
        if worker.over_memory.is_some() && !self.has_estimate {
            rows.record(&Record::MemoryStart(MemoryStart {
                limiter: worker.limiter,
                why: "",
                limit: worker.limit,
                estimate: None,
            }))?;
        }
        rows.record(&Record::Verdict(Verdict {
            kind: ended.kind,
            detail: clip(&ended.detail, DETAIL),
        }))?;
        rows.record(&Record::SessionEnd(SessionEnd {
            answered: self.answered,
            skipped: self.skipped,
            stop: ended.stop,
            elapsed: self.started.elapsed().into(),
            chain: rows.chain(),
        }))?;
        rows.flush()
    }
}
