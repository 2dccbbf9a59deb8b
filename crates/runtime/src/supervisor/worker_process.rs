//! The worker as a child process of the supervisor.

use std::collections::VecDeque;
use std::env;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, Command, ExitStatus, Stdio};

use edgescore_probe::Bytes;
use edgescore_record::frame::{CONTROL, Encoder};
use edgescore_record::{MemoryLimiter, is_url};

use super::forward_signals;
use super::memory_guard::MemoryGuard;
use super::orphan::Estate;
use crate::link::frame_reader::FrameReader;
use crate::logs;

/// Bytes of the worker's log that are kept for a verdict.
const TAIL: usize = 1000;

/// A worker process. Dropped, it is killed.
pub struct WorkerProcess {
    child: Child,
    commands: Option<ChildStdin>,
    encoder: Box<Encoder>,
    /// Its reports.
    pub reports: FrameReader,
    log: Option<ChildStderr>,
    tail: VecDeque<u8>,
    /// Dropped last: a cgroup is removed when its process has ended.
    guard: MemoryGuard,
}

/// Which program the worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerKind {
    /// This one once more.
    Same,
    /// edgescore-rt-http, which asks servers.
    Http,
    /// edgescore-rt-ort, which loads ONNX Runtime GenAI.
    Ort,
}

impl WorkerKind {
    /// That of a plan with this model: a file, the address of a server or a folder.
    pub fn of(model: &str) -> WorkerKind {
        if is_url(model) {
            WorkerKind::Http
        } else if Path::new(model).is_dir() {
            WorkerKind::Ort
        } else {
            WorkerKind::Same
        }
    }

    /// The variable that names another program.
    fn variable(self) -> &'static str {
        match self {
            WorkerKind::Same => "EDGESCORE_WORKER",
            WorkerKind::Http => "EDGESCORE_RT_HTTP",
            WorkerKind::Ort => "EDGESCORE_RT_ORT",
        }
    }

    fn program(self) -> PathBuf {
        match self {
            // Not by its name: the file may have been replaced since this process started. Under
            // QEMU's user emulation that is a file for another CPU; there the variable names what
            // starts it.
            WorkerKind::Same => "/proc/self/exe".into(),
            WorkerKind::Http => beside_this_program("edgescore-rt-http"),
            WorkerKind::Ort => beside_this_program("edgescore-rt-ort"),
        }
    }
}

/// A worker that has ended.
pub struct EndedWorker {
    /// How.
    pub status: io::Result<ExitStatus>,
    /// The end of its log.
    pub log_end: String,
    /// Why it was killed, if its memory limit did it.
    pub over_memory: Option<String>,
    /// What counted and limited its memory.
    pub limiter: MemoryLimiter,
    /// The limit.
    pub limit: Option<Bytes>,
}

impl WorkerProcess {
    /// Starts the worker of this `kind`, its memory limited by `guard`; should this process be killed, it puts
    /// `clocks` back ([`ClockCap::before`](super::clocks::ClockCap::before)).
    pub fn start(
        mut guard: MemoryGuard,
        kind: WorkerKind,
        clocks: &str,
    ) -> io::Result<WorkerProcess> {
        let program = env::var_os(kind.variable()).map_or_else(|| kind.program(), PathBuf::from);
        let child = Command::new(&program)
            .arg("--worker")
            .args(Estate::arguments(&guard, clocks))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.map_err(|error| {
            let remedy = match kind {
                WorkerKind::Same => String::new(),
                other => format!(
                    "; put it beside edgescore-rt or into PATH, or name it in {}",
                    other.variable()
                ),
            };
            io::Error::new(
                error.kind(),
                format!("{}: {error}{remedy}", program.display()),
            )
        })?;
        forward_signals::set_worker(child.id());
        // It waits for the plan, so it has used next to nothing.
        guard.add(child.id());
        let Some(reports) = child.stdout.take() else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut worker = WorkerProcess {
            commands: child.stdin.take(),
            encoder: Box::default(),
            reports: FrameReader::new(reports),
            log: child.stderr.take(),
            tail: VecDeque::new(),
            child,
            guard,
        };
        if let (Some(commands), Ok(encoded)) = (
            &mut worker.commands,
            worker.encoder.encode(CONTROL, &worker.guard.control()),
        ) {
            let _ = commands.write_all(encoded.frame);
        }
        Ok(worker)
    }

    /// Whether [`WorkerProcess::check_memory`] must be called again and again.
    pub fn must_be_checked(&self) -> bool {
        self.guard.must_check()
    }

    /// Kills it if it was over its memory limit and nothing else enforces that.
    pub fn check_memory(&mut self) {
        self.guard.check(self.child.id());
    }

    /// Sends a command. A worker that has ended is noticed by the end of its reports.
    pub fn send(&mut self, content: &[u8]) {
        if let (Some(commands), Ok(encoded)) = (&mut self.commands, self.encoder.reframe(content)) {
            let _ = commands.write_all(encoded.frame);
        }
    }

    /// Closes its commands: it ends by itself.
    pub fn disconnect(&mut self) {
        self.commands = None;
    }

    /// Where its log can be waited for; `None` once that has ended.
    pub fn log(&self) -> Option<BorrowedFd<'_>> {
        self.log.as_ref().map(AsFd::as_fd)
    }

    /// Passes on what it has logged, and keeps the end of it. Waits while there is nothing.
    pub fn pass_log(&mut self) {
        let mut buffer = [0; 4096];
        let Some(log) = &mut self.log else { return };
        match log.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(read) if read > 0 => {
                let bytes = buffer.get(..read).unwrap_or_default();
                logs::pass(bytes);
                self.tail.extend(bytes);
                let surplus = self.tail.len().saturating_sub(TAIL);
                self.tail.drain(..surplus);
            }
            _ => self.log = None,
        }
    }

    /// Waits for its end, which is near: it has closed its standard output.
    pub fn wait(mut self) -> EndedWorker {
        self.disconnect();
        while self.log.is_some() {
            self.pass_log();
        }
        let status = self.child.wait();
        forward_signals::clear_worker();
        let tail: Vec<u8> = std::mem::take(&mut self.tail).into();
        EndedWorker {
            status,
            log_end: String::from_utf8_lossy(&tail).trim().to_owned(),
            over_memory: self.guard.over(),
            limiter: self.guard.limiter(),
            limit: self.guard.limit(),
        }
    }
}

/// The program of this name in the folder of this one, or else in PATH.
fn beside_this_program(name: &str) -> PathBuf {
    let this = env::current_exe().ok();
    let beside = this.map(|this| this.with_file_name(name));
    beside
        .filter(|path| path.exists())
        .unwrap_or_else(|| name.into())
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        forward_signals::clear_worker();
    }
}
