//! A child process at the other end of a cable, and the end of what it wrote to its standard
//! error.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use anyhow::{Context, anyhow};

use super::line::Print;
use crate::failure::Failure;

/// Lines of standard error that are kept for an error message.
const TAIL_LINES: usize = 10;

/// A running child. Dropped, it is killed.
pub struct Alive {
    name: &'static str,
    child: Child,
    log: Option<JoinHandle<VecDeque<String>>>,
}

impl Alive {
    /// Starts `command`. Its log lines go to `print`.
    pub fn start(
        name: &'static str,
        command: &mut Command,
        remedy: &str,
        print: Print,
    ) -> Result<(Alive, ChildStdin, ChildStdout), Failure> {
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
        let log = Some(thread::spawn(move || keep_tail(stderr, &print)));
        Ok((Alive { name, child, log }, stdin, stdout))
    }

    /// Waits for its end: how it ended, and its last words.
    pub fn end(&mut self) -> (String, Option<ExitStatus>, Vec<String>) {
        let name = self.name;
        let status = self.child.wait();
        let how = match &status {
            Ok(status) => match status.signal() {
                // SIGKILL nobody sent by hand is the kernel out of memory.
                Some(9) => {
                    format!("{name} was killed (signal 9), as the kernel does when memory runs out")
                }
                Some(signal) => format!("{name} was ended by signal {signal}"),
                None => format!("{name} ended with {status}"),
            },
            Err(error) => format!("{name} is gone: {error}"),
        };
        let tail = self.log.take().and_then(|log| log.join().ok());
        (how, status.ok(), tail.unwrap_or_default().into())
    }

    /// Lets it run on when this program ends.
    pub fn let_go(self) {
        std::mem::forget(self);
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        // Done or failed, it has nothing more to say. It cannot be left running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `how`, with the last words behind it.
pub fn with_last_words(how: String, tail: &[String]) -> String {
    match tail {
        [] => how,
        lines => format!("{how}; its last words: {}", lines.join(" / ")),
    }
}

/// Passes the child's log on and keeps its end.
fn keep_tail(stderr: ChildStderr, print: &Print) -> VecDeque<String> {
    let mut tail = VecDeque::new();
    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        print(&line);
        if tail.len() == TAIL_LINES {
            tail.pop_front();
        }
        tail.push_back(line);
    }
    tail
}
