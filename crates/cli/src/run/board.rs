//! A board: edgescore-rt as a child process, and the link over its pipes.

use std::collections::VecDeque;
use std::env;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::{Context, anyhow};
use edgescore_record::frame::{self, Encoder, Receiver, UNNUMBERED};
use edgescore_record::{Command, Control};

use crate::failure::Failure;

/// Lines of the child's standard error that are kept for an error message.
const TAIL_LINES: usize = 10;

/// A running edgescore-rt.
pub struct Board {
    child: Child,
    ears: ChildStdout,
    mouth: Mouth,
    log: Option<JoinHandle<VecDeque<String>>>,
    receiver: Box<Receiver>,
    buffer: Vec<u8>,
    taken: usize,
    content: Vec<u8>,
}

/// What came over the link.
pub enum Heard<'b> {
    /// A row of the result.
    Row {
        /// Its number.
        number: u32,
        /// Number and message, as the running hash takes them.
        content: &'b [u8],
    },
    /// Anything else.
    Control(Control<'b>),
    /// The board is gone; the reason as far as it is known.
    HungUp(String),
}

/// Says commands; can be shared with a signal handler.
#[derive(Clone)]
pub struct Mouth(Arc<Mutex<(ChildStdin, Box<Encoder>)>>);

impl Mouth {
    /// Sends a command.
    pub fn say(&self, command: &Command) -> std::io::Result<()> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (stdin, encoder) = &mut *guard;
        let encoded = encoder
            .encode(UNNUMBERED, command)
            .map_err(|error| std::io::Error::new(ErrorKind::InvalidInput, error))?;
        stdin.write_all(encoded.frame)?;
        stdin.flush()
    }
}

impl Board {
    /// Starts `runtime`, or the edgescore-rt beside this program, or the one in PATH. Its log
    /// lines go to `print`.
    pub fn start(
        runtime: Option<&Path>,
        print: impl Fn(&str) + Send + 'static,
    ) -> Result<Board, Failure> {
        let program = runtime.map_or_else(beside_this_program, Path::to_owned);
        let mut child = std::process::Command::new(&program)
            .arg("--link")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| {
                format!(
                    "cannot start {}: build it with `cargo build --release -p edgescore-runtime`, or name it with --runtime",
                    program.display()
                )
            })
            .map_err(Failure::Board)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(ears), Some(stderr)) = pipes else {
            return Err(Failure::Board(anyhow!("edgescore-rt has no pipes")));
        };
        Ok(Board {
            child,
            ears,
            mouth: Mouth(Arc::new(Mutex::new((stdin, Box::default())))),
            log: Some(thread::spawn(move || keep_tail(stderr, print))),
            receiver: Box::default(),
            buffer: Vec::new(),
            taken: 0,
            content: Vec::new(),
        })
    }

    /// Sends a command.
    pub fn say(&self, command: &Command) -> Result<(), Failure> {
        self.mouth
            .say(command)
            .context("edgescore-rt does not listen")
            .map_err(Failure::Board)
    }

    /// A handle to send commands from elsewhere.
    pub fn mouth(&self) -> Mouth {
        self.mouth.clone()
    }

    /// Waits for the next frame.
    pub fn hear(&mut self) -> Result<Heard<'_>, Failure> {
        let number = loop {
            let fresh = self.buffer.get(self.taken..).unwrap_or_default();
            let content = &mut self.content;
            let (rest, number) = self.receiver.push(fresh, |number, bytes| {
                content.clear();
                content.extend_from_slice(bytes);
                number
            });
            self.taken = self.buffer.len() - rest.len();
            if let Some(number) = number {
                break number;
            }
            self.buffer.resize(4096, 0);
            self.taken = 0;
            match self.ears.read(&mut self.buffer) {
                Ok(0) => return Ok(Heard::HungUp(self.why_hung_up())),
                Ok(read) => self.buffer.truncate(read),
                Err(error) if error.kind() == ErrorKind::Interrupted => self.buffer.clear(),
                Err(error) => return Err(Failure::board(error)),
            }
        };
        if number != UNNUMBERED {
            let content = &self.content;
            return Ok(Heard::Row { number, content });
        }
        frame::message(&self.content)
            .map(Heard::Control)
            .context("edgescore-rt said something unknown: use edgescore and edgescore-rt of the same version")
            .map_err(Failure::Board)
    }

    fn why_hung_up(&mut self) -> String {
        let status = match self.child.wait() {
            Ok(status) => match status.signal() {
                // SIGKILL nobody sent by hand is the kernel out of memory.
                Some(9) => {
                    "edgescore-rt was killed (signal 9), as the kernel does when memory runs out"
                        .to_owned()
                }
                Some(signal) => format!("edgescore-rt was ended by signal {signal}"),
                None => format!("edgescore-rt ended with {status}"),
            },
            Err(error) => format!("edgescore-rt is gone: {error}"),
        };
        let tail = self.log.take().and_then(|log| log.join().ok());
        match tail {
            Some(tail) if !tail.is_empty() => {
                let lines: Vec<_> = tail.into_iter().collect();
                format!("{status}; its last words: {}", lines.join(" / "))
            }
            _ => status,
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        // Done or failed, it has nothing more to say. It cannot be left running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn beside_this_program() -> PathBuf {
    let name = "edgescore-rt";
    let beside = env::current_exe()
        .ok()
        .map(|this| this.with_file_name(name));
    beside
        .filter(|path| path.exists())
        .unwrap_or_else(|| name.into())
}

/// Passes the child's log on and keeps its end.
fn keep_tail(stderr: ChildStderr, print: impl Fn(&str)) -> VecDeque<String> {
    let mut tail = VecDeque::new();
    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        print(&line);
        if tail.len() == TAIL_LINES {
            tail.pop_front();
        }
        tail.push_back(line);
    }
    tail
}
