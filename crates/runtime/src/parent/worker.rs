//! The parent's view of its worker.

use std::collections::VecDeque;
use std::env;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, ChildStderr, ChildStdin, Command, ExitStatus, Stdio};

use edgescore_probe::Bytes;
use edgescore_record::Keeper;
use edgescore_record::frame::{CONTROL, Encoder};

use super::hold::Hold;
use super::signals;
use crate::inlet::Inlet;
use crate::logs;

/// Bytes of the worker's log that are kept for a verdict.
const TAIL: usize = 1000;

/// A worker process. Dropped, it is killed.
pub struct Worker {
    child: Child,
    commands: Option<ChildStdin>,
    encoder: Box<Encoder>,
    /// What it says.
    pub reports: Inlet,
    log: Option<ChildStderr>,
    tail: VecDeque<u8>,
    /// Dropped last: a cgroup is removed when its process is gone.
    hold: Hold,
}

/// A worker that has ended.
pub struct Gone {
    /// How.
    pub status: io::Result<ExitStatus>,
    /// The end of its log.
    pub last_words: String,
    /// Why it was killed, if its memory limit did it.
    pub over_memory: Option<String>,
    /// What held it.
    pub keeper: Keeper,
    /// To what.
    pub limit: Option<Bytes>,
}

impl Worker {
    /// Starts this program once more, held by `hold`.
    pub fn start(mut hold: Hold) -> io::Result<Worker> {
        // Not by its name: the file may have been replaced since this process started. Under
        // QEMU's user emulation that is a file for another CPU; there the variable names what
        // starts it.
        let program = env::var_os("EDGESCORE_WORKER").unwrap_or_else(|| "/proc/self/exe".into());
        let mut child = Command::new(program)
            .arg("--worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        signals::has_worker(child.id());
        // It waits for the plan, so it has used next to nothing.
        hold.take_in(child.id());
        let Some(reports) = child.stdout.take() else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut worker = Worker {
            commands: child.stdin.take(),
            encoder: Box::default(),
            reports: Inlet::new(reports),
            log: child.stderr.take(),
            tail: VecDeque::new(),
            child,
            hold,
        };
        if let (Some(commands), Ok(encoded)) = (
            &mut worker.commands,
            worker.encoder.encode(CONTROL, &worker.hold.holding()),
        ) {
            let _ = commands.write_all(encoded.frame);
        }
        Ok(worker)
    }

    /// Whether [`Worker::watch`] must be called again and again.
    pub fn is_watched(&self) -> bool {
        self.hold.watches()
    }

    /// Kills it if it was over its memory limit and nothing else holds it to that.
    pub fn watch(&mut self) {
        self.hold.look(self.child.id());
    }

    /// Passes a command on. A worker that is gone is noticed by its silence.
    pub fn say(&mut self, content: &[u8]) {
        if let (Some(commands), Ok(encoded)) = (&mut self.commands, self.encoder.reframe(content)) {
            let _ = commands.write_all(encoded.frame);
        }
    }

    /// Nobody needs its answers any more: it ends by itself.
    pub fn hang_up(&mut self) {
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
    pub fn wait(mut self) -> Gone {
        self.hang_up();
        while self.log.is_some() {
            self.pass_log();
        }
        let status = self.child.wait();
        signals::has_none();
        let tail: Vec<u8> = std::mem::take(&mut self.tail).into();
        Gone {
            status,
            last_words: String::from_utf8_lossy(&tail).trim().to_owned(),
            over_memory: self.hold.over(),
            keeper: self.hold.holding().keeper,
            limit: self.hold.limit(),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        signals::has_none();
    }
}
