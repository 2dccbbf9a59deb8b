//! Following a run: every row once, in order, whatever is lost on the way.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use edgescore_record::{Command, Control, Phase, Plan, Record, RefusalKind, RunId, Stop};

use super::connection::{Connection, Event};
use super::mangled;
use super::pace::PATIENCE;
use super::refusal::refused;
use super::reorder::ReorderBuffer;
use super::row::Row;
use super::stop_requests::StopRequests;
use crate::failure::Failure;

/// Rows of so many bytes are acknowledged at once: an eighth of the board's window.
const ACKNOWLEDGE: usize = 4096;
/// Times that a row is asked for before it is said what keeps it from arriving. One of 4,096 bytes is hit by noise of
/// 3e-4 a byte two times of three.
const STUCK_ROW: u32 = 60;
/// A board that sends nothing is asked this often, so that it knows that its rows are received
/// and a loss at the end of what it sent is noticed.
const IDLE: Duration = Duration::from_secs(2);
/// Times that the last acknowledgement is sent.
const LAST_ACKNOWLEDGEMENTS: u32 = 3;

/// Which rows.
#[derive(Clone, Copy)]
#[expect(clippy::large_enum_variant, reason = "it lives for one call")]
pub enum Want<'p> {
    /// Those of a run that begins now.
    Run {
        /// Seconds that it continues without a connection.
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
    /// No more were wanted.
    Enough,
}

/// Takes a row; a break says that no more are wanted.
type Take<'t> = dyn FnMut(&Row) -> Result<ControlFlow<()>, Failure> + 't;

/// Follows one run.
pub struct RunFollower<'a> {
    connection: &'a mut Connection,
    run: RunId,
    want: Want<'a>,
    stops: &'a StopRequests,
    /// The request to stop that was sent last.
    stop_sent: Option<Stop>,
    buffer: ReorderBuffer,
    /// The board confirmed that its rows are of this run.
    attached: bool,
    rows: u32,
    phase: Phase,
    /// What is missing before this row was lost.
    sent: u32,
    round: u32,
    /// The answer to the round is due then.
    due: Option<Instant>,
    /// The row that was asked for last, and how often.
    asked_for: (u32, u32),
    unacknowledged: usize,
    refusal: Option<Failure>,
    received: Instant,
    ended: bool,
}

impl<'a> RunFollower<'a> {
    /// Follows `run`.
    pub fn new(
        connection: &'a mut Connection,
        run: RunId,
        want: Want<'a>,
        stops: &'a StopRequests,
    ) -> RunFollower<'a> {
        let attached = connection.is_capture();
        RunFollower {
            connection,
            run,
            want,
            stops,
            stop_sent: None,
            buffer: ReorderBuffer::default(),
            attached,
            rows: 0,
            phase: Phase::Running,
            sent: 0,
            round: 0,
            due: None,
            unacknowledged: 0,
            asked_for: (0, 0),
            refusal: None,
            received: Instant::now(),
            ended: false,
        }
    }

    /// The run's id.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// Hands every row to `take`, in order and once, until there are no more.
    ///
    /// # Errors
    /// Those of `take`, and a board that refuses or cannot be reached any more.
    pub fn follow(&mut self, take: &mut Take<'_>) -> Result<Finish, Failure> {
        self.attach();
        loop {
            while let Some((number, content)) = self.buffer.take() {
                let row = Row::decode(number, &content)?;
                self.ended = matches!(row.record, Record::SessionEnd(_));
                self.unacknowledged += content.len();
                if take(&row)?.is_break() {
                    return Ok(Finish::Enough);
                }
            }
            if let Some(finish) = self.finish()? {
                return Ok(finish);
            }
            if let (row, times) = self.asked_for
                && row == self.buffer.next()
                && times > STUCK_ROW
            {
                let what = format!("row {row} does not arrive");
                let why = mangled::explain(self.connection.address(), &what, |_| true);
                return Err(Failure::Board(why));
            }
            self.send_due();
            let wait = match self.due {
                Some(due) => due.saturating_duration_since(Instant::now()),
                None => IDLE,
            };
            if let Some(why) = self.receive(wait)? {
                if !self.connection.can_reconnect() {
                    return self.disconnected(why).map(Finish::Short);
                }
                self.connection.reconnect(&why, PATIENCE)?;
                self.attached = false;
                self.received = Instant::now();
                self.attach();
            }
        }
    }

    /// Acknowledges all rows: they are on this machine's disk.
    pub fn acknowledge_all(&mut self) -> Result<(), Failure> {
        if self.connection.is_capture() {
            return Ok(());
        }
        for _ in 0..LAST_ACKNOWLEDGEMENTS {
            self.acknowledge();
            // The answer to this comes behind the acknowledgement.
            let next = self.buffer.next();
            self.ask(next, next);
            let until = Instant::now() + self.connection.pace().answer;
            loop {
                let wait = until.saturating_duration_since(Instant::now());
                match self.connection.receive(wait)? {
                    Event::Control(Control::State { round, .. }) if round == self.round => {
                        return Ok(());
                    }
                    // Then the board keeps the journal. What is here is here.
                    Event::Disconnected(_) => return Ok(()),
                    Event::Timeout => break,
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
        let all = self.attached && self.buffer.next() >= self.rows;
        match self.phase {
            Phase::CutOff if all && let Some(refusal) = self.refusal.take() => Err(refusal),
            Phase::CutOff if all => Ok(Some(Finish::Short(
                "the board was restarted before the end of the run".to_owned(),
            ))),
            Phase::Refused if all && let Some(refusal) = self.refusal.take() => {
                self.acknowledge_all()?;
                Err(refusal)
            }
            _ => Ok(None),
        }
    }

    /// Sends what is due now. A disconnection is noticed by receiving.
    fn send_due(&mut self) {
        if self.connection.is_capture() {
            return;
        }
        if self.unacknowledged >= ACKNOWLEDGE {
            self.acknowledge();
        }
        // The rows themselves may have decided it: waiting for a timeout would be too late.
        if self.stops.requested() != self.stop_sent {
            self.stop();
        }
        if self.attached && self.due.is_none() {
            let gaps = self.buffer.missing(self.sent.max(self.buffer.seen()));
            if !gaps.is_empty() {
                gaps.iter().for_each(|gap| self.ask(gap.start, gap.end));
            }
        }
    }

    fn acknowledge(&mut self) {
        self.unacknowledged = 0;
        let next = self.buffer.next();
        let _ = self.connection.send(&Command::Ack {
            run: self.run,
            next,
        });
    }

    /// Asks for rows; for the state alone when `from` is `to`.
    fn ask(&mut self, from: u32, to: u32) {
        if from < to {
            let times = match self.asked_for {
                (row, times) if row == from => times + 1,
                _ => 1,
            };
            self.asked_for = (from, times);
        }
        self.round = self.round.wrapping_add(1).max(1);
        self.due = Some(Instant::now() + self.connection.pace().answer);
        let _ = self.connection.send(&Command::Resend {
            run: self.run,
            from,
            to,
            round: self.round,
        });
    }

    /// Makes the board send this run from the first row that is not here.
    fn attach(&mut self) {
        self.due = Some(Instant::now() + self.connection.pace().answer);
        self.sent = 0;
        match self.want {
            // Rows that are here came from the board: the run was begun.
            Want::Run { linger, plan } if self.buffer.next() == 0 => {
                let run = self.run;
                let _ = self.connection.send(&Command::Run { run, linger, plan });
            }
            _ => self.acknowledge(),
        }
        self.stop();
    }

    fn stop(&mut self) {
        self.stop_sent = self.stops.requested();
        if let Some(stop) = self.stop_sent {
            let run = self.run;
            let _ = self.connection.send(&Command::Abort { run, stop });
        }
    }

    /// Receives one message. The reason when the board is disconnected.
    fn receive(&mut self, wait: Duration) -> Result<Option<String>, Failure> {
        match self.connection.receive(wait)? {
            Event::Row { number, content } if self.attached => self.buffer.put(number, content),
            Event::Control(Control::State {
                run,
                rows,
                sent,
                phase,
                round,
            }) => {
                if self.connection.is_capture() && self.run == RunId::default() {
                    // The first run that a capture names is the one it is of.
                    self.run = run;
                }
                self.attached = run == self.run;
                if self.attached {
                    (self.rows, self.phase) = (rows, phase);
                    // An older answer does not count what was sent since.
                    if round == 0 || round == self.round {
                        self.sent = sent;
                        self.due = None;
                    }
                }
            }
            Event::Control(Control::Refused { kind, detail }) => {
                let refusal = refused(kind, detail);
                if !self.attached {
                    return Err(refusal);
                }
                self.refusal = Some(refusal);
            }
            Event::Control(Control::Log { text, .. }) => {
                let text = text.to_owned();
                (self.connection.log)(&text);
            }
            Event::Disconnected(why) => return Ok(Some(why)),
            Event::Woken => self.stop(),
            Event::Timeout => {
                self.timeout()?;
                return Ok(None);
            }
            _ => {}
        }
        self.received = Instant::now();
        Ok(None)
    }

    /// The board sent nothing, or it was lost.
    fn timeout(&mut self) -> Result<(), Failure> {
        if let Some(refusal) = self.refusal.take() {
            return Err(refusal);
        }
        if self.connection.can_reconnect() && self.received.elapsed() > PATIENCE {
            return Err(Failure::Board(anyhow!(
                "{board} has sent nothing for {} s: check board and cable{}; the answers are kept there, fetch them with `edgescore collect {board} -o RUN.esr`",
                PATIENCE.as_secs(),
                mangled::hint(self.connection.address()),
                board = self.connection.address()
            )));
        }
        self.stop();
        match self.attached {
            true => self.ask(self.buffer.next(), self.buffer.next()),
            false => self.attach(),
        }
        Ok(())
    }

    /// What a disconnection that is final means.
    fn disconnected(&self, why: String) -> Result<String, Failure> {
        let seen = self.buffer.seen();
        match self.buffer.missing(seen).first() {
            Some(gap) => Err(refused(
                RefusalKind::Data,
                &format!(
                    "row {} is missing: {why} without it; collect the run from the board instead",
                    gap.start
                ),
            )),
            None => Ok(why),
        }
    }
}
