//! Sends the rows of a journal, as many as the host keeps up with.

use std::io;

use edgescore_record::{Control, Phase, RunId};

use super::frame_writer::FrameWriter;
use crate::storage::data_folder::DataFolder;
use crate::storage::journal::{self, HostPresence, Tail};

/// Bytes that may be on their way without the host's acknowledgement. Enough for a link with
/// a tenth of a second of delay, and 2.8 s of a line at 115,200 baud.
const WINDOW: u64 = 32 * 1024;

/// A run on its way to the host.
pub struct RowStream {
    folder: DataFolder,
    tail: Tail,
    acknowledged: u32,
    sent: u32,
    /// The end of the run was sent.
    sent_end: bool,
    /// No host has acknowledged anything yet: rows are sent as they come, for whoever records
    /// them.
    broadcast: bool,
    presence: Option<HostPresence>,
}

impl RowStream {
    /// Attaches to `run`; `None` when there is no such run. A `broadcast` waits for no
    /// acknowledgement.
    pub fn attach(
        folder: &DataFolder,
        run: RunId,
        broadcast: bool,
    ) -> io::Result<Option<RowStream>> {
        Ok(Tail::open(folder, run)?.map(|tail| RowStream {
            folder: folder.clone(),
            tail,
            acknowledged: 0,
            sent: 0,
            sent_end: false,
            broadcast,
            presence: None,
        }))
    }

    /// Which run.
    pub fn run(&self) -> RunId {
        self.tail.run
    }

    /// Whether the end of the run was sent.
    pub fn has_sent_end(&self) -> bool {
        self.sent_end
    }

    /// Lets the process that runs know whether a host follows.
    pub fn set_followed(&mut self, yes: bool) -> io::Result<()> {
        match (yes, &self.presence) {
            (true, None) => self.presence = Some(HostPresence::announce(&self.folder, self.run())?),
            (false, Some(_)) => self.presence = None,
            _ => {}
        }
        Ok(())
    }

    /// The host has all rows before `next`. True when it is another host than before, which
    /// lacks rows that the one before had, or wants to know that the run is over.
    pub fn acknowledge(&mut self, next: u32) -> io::Result<bool> {
        let next = next.min(self.tail.rows());
        let back = next < self.acknowledged || self.broadcast;
        self.broadcast = false;
        self.acknowledged = next;
        self.sent = match back {
            true => next,
            false => self.sent.max(next),
        };
        let phase = self.tail.phase()?;
        let done = phase != Phase::Running && next == self.tail.rows();
        if done {
            self.presence = None;
            journal::mark_collected(&self.folder, self.run(), phase)?;
            self.sent_end = true;
        }
        Ok(back || done)
    }

    /// Sends rows again that were sent before.
    pub fn resend(&mut self, from: u32, to: u32, writer: &mut FrameWriter) -> io::Result<()> {
        for row in from..to.min(self.sent) {
            // A host that asks for more than fits the window asks again.
            if self.tail.bytes(from, row)? > WINDOW {
                break;
            }
            if let Some(frame) = self.tail.frame(row)? {
                writer.raw(&frame);
            }
        }
        Ok(())
    }

    /// Sends how far the run is; the refusal too, when there is one.
    pub fn state(&mut self, round: u32, writer: &mut FrameWriter) -> io::Result<()> {
        let phase = self.tail.phase()?;
        if let Some(frame) = self.tail.refusal()? {
            writer.raw(&frame);
        }
        writer.control(&Control::State {
            run: self.run(),
            rows: self.tail.rows(),
            sent: self.sent,
            phase,
            round,
        })
    }

    /// Sends what may be sent.
    pub fn send(&mut self, writer: &mut FrameWriter) -> io::Result<()> {
        self.tail.refresh()?;
        while self.sent < self.tail.rows() && !writer.is_full() {
            let on_their_way = self.tail.bytes(self.acknowledged, self.sent)?;
            if on_their_way >= WINDOW && !self.broadcast {
                break;
            }
            if let Some(frame) = self.tail.frame(self.sent)? {
                writer.raw(&frame);
            }
            self.sent += 1;
        }
        writer.flush();
        if self.sent == self.tail.rows() && !self.sent_end && self.tail.phase()? != Phase::Running {
            self.sent_end = true;
            self.state(0, writer)?;
        }
        Ok(())
    }
}
