//! The supervisor: serves the host link, starts a worker for each run, and decides how a run
//! ended. It stays small, so that it goes on when the worker runs out of memory or crashes.

mod active_run;
mod clocks;
mod forward_signals;
mod memory_guard;
mod orphan;
mod record_writer;
mod signals;
mod verdict;
pub mod worker;
mod worker_process;

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::thread;
use std::time::Duration;

use edgescore_record::frame::{self, Receiver};
use edgescore_record::{Command, LINGER_FOR_EVER, RunId, Stop};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};

use crate::error::Refusal;
use crate::link::host_link::{HostLink, Order};
use crate::link::serial::SerialPort;
use crate::storage::data_folder::DataFolder;
use crate::storage::journal::{self, Journal};
use active_run::ActiveRun;
use clocks::ClockCap;
use memory_guard::MemoryGuard;
use worker_process::{WorkerKind, WorkerProcess};

/// The journal of another process is looked at this often, in milliseconds.
const FOLLOW: u16 = 100;
/// A worker's memory is looked at this often, where nothing else limits it.
const WATCH: u16 = 50;
/// Otherwise the supervisor wakes up this often, to see whether the host is there.
const IDLE: u16 = 1000;

/// Serves the host on standard input and output, until it disconnects and no run is left.
pub fn serve() -> io::Result<()> {
    let folder = DataFolder::find()?;
    let input = io::stdin().as_fd().try_clone_to_owned()?;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    let host = HostLink::new(&folder, input, output, false)?;
    let mut supervisor = Supervisor::new(&folder, host);
    while supervisor.host.is_open() || supervisor.run.is_some() {
        supervisor.turn()?;
    }
    Ok(())
}

/// Serves one host after the other on a serial line, until a TERM. Starts with the run in `plan`,
/// if there is one, and sends its rows whether or not a host is there.
pub fn serve_serial(port: &SerialPort, plan: Option<&Path>, once: bool) -> io::Result<()> {
    let folder = DataFolder::find()?;
    let mut supervisor = Supervisor::new(&folder, open(port, &folder)?);
    if let Some(plan) = plan {
        supervisor.start_alone(plan)?;
    }
    while supervisor.run.is_some() || !forward_signals::asked_to_end() {
        supervisor.turn()?;
        let host = &supervisor.host;
        if once && supervisor.run.is_none() && host.has_sent_all() && !host.is_connected() {
            return Ok(());
        }
        while !supervisor.host.is_open() {
            // An adapter that was pulled out comes back.
            thread::sleep(Duration::from_secs(1));
            match open(port, &folder) {
                Ok(host) => supervisor.host = host,
                Err(error) => log::warn!("{error}"),
            }
            if supervisor.run.is_some() {
                supervisor.turn()?;
            } else if forward_signals::asked_to_end() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn open(port: &SerialPort, folder: &DataFolder) -> io::Result<HostLink> {
    let file: File = port.open()?;
    let output = file.as_fd().try_clone_to_owned()?;
    HostLink::new(folder, file.into(), output, true)
}

struct Supervisor {
    folder: DataFolder,
    host: HostLink,
    run: Option<ActiveRun>,
}

impl Supervisor {
    fn new(folder: &DataFolder, host: HostLink) -> Supervisor {
        forward_signals::install();
        Supervisor {
            folder: folder.clone(),
            host,
            run: None,
        }
    }

    /// Waits until host or worker has sent something, and handles it.
    fn turn(&mut self) -> io::Result<()> {
        let [host, worker, log] = self.wait()?;
        if let Some(run) = &mut self.run {
            run.worker.check_memory();
        }
        if log && let Some(run) = &mut self.run {
            run.worker.pass_log();
        }
        if worker && let Err(error) = self.receive_from_worker() {
            // The rows so far are in the journal. Without it the run cannot go on.
            self.run = None;
            self.host.refuse(&Refusal::data(error))?;
        }
        let received = match host {
            true => self.receive_from_host(),
            false => Ok(()),
        };
        if let Err(error) = received.and_then(|()| self.host.send()) {
            self.host.refuse(&Refusal::board(error))?;
        }
        self.end_abandoned_run();
        Ok(())
    }

    /// Which of host, worker and the worker's log can be read without waiting.
    fn wait(&self) -> io::Result<[bool; 3]> {
        let run = self.run.as_ref();
        let host = self.host.input();
        let host = host.as_ref().map(AsFd::as_fd);
        let worker = run.map(|run| run.worker.reports.as_fd());
        let log = run.and_then(|run| run.worker.log());
        let places = [host, worker, log];
        let readable = |fd| PollFd::new(fd, PollFlags::POLLIN);
        let mut fds: Vec<PollFd> = places.into_iter().flatten().map(readable).collect();
        let output = self.host.output();
        if let Some(output) = &output {
            fds.push(PollFd::new(output.as_fd(), PollFlags::POLLOUT));
        }
        let longest = if run.is_some_and(|run| run.worker.must_be_checked()) {
            WATCH
        } else if self.host.follows_other_than(run.map(|run| run.id)) {
            FOLLOW
        } else {
            IDLE
        };
        match poll(&mut fds, PollTimeout::from(longest)) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok([false; 3]),
            Err(error) => return Err(error.into()),
        }
        let mut polled = fds.iter();
        // A disconnection is readable: reading tells that it is the end.
        Ok(places.map(|place| place.is_some() && polled.next().is_some_and(is_ready)))
    }

    fn receive_from_host(&mut self) -> io::Result<()> {
        for order in self.host.receive()? {
            match order {
                Order::Start(run, linger, content) => self.start(run, linger, &content)?,
                Order::Abort(run, stop, content) => self.abort(run, stop, &content),
                Order::Survey(round, root) => self.survey(round, &root)?,
            }
        }
        Ok(())
    }

    fn receive_from_worker(&mut self) -> io::Result<()> {
        let Some(run) = &mut self.run else {
            return Ok(());
        };
        run.receive()?;
        match self.run.take_if(|run| !run.worker.reports.is_open()) {
            Some(run) => run.finish(),
            None => Ok(()),
        }
    }

    /// A run that no host follows ends after a while, unless it is to go on alone.
    fn end_abandoned_run(&mut self) {
        let Some(run) = &mut self.run else { return };
        let followed = self.host.is_connected() || journal::host_is_present(&self.folder, run.id);
        run.end_if_abandoned(followed);
    }

    /// Ends a run, also of another process.
    fn abort(&mut self, id: RunId, stop: Stop, content: &[u8]) {
        match &mut self.run {
            Some(run) if run.id == id => run.worker.send(content),
            _ => {
                let signal = match stop {
                    Stop::Interrupted => Signal::SIGTERM,
                    Stop::Decided => Signal::SIGUSR1,
                };
                if let Some(writer) = journal::writer_of(&self.folder, id) {
                    let _ = kill(writer, signal);
                }
            }
        }
    }

    /// Starts a worker on the plan in `content`, unless the run is known: the host repeats a
    /// command that is not answered.
    fn start(&mut self, id: RunId, linger: u32, content: &[u8]) -> io::Result<()> {
        if journal::Tail::open(&self.folder, id)?.is_some() {
            return self.host.attach(id);
        }
        if let Some(other) = self.other_run(linger)? {
            return self.host.refuse(&busy_with(other));
        }
        let plan = match frame::message(content) {
            Some(Command::Run { plan, .. }) => Some(plan),
            _ => None,
        };
        let budgets = plan.map(|plan| plan.budgets);
        let kind = plan.map_or(WorkerKind::Same, |plan| WorkerKind::of(plan.model));
        let cap = budgets.and_then(|budgets| {
            let clock = budgets.max_clock?;
            Some(ClockCap::set(Path::new(budgets.root), clock))
        });
        let cap = match cap.transpose() {
            Ok(cap) => cap,
            Err(refusal) => return self.host.refuse(&refusal),
        };
        let Some(journal) = Journal::create(&self.folder, id)? else {
            return self.host.attach(id);
        };
        journal::prune(&self.folder)?;
        let limit = budgets.and_then(|budgets| Some(budgets.memory?.limit));
        let clocks = cap.as_ref().map(ClockCap::before).unwrap_or_default();
        let mut worker = match WorkerProcess::start(MemoryGuard::new(limit), kind, &clocks) {
            Ok(worker) => worker,
            Err(error) => {
                let detail = format!("edgescore-rt cannot start its worker: {error}");
                return self.host.refuse(&Refusal::board(detail));
            }
        };
        worker.send(content);
        self.run = Some(ActiveRun::new(id, linger, worker, cap, journal));
        self.host.attach(id)
    }

    /// Sends what the board can measure. A survey takes a second, in which nothing else is done,
    /// and reads the sources that a run reads.
    fn survey(&mut self, round: u32, root: &str) -> io::Result<()> {
        match self.other_run(LINGER_FOR_EVER)? {
            Some(other) => self.host.refuse(&busy_with(other)),
            None => self.host.survey(round, root),
        }
    }

    /// A run that goes on here, of whatever process. On the host's own machine people may start
    /// several.
    fn other_run(&self, linger: u32) -> io::Result<Option<RunId>> {
        if let Some(run) = &self.run {
            return Ok(Some(run.id));
        }
        if linger == 0 {
            return Ok(None);
        }
        let is_running = |id| journal::writer_of(&self.folder, id).is_some();
        let stored = journal::stored_runs(&self.folder)?.into_iter();
        let mut ids = stored.map(|stored| stored.run);
        Ok(ids.find(|id| is_running(*id)))
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
        self.host.broadcast(run)
    }
}

fn busy_with(other: RunId) -> Refusal {
    Refusal::board(format!(
        "the board is busy with run {other}, and two runs at once would disturb each other: wait for its end, fetch it with `edgescore collect`, or end it with `edgescore collect --stop`"
    ))
}

fn is_ready(polled: &PollFd) -> bool {
    polled.any().unwrap_or(true)
}
