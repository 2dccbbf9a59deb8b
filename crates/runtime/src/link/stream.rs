//! Sending the rows of a journal, as many as the desk keeps up with.

use std::io;

use edgescore_record::{Control, Phase, RunId};

use super::out::Out;
use crate::home::Home;
use crate::journal::{self, Presence, Tail};

/// Bytes that may be on their way without the desk's acknowledgement. Enough for a link with
/// a tenth of a second of delay, and 2.8 s of a line at 115,200 baud.
const WINDOW: u64 = 32 * 1024;

/// A run on its way to the desk.
pub struct Stream {
    home: Home,
    tail: Tail,
    acknowledged: u32,
    sent: u32,
    /// The desk was told that the run is over.
    told: bool,
    /// Nobody has said anything yet: rows go out as they come, for whoever notes them down.
    broadcast: bool,
    presence: Option<Presence>,
}

impl Stream {
    /// Attaches to `run`; `None` when there is no such run. A `broadcast` waits for nobody.
    pub fn attach(home: &Home, run: RunId, broadcast: bool) -> io::Result<Option<Stream>> {
        Ok(Tail::open(home, run)?.map(|tail| Stream {
            home: home.clone(),
            tail,
            acknowledged: 0,
            sent: 0,
            told: false,
            broadcast,
            presence: None,
        }))
    }

    /// Which run.
    pub fn run(&self) -> RunId {
        self.tail.run
    }

    /// Whether the end of the run was said.
    pub fn has_told(&self) -> bool {
        self.told
    }

    /// Whether a desk listens; told to the process that runs.
    pub fn listened_to(&mut self, yes: bool) -> io::Result<()> {
        match (yes, &self.presence) {
            (true, None) => self.presence = Some(Presence::of(&self.home, self.run())?),
            (false, Some(_)) => self.presence = None,
            _ => {}
        }
        Ok(())
    }

    /// The desk has all rows before `next`. True when it is another desk than before, which
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
            journal::collected(&self.home, self.run(), phase)?;
            self.told = true;
        }
        Ok(back || done)
    }

    /// Sends rows again that were sent before.
    pub fn resend(&mut self, from: u32, to: u32, out: &mut Out) -> io::Result<()> {
        for row in from..to.min(self.sent) {
            // A desk that asks for more than fits the window asks again.
            if self.tail.bytes(from, row) > WINDOW {
                break;
            }
            if let Some(frame) = self.tail.frame(row)? {
                out.raw(&frame);
            }
        }
        Ok(())
    }

    /// Says how far the run is; the refusal too, when there is one.
    pub fn state(&mut self, round: u32, out: &mut Out) -> io::Result<()> {
        let phase = self.tail.phase()?;
        if let Some(frame) = self.tail.refusal()? {
            out.raw(&frame);
        }
        out.control(&Control::State {
            run: self.run(),
            rows: self.tail.rows(),
            sent: self.sent,
            phase,
            round,
        })
    }

    /// Sends what may be sent.
    pub fn pump(&mut self, out: &mut Out) -> io::Result<()> {
        self.tail.refresh()?;
        while self.sent < self.tail.rows() && !out.is_full() {
            let on_their_way = self.tail.bytes(self.acknowledged, self.sent);
            if on_their_way >= WINDOW && !self.broadcast {
                break;
            }
            if let Some(frame) = self.tail.frame(self.sent)? {
                out.raw(&frame);
            }
            self.sent += 1;
        }
        out.flush();
        if self.sent == self.tail.rows() && !self.told && self.tail.phase()? != Phase::Running {
            self.told = true;
            self.state(0, out)?;
        }
        Ok(())
    }
}
