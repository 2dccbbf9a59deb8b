//! A child process at the other end of a transport, and the tail of its standard error.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use anyhow::{Context, anyhow};

use super::log::LogSink;
use crate::failure::Failure;

/// Lines of standard error that are kept for an error message.
const TAIL_LINES: usize = 10;

/// A running child. Dropped, it is killed, unless it was left running.
pub struct ChildProcess {
    name: &'static str,
    child: Child,
    stderr_tail: Option<JoinHandle<VecDeque<String>>>,
    left_running: bool,
}

impl ChildProcess {
    /// Starts `command`. Its log lines go to `log`.
    pub fn start(
        name: &'static str,
        command: &mut Command,
        remedy: &str,
        log: LogSink,
    ) -> Result<(ChildProcess, ChildStdin, ChildStdout), Failure> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| {
                let program = command.get_program().to_string_lossy();
                format!("cannot start {program}: {remedy}")
            })
            .map_err(Failure::Board)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(Failure::Board(anyhow!("{name} has no pipes")));
        };
        let process = ChildProcess {
            name,
            child,
            stderr_tail: Some(thread::spawn(move || keep_tail(stderr, &log))),
            left_running: false,
        };
        Ok((process, stdin, stdout))
    }

    /// Waits for its end: how it ended, and the tail of its standard error.
    pub fn wait(&mut self) -> (String, Option<ExitStatus>, Vec<String>) {
        let name = self.name;
        let status = self.child.wait();
        let how = match &status {
            Ok(status) => match status.signal() {
                // A SIGKILL that was not sent by hand is the kernel's, out of memory.
                Some(9) => {
                    format!("{name} was killed (signal 9), as the kernel does when memory runs out")
                }
                Some(signal) => format!("{name} was ended by signal {signal}"),
                None => format!("{name} ended with {status}"),
            },
            Err(error) => format!("{name} is gone: {error}"),
        };
        let tail = self.stderr_tail.take().and_then(|tail| tail.join().ok());
        (how, status.ok(), tail.unwrap_or_default().into())
    }

    /// It is not ended with this program.
    pub fn leave_running(&mut self) {
        self.left_running = true;
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        if self.left_running {
            return;
        }
        // Done or failed, nothing more comes from it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `how` it ended, with the tail of its standard error.
pub fn with_stderr_tail(how: String, tail: &[String]) -> String {
    match tail {
        [] => how,
        lines => format!("{how}; its last log lines: {}", lines.join(" / ")),
    }
}

/// Passes the child's log on and keeps its end.
fn keep_tail(stderr: ChildStderr, log: &LogSink) -> VecDeque<String> {
    let mut tail = VecDeque::new();
    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        log(&line);
        if tail.len() == TAIL_LINES {
            tail.pop_front();
        }
        tail.push_back(line);
    }
    tail
}
