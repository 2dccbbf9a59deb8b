//! The parent: speaks with the desk, starts a worker for each run, and has the last word on
//! how it ended. It stays small, so that it lives on when the worker runs out of memory or
//! crashes.

mod clocks;
mod hold;
mod signals;
mod verdict;
mod worker;

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use edgescore_record::frame::{self, Receiver};
use edgescore_record::{
    Command, Control, Fault, LINGER_FOR_EVER, MemoryStart, Record, RunId, SessionEnd, Stop, Verdict,
};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};

use crate::answering::microseconds;
use crate::home::Home;
use crate::journal::{self, Journal};
use crate::link::{Desk, Order, Port};
use crate::outbox::{Outbox, clip};
use crate::report::Report;
use clocks::ClockCap;
use hold::Hold;
use verdict::Ended;
use worker::Worker;

/// The journal of another process is looked at this often.
const LOOK: u16 = 100;
/// A worker's memory is looked at this often, where nothing else holds it.
const WATCH: u16 = 50;
/// Otherwise the parent wakes up this often, to see whether the desk is there.
const IDLE: u16 = 1000;

/// Serves the desk on standard input and output, until it hangs up and no run is left.
pub fn serve() -> io::Result<()> {
    let home = Home::find()?;
    let input = io::stdin().as_fd().try_clone_to_owned()?;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    let mut parent = Parent::new(&home, Desk::new(&home, input, output, false)?);
    while parent.desk.is_open() || parent.run.is_some() {
        parent.turn()?;
    }
    Ok(())
}

/// Serves one desk after the other on a serial line, until a TERM. Starts with the run in `plan`,
/// if there is one, and says its rows whether anybody listens or not.
pub fn serve_line(port: &Port, plan: Option<&Path>, once: bool) -> io::Result<()> {
    let home = Home::find()?;
    let mut parent = Parent::new(&home, open(port, &home)?);
    if let Some(plan) = plan {
        parent.start_alone(plan)?;
    }
    while parent.run.is_some() || !signals::asked_to_end() {
        parent.turn()?;
        if once && parent.run.is_none() && parent.desk.has_said_all() && !parent.desk.is_present() {
            return Ok(());
        }
        while !parent.desk.is_open() {
            // An adapter that was pulled out comes back.
            thread::sleep(Duration::from_secs(1));
            match open(port, &home) {
                Ok(desk) => parent.desk = desk,
                Err(error) => log::warn!("{error}"),
            }
            if parent.run.is_some() {
                parent.turn()?;
            } else if signals::asked_to_end() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn open(port: &Port, home: &Home) -> io::Result<Desk> {
    let file: File = port.open()?;
    let output = file.as_fd().try_clone_to_owned()?;
    Desk::new(home, file.into(), output, true)
}

struct Parent {
    home: Home,
    desk: Desk,
    run: Option<Run>,
}

/// The run in progress.
struct Run {
    id: RunId,
    /// Seconds that it goes on while no desk is there.
    linger: u32,
    /// Since when none is there.
    absent: Option<Instant>,
    worker: Worker,
    cap: Option<ClockCap>,
    outbox: Outbox<Journal>,
    started: Instant,
    answered: u32,
    skipped: u32,
    /// There is a row about what it will need.
    weighed: bool,
    /// The worker has refused the plan: there is no result.
    refused: bool,
    /// How it ended in the worker's words.
    ended: Option<Ended>,
}

impl Parent {
    fn new(home: &Home, desk: Desk) -> Parent {
        signals::pass_on();
        Parent {
            home: home.clone(),
            desk,
            run: None,
        }
    }

    /// Waits until somebody says something, and deals with it.
    fn turn(&mut self) -> io::Result<()> {
        let [desk, worker, log] = self.wait()?;
        if let Some(run) = &mut self.run {
            run.worker.watch();
        }
        if log && let Some(run) = &mut self.run {
            run.worker.pass_log();
        }
        if worker && let Err(error) = self.hear_worker() {
            // The rows so far are in the journal. Without it the run cannot go on.
            self.run = None;
            self.desk.refuse(Fault::Data, &error.to_string())?;
        }
        let heard = match desk {
            true => self.hear_desk(),
            false => Ok(()),
        };
        if let Err(error) = heard.and_then(|()| self.desk.speak()) {
            self.desk.refuse(Fault::Board, &error.to_string())?;
        }
        self.mind_absence();
        Ok(())
    }

    /// Which of desk, worker and the worker's log can be read without waiting.
    fn wait(&self) -> io::Result<[bool; 3]> {
        let run = self.run.as_ref();
        let desk = self.desk.input();
        let desk = desk.as_ref().map(AsFd::as_fd);
        let worker = run.map(|run| run.worker.reports.as_fd());
        let log = run.and_then(|run| run.worker.log());
        let places = [desk, worker, log];
        let readable = |fd| PollFd::new(fd, PollFlags::POLLIN);
        let mut fds: Vec<PollFd> = places.into_iter().flatten().map(readable).collect();
        let output = self.desk.output();
        if let Some(output) = &output {
            fds.push(PollFd::new(output.as_fd(), PollFlags::POLLOUT));
        }
        let longest = if run.is_some_and(|run| run.worker.is_watched()) {
            WATCH
        } else if self.desk.watches_other_than(run.map(|run| run.id)) {
            LOOK
        } else {
            IDLE
        };
        match poll(&mut fds, PollTimeout::from(longest)) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok([false; 3]),
            Err(error) => return Err(error.into()),
        }
        let mut polled = fds.iter();
        // A hang-up is readable: reading tells that it is the end.
        Ok(places.map(|place| place.is_some() && polled.next().is_some_and(is_ready)))
    }

    fn hear_desk(&mut self) -> io::Result<()> {
        for order in self.desk.hear()? {
            match order {
                Order::Start(run, linger, content) => self.start(run, linger, &content)?,
                Order::Abort(run, stop, content) => self.abort(run, stop, &content),
                Order::Survey(round, root) => self.survey(round, &root)?,
            }
        }
        Ok(())
    }

    /// A run that nobody listens to ends after a while, unless it is to go on alone.
    fn mind_absence(&mut self) {
        let Some(run) = &mut self.run else { return };
        if self.desk.is_present() || journal::someone_listens(&self.home, run.id) {
            run.absent = None;
            return;
        }
        let absent = run.absent.get_or_insert_with(Instant::now).elapsed();
        if run.linger != LINGER_FOR_EVER && absent >= Duration::from_secs(run.linger.into()) {
            run.worker.hang_up();
        }
    }

    /// Ends a run, also of another process.
    fn abort(&mut self, id: RunId, stop: Stop, content: &[u8]) {
        match &mut self.run {
            Some(run) if run.id == id => run.worker.say(content),
            _ => {
                let signal = match stop {
                    Stop::Interrupted => Signal::SIGTERM,
                    Stop::Decided => Signal::SIGUSR1,
                };
                if let Some(writer) = journal::writer_of(&self.home, id) {
                    let _ = kill(writer, signal);
                }
            }
        }
    }

    /// Starts a worker on the plan in `content`, unless the run is known: the desk repeats
    /// itself when it does not hear.
    fn start(&mut self, id: RunId, linger: u32, content: &[u8]) -> io::Result<()> {
        if journal::Tail::open(&self.home, id)?.is_some() {
            return self.desk.attach(id);
        }
        if let Some(other) = self.other_run(linger)? {
            return self.refuse_beside(other);
        }
        let budgets = match frame::message(content) {
            Some(Command::Run { plan, .. }) => Some(plan.budgets),
            _ => None,
        };
        let cap = budgets.and_then(|budgets| {
            let clock = budgets.max_clock?;
            Some(ClockCap::set(Path::new(budgets.root), clock))
        });
        let cap = match cap.transpose() {
            Ok(cap) => cap,
            Err(why) => return self.desk.refuse(Fault::Board, &why),
        };
        let Some(journal) = Journal::create(&self.home, id)? else {
            return self.desk.attach(id);
        };
        journal::prune(&self.home)?;
        let limit = budgets.and_then(|budgets| Some(budgets.memory?.limit));
        let mut worker = match Worker::start(Hold::make(limit)) {
            Ok(worker) => worker,
            Err(error) => {
                let detail = format!("edgescore-rt cannot start its worker: {error}");
                return self.desk.refuse(Fault::Board, &detail);
            }
        };
        worker.say(content);
        self.run = Some(Run {
            id,
            linger,
            absent: None,
            worker,
            cap,
            outbox: Outbox::new(journal),
            started: Instant::now(),
            answered: 0,
            skipped: 0,
            weighed: false,
            refused: false,
            ended: None,
        });
        self.desk.attach(id)
    }

    /// Says what the board can measure. A look takes a second, in which nothing else is done, and
    /// reads the sources that a run reads.
    fn survey(&mut self, round: u32, root: &str) -> io::Result<()> {
        match self.other_run(LINGER_FOR_EVER)? {
            Some(other) => self.refuse_beside(other),
            None => self.desk.survey(round, root),
        }
    }

    fn refuse_beside(&mut self, other: RunId) -> io::Result<()> {
        self.desk.refuse(
            Fault::Board,
            &format!("the board is busy with run {other}, and two at once would spoil each other: wait for its end, fetch it with `edgescore collect`, or end it with `edgescore collect --stop`"),
        )
    }

    /// A run that goes on here, of whatever process. On the desk's own machine people may know
    /// better.
    fn other_run(&self, linger: u32) -> io::Result<Option<RunId>> {
        if let Some(run) = &self.run {
            return Ok(Some(run.id));
        }
        if linger == 0 {
            return Ok(None);
        }
        let kept = journal::kept(&self.home)?.into_iter();
        let runs = |id| journal::writer_of(&self.home, id).is_some();
        let mut kept = kept.map(|kept| kept.run);
        Ok(kept.find(|id| runs(*id)))
    }

    /// Starts the run in the file at `path`, which holds the frame of a [`Command::Run`].
    fn start_alone(&mut self, path: &Path) -> io::Result<()> {
        let bytes = std::fs::read(path)?;
        let (_, content) = Receiver::default().push(&bytes, |_, content| content.to_vec());
        let content = content.unwrap_or_default();
        let Some(Command::Run { run, linger, .. }) = frame::message(&content) else {
            let text = format!("{}: no plan of this version", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        };
        self.start(run, linger, &content)?;
        self.desk.broadcast(run)
    }

    fn hear_worker(&mut self) -> io::Result<()> {
        let Some(run) = &mut self.run else {
            return Ok(());
        };
        for (_, content) in run.worker.reports.take() {
            match frame::message(&content) {
                Some(Report::Row(row)) => {
                    run.count(&row);
                    run.outbox.record(&row)?;
                }
                Some(Report::Refused { fault, detail }) => {
                    run.refused = true;
                    run.outbox.control(&Control::Refused { fault, detail })?;
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
        // All that came at once is synced at once.
        run.outbox.flush()?;
        match self.run.take_if(|run| !run.worker.reports.is_open()) {
            Some(run) => run.finish(),
            None => Ok(()),
        }
    }
}

impl Run {
    fn count(&mut self, row: &Record) {
        match row {
            Record::Question(_) => self.answered += 1,
            Record::Skipped(_) => self.skipped += 1,
            Record::MemoryStart(_) => self.weighed = true,
            _ => {}
        }
    }

    /// Ends the result of a worker that is gone.
    fn finish(self) -> io::Result<()> {
        let gone = self.worker.wait();
        // Before the desk hears of the end and starts another run.
        drop(self.cap);
        if self.refused {
            return Ok(());
        }
        let mut outbox = self.outbox;
        let ended = self.ended.unwrap_or_else(|| Ended::without_a_word(&gone));
        if outbox.taken() == 0 {
            outbox.control(&Control::Refused {
                fault: Fault::Board,
                detail: clip(&ended.detail, 2000),
            })?;
            return outbox.flush();
        }
        if gone.over_memory.is_some() && !self.weighed {
            outbox.record(&Record::MemoryStart(MemoryStart {
                keeper: gone.keeper,
                why: "",
                limit: gone.limit,
                estimate: None,
            }))?;
        }
        outbox.record(&Record::Verdict(Verdict {
            kind: ended.kind,
            detail: clip(&ended.detail, 2000),
        }))?;
        outbox.record(&Record::SessionEnd(SessionEnd {
            answered: self.answered,
            skipped: self.skipped,
            stop: ended.stop,
            elapsed: microseconds(self.started.elapsed()),
            chain: outbox.chain(),
        }))?;
        outbox.flush()
    }
}

fn is_ready(polled: &PollFd) -> bool {
    polled.any().unwrap_or(true)
}
