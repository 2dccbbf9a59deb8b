//! Collecting the rows of a run: every row once, in order, whatever the line does.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use edgescore_record::{Command, Control, Fault, Phase, Plan, Record, RunId, Stop, frame};

use super::inbox::Inbox;
use super::line::{Heard, Line};
use super::send::refused;
use crate::failure::Failure;

/// Rows of so many bytes are acknowledged at once: an eighth of the board's window.
const ACKNOWLEDGE: usize = 4096;
/// A board that has nothing to say is asked this often, so that it knows that somebody listens
/// and a loss at the end of what it sent is noticed.
const IDLE: Duration = Duration::from_secs(2);
/// A line that can be cut is given up after this long without a word.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Times that the last acknowledgement is said.
const LAST_WORDS: u32 = 3;

/// A wish to end the run, from a signal handler or from whoever looks at the rows.
#[derive(Debug, Default)]
pub struct Stops(AtomicU8);

impl Stops {
    /// Wishes the run to end. Interrupted stands before decided.
    pub fn request(&self, stop: Stop) {
        let code = match stop {
            Stop::Decided => 1,
            Stop::Interrupted => 2,
        };
        self.0.fetch_max(code, Ordering::Relaxed);
    }

    fn wanted(&self) -> Option<Stop> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Stop::Decided),
            _ => Some(Stop::Interrupted),
        }
    }
}

/// Which rows.
#[derive(Clone, Copy)]
#[expect(clippy::large_enum_variant, reason = "it lives for one call")]
pub enum Want<'p> {
    /// Those of a run that begins now.
    Run {
        /// Seconds that it goes on without a listener.
        linger: u32,
        /// What to run.
        plan: Plan<'p>,
    },
    /// Those of a run that the board keeps.
    Kept,
}

/// How the rows came to an end.
#[derive(Debug)]
pub enum Finish {
    /// With the last row of the run.
    Ended,
    /// Before it, for this reason: no more will come.
    Short(String),
    /// Whoever took them had enough.
    Enough,
}

/// Takes a row's number and content; a break is enough of them.
type Take<'t> = dyn FnMut(u32, &[u8]) -> Result<ControlFlow<()>, Failure> + 't;

/// Follows one run.
pub struct Follow<'a> {
    line: &'a mut Line,
    run: RunId,
    want: Want<'a>,
    stops: &'a Stops,
    /// The wish to stop that was said last.
    told: Option<Stop>,
    inbox: Inbox,
    /// The board said that what comes is of this run.
    attached: bool,
    rows: u32,
    phase: Phase,
    /// What is missing before this row was lost.
    sent: u32,
    round: u32,
    /// The answer to the round is due then.
    due: Option<Instant>,
    unacknowledged: usize,
    refusal: Option<Failure>,
    heard: Instant,
    ended: bool,
}

impl<'a> Follow<'a> {
    /// Follows `run`.
    pub fn new(line: &'a mut Line, run: RunId, want: Want<'a>, stops: &'a Stops) -> Follow<'a> {
        let attached = line.is_file();
        Follow {
            line,
            run,
            want,
            stops,
            told: None,
            inbox: Inbox::default(),
            attached,
            rows: 0,
            phase: Phase::Running,
            sent: 0,
            round: 0,
            due: None,
            unacknowledged: 0,
            refusal: None,
            heard: Instant::now(),
            ended: false,
        }
    }

    /// The run's name.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// Hands every row to `take`, in order and once, until there are no more.
    ///
    /// # Errors
    /// Those of `take`, and a board that refuses or cannot be reached any more.
    pub fn rows(&mut self, take: &mut Take<'_>) -> Result<Finish, Failure> {
        self.attach();
        loop {
            while let Some((number, content)) = self.inbox.take() {
                self.ended = matches!(frame::message(&content), Some(Record::SessionEnd(_)));
                self.unacknowledged += content.len();
                if take(number, &content)?.is_break() {
                    return Ok(Finish::Enough);
                }
            }
            if let Some(finish) = self.finish()? {
                return Ok(finish);
            }
            self.speak();
            let wait = match self.due {
                Some(due) => due.saturating_duration_since(Instant::now()),
                None => IDLE,
            };
            if let Some(why) = self.hear(wait)? {
                if !self.line.can_reconnect() {
                    return self.hung_up(why).map(Finish::Short);
                }
                self.line.reconnect(&why, PATIENCE)?;
                self.attached = false;
                self.heard = Instant::now();
                self.attach();
            }
        }
    }

    /// Tells the board that everything is on this side's disk.
    pub fn thank(&mut self) -> Result<(), Failure> {
        if self.line.is_file() {
            return Ok(());
        }
        for _ in 0..LAST_WORDS {
            self.acknowledge();
            // The answer to this comes behind the acknowledgement.
            let next = self.inbox.next();
            self.ask(next, next);
            let until = Instant::now() + self.line.pace().answer;
            loop {
                let wait = until.saturating_duration_since(Instant::now());
                match self.line.hear(wait)? {
                    Heard::Control(Control::State { round, .. }) if round == self.round => {
                        return Ok(());
                    }
                    // Then the board keeps the journal. What is here is here.
                    Heard::HungUp(_) => return Ok(()),
                    Heard::Nothing => break,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Finish>, Failure> {
        if self.ended {
            return Ok(Some(Finish::Ended));
        }
        let all = self.attached && self.inbox.next() >= self.rows;
        match self.phase {
            Phase::CutOff if all && let Some(refusal) = self.refusal.take() => Err(refusal),
            Phase::CutOff if all => Ok(Some(Finish::Short(
                "the board was restarted before the end of the run".to_owned(),
            ))),
            Phase::Refused if all && let Some(refusal) = self.refusal.take() => {
                self.thank()?;
                Err(refusal)
            }
            _ => Ok(None),
        }
    }

    /// Says what has to be said now. A cable that is cut is noticed by listening.
    fn speak(&mut self) {
        if self.line.is_file() {
            return;
        }
        if self.unacknowledged >= ACKNOWLEDGE {
            self.acknowledge();
        }
        // The rows themselves may have decided it: waiting for silence would be too late.
        if self.stops.wanted() != self.told {
            self.stop();
        }
        if self.attached && self.due.is_none() {
            let gaps = self.inbox.missing(self.sent.max(self.inbox.seen()));
            if !gaps.is_empty() {
                gaps.iter().for_each(|gap| self.ask(gap.start, gap.end));
            }
        }
    }

    fn acknowledge(&mut self) {
        self.unacknowledged = 0;
        let next = self.inbox.next();
        let _ = self.line.say(&Command::Ack {
            run: self.run,
            next,
        });
    }

    /// Asks for rows; for the state alone when `from` is `to`.
    fn ask(&mut self, from: u32, to: u32) {
        self.round = self.round.wrapping_add(1).max(1);
        self.due = Some(Instant::now() + self.line.pace().answer);
        let _ = self.line.say(&Command::Resend {
            run: self.run,
            from,
            to,
            round: self.round,
        });
    }

    /// Makes the board send this run from the first row that is not here.
    fn attach(&mut self) {
        self.due = Some(Instant::now() + self.line.pace().answer);
        self.sent = 0;
        match self.want {
            // Rows that are here came from the board: the run was begun.
            Want::Run { linger, plan } if self.inbox.next() == 0 => {
                let run = self.run;
                let _ = self.line.say(&Command::Run { run, linger, plan });
            }
            _ => self.acknowledge(),
        }
        self.stop();
    }

    fn stop(&mut self) {
        self.told = self.stops.wanted();
        if let Some(stop) = self.told {
            let run = self.run;
            let _ = self.line.say(&Command::Abort { run, stop });
        }
    }

    /// Takes in one message. The reason when the cable was cut.
    fn hear(&mut self, wait: Duration) -> Result<Option<String>, Failure> {
        match self.line.hear(wait)? {
            Heard::Row { number, content } if self.attached => self.inbox.put(number, content),
            Heard::Control(Control::State {
                run,
                rows,
                sent,
                phase,
                round,
            }) => {
                if self.line.is_file() && self.run == RunId::default() {
                    // The first run that a capture names is the one it is of.
                    self.run = run;
                }
                self.attached = run == self.run;
                if self.attached {
                    (self.rows, self.phase) = (rows, phase);
                    // An older answer says nothing of what is on its way since.
                    if round == 0 || round == self.round {
                        self.sent = sent;
                        self.due = None;
                    }
                }
            }
            Heard::Control(Control::Refused { fault, detail }) => {
                let refusal = refused(fault, detail);
                if !self.attached {
                    return Err(refusal);
                }
                self.refusal = Some(refusal);
            }
            Heard::Control(Control::Log { text, .. }) => {
                let text = text.to_owned();
                (self.line.print)(&text);
            }
            Heard::HungUp(why) => return Ok(Some(why)),
            Heard::Woken => self.stop(),
            Heard::Nothing => {
                self.nothing()?;
                return Ok(None);
            }
            _ => {}
        }
        self.heard = Instant::now();
        Ok(None)
    }

    /// The board had nothing to say, or it was lost.
    fn nothing(&mut self) -> Result<(), Failure> {
        if let Some(refusal) = self.refusal.take() {
            return Err(refusal);
        }
        if self.line.can_reconnect() && self.heard.elapsed() > PATIENCE {
            return Err(Failure::Board(anyhow!(
                "{spec} has said nothing for {} s: check board and cable; what it answered is kept there, fetch it with `edgescore collect {spec} -o RUN.esr`",
                PATIENCE.as_secs(),
                spec = self.line.spec()
            )));
        }
        self.stop();
        match self.attached {
            true => self.ask(self.inbox.next(), self.inbox.next()),
            false => self.attach(),
        }
        Ok(())
    }

    /// What a cut that cannot be mended means.
    fn hung_up(&self, why: String) -> Result<String, Failure> {
        let seen = self.inbox.seen();
        match self.inbox.missing(seen).first() {
            Some(gap) => Err(refused(
                Fault::Data,
                &format!(
                    "row {} is missing: {why} without it; collect the run from the board instead",
                    gap.start
                ),
            )),
            None => Ok(why),
        }
    }
}
