//! An open cable: commands go out, rows and messages come in.

use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use edgescore_record::frame::{self, COMMAND, CONTROL, Encoder, MAX_PIECE};
use edgescore_record::{CURRENT_VERSION, Command, Control, MIN_VERSION};

use super::child::{Alive, with_last_words};
use super::{Spec, process, serial, ssh};
use crate::failure::Failure;
use crate::files;

/// Prints a line for people.
pub type Print = Arc<dyn Fn(&str) + Send + Sync>;

/// Chunks that may wait; a reader that is ahead waits.
const CHUNKS: usize = 64;
/// Hello is said again after this long.
const HELLO_AGAIN: Duration = Duration::from_millis(500);

/// How to reach a board.
#[derive(Clone)]
pub struct Options {
    /// The edgescore-rt to start or to copy, unless the one that fits is found.
    pub runtime: Option<PathBuf>,
    /// The board goes on when this program has ended.
    pub detached: bool,
    /// How long to wait for a board that does not answer.
    pub wait: Duration,
}

/// Both ends of a cable.
pub struct Ends {
    /// What the board says.
    pub ears: Box<dyn Read + Send>,
    /// What it hears.
    pub mouth: Box<dyn Write + Send>,
    /// What is known when it ends.
    pub end: End,
}

/// What is at the other end.
pub enum End {
    /// edgescore-rt as a child.
    Process(Alive),
    /// ssh as a child.
    Ssh(Alive),
    /// A serial port.
    Serial,
    /// A file.
    File,
}

/// What came over the link.
pub enum Heard<'b> {
    /// A row of a result.
    Row {
        /// Its number.
        number: u32,
        /// Number and message, as the running hash takes them.
        content: &'b [u8],
    },
    /// Anything else.
    Control(Control<'b>),
    /// Nothing, for as long as was asked.
    Nothing,
    /// [`Waker::wake`] was called.
    Woken,
    /// The cable is cut or the board is gone; the reason as far as it is known.
    HungUp(String),
}

/// How a cable is used.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Bytes of a file in one frame. Shorter frames are hit less often by noise.
    pub piece: usize,
    /// Bytes of a file on their way without an answer.
    pub window: u64,
    /// An answer that has not come after this long is lost.
    pub answer: Duration,
}

enum Event {
    Bytes(u32, Vec<u8>),
    Closed(u32),
    Wake,
}

/// Wakes a [`Line`] that listens.
#[derive(Clone)]
pub struct Waker(SyncSender<Event>);

impl Waker {
    /// Makes [`Line::hear`] return at once.
    pub fn wake(&self) {
        // With a full queue it will return at once anyway.
        let _ = self.0.try_send(Event::Wake);
    }
}

/// An open cable.
pub struct Line {
    spec: Spec,
    options: Options,
    /// Prints lines for people.
    pub print: Print,
    mouth: Box<dyn Write + Send>,
    end: End,
    encoder: Box<Encoder>,
    receiver: Box<frame::Receiver>,
    events: Receiver<Event>,
    to_events: SyncSender<Event>,
    /// Counts connections, so that what an earlier one left behind is not taken for this one's.
    connection: u32,
    open: Arc<AtomicBool>,
    buffer: Vec<u8>,
    taken: usize,
    content: Vec<u8>,
    noise: Noise,
}

/// What was heard and not understood, for an error message.
#[derive(Default)]
struct Noise {
    greeted: bool,
    echoes: bool,
    bytes: u64,
    tail: Vec<u8>,
}

impl Line {
    /// Connects and greets the board.
    pub fn open(spec: &Spec, options: &Options, print: Print) -> Result<Line, Failure> {
        let (to_events, events) = sync_channel(CHUNKS);
        let ends = connect(spec, options, &print)?;
        let mut line = Line {
            spec: spec.clone(),
            options: options.clone(),
            print,
            mouth: Box::new(std::io::sink()),
            end: End::File,
            encoder: Box::default(),
            receiver: Box::default(),
            events,
            to_events,
            connection: 0,
            open: Arc::default(),
            buffer: Vec::new(),
            taken: 0,
            content: Vec::new(),
            noise: Noise::default(),
        };
        line.plug_in(ends);
        line.greet()?;
        Ok(line)
    }

    fn plug_in(&mut self, ends: Ends) {
        self.open.store(false, Ordering::Relaxed);
        self.connection += 1;
        self.open = Arc::new(AtomicBool::new(true));
        *self.receiver = frame::Receiver::default();
        self.buffer.clear();
        self.taken = 0;
        let (open, to_events) = (self.open.clone(), self.to_events.clone());
        let (connection, ears) = (self.connection, ends.ears);
        thread::spawn(move || listen(ears, connection, &open, &to_events));
        self.mouth = ends.mouth;
        self.end = ends.end;
    }

    /// Says Hello until the board says who it is.
    fn greet(&mut self) -> Result<(), Failure> {
        if matches!(self.spec, Spec::File(_)) {
            return Ok(());
        }
        let started = Instant::now();
        let version = CURRENT_VERSION;
        while started.elapsed() < self.options.wait {
            // A board that is gone is noticed by listening to it.
            let _ = self.say(&Command::Hello { version });
            let again = Instant::now() + HELLO_AGAIN;
            loop {
                let wait = again.saturating_duration_since(Instant::now());
                match self.hear(wait)? {
                    Heard::Control(Control::Identity {
                        version, runtime, ..
                    }) => {
                        if !(MIN_VERSION..=CURRENT_VERSION).contains(&version) {
                            return Err(Failure::Board(anyhow!(
                                "edgescore-rt {runtime} on the board speaks version {version} of the messages, this program {MIN_VERSION} to {CURRENT_VERSION}: use edgescore and edgescore-rt of the same version"
                            )));
                        }
                        self.noise.greeted = true;
                        return Ok(());
                    }
                    Heard::HungUp(why) => {
                        return Err(Failure::Board(anyhow!(
                            "{why}, before it said anything: give --runtime an edgescore-rt of this version"
                        )));
                    }
                    Heard::Nothing => break,
                    _ => {}
                }
            }
        }
        Err(Failure::Board(self.noise.why(&self.spec)))
    }

    /// How this cable is used.
    pub fn pace(&self) -> Pace {
        match self.spec {
            Spec::Serial { baud, .. } => Pace {
                piece: 512,
                window: 4096,
                // Behind what fills the buffers of kernel and adapter.
                answer: Duration::from_secs(1) + Duration::from_secs(8192 * 10) / baud,
            },
            _ => Pace {
                piece: MAX_PIECE,
                window: 1 << 20,
                answer: Duration::from_secs(5),
            },
        }
    }

    /// Whether files of this machine are on the board too.
    pub fn is_local(&self) -> bool {
        matches!(self.spec, Spec::Local)
    }

    /// Whether the board is asked: a file says what it says.
    pub fn is_file(&self) -> bool {
        matches!(self.spec, Spec::File(_))
    }

    /// Whether a cut cable can be joined again.
    pub fn can_reconnect(&self) -> bool {
        matches!(self.spec, Spec::Ssh { .. } | Spec::Serial { .. })
    }

    /// Which board.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Sends a command. On a cable that may be cut it may be lost; what matters is repeated
    /// until it is answered.
    pub fn say(&mut self, command: &Command) -> std::io::Result<()> {
        let encoded = self
            .encoder
            .encode(COMMAND, command)
            .map_err(|error| std::io::Error::new(ErrorKind::InvalidInput, error))?;
        self.mouth.write_all(encoded.frame)?;
        self.mouth.flush()
    }

    /// To end [`Line::hear`] from elsewhere.
    pub fn waker(&self) -> Waker {
        Waker(self.to_events.clone())
    }

    /// Waits for the next frame, at most for `wait`.
    pub fn hear(&mut self, wait: Duration) -> Result<Heard<'_>, Failure> {
        let until = Instant::now() + wait;
        let number = loop {
            let fresh = self.buffer.get(self.taken..).unwrap_or_default();
            let content = &mut self.content;
            let (rest, number) = self.receiver.push(fresh, |number, bytes| {
                content.clear();
                content.extend_from_slice(bytes);
                number
            });
            self.taken = self.buffer.len() - rest.len();
            match number {
                Some(COMMAND) => self.noise.echoes = true,
                Some(number) => break number,
                None => {}
            }
            if self.taken < self.buffer.len() {
                continue;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(Event::Bytes(connection, bytes)) if connection == self.connection => {
                    self.noise.take(&bytes);
                    self.buffer = bytes;
                    self.taken = 0;
                }
                Ok(Event::Closed(connection)) if connection == self.connection => {
                    return Ok(Heard::HungUp(self.why()));
                }
                Ok(Event::Wake) => return Ok(Heard::Woken),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Ok(Heard::Nothing);
                }
            }
        };
        if number != CONTROL {
            let content = &self.content;
            return Ok(Heard::Row { number, content });
        }
        frame::message(&self.content)
            .map(Heard::Control)
            .context("edgescore-rt said something unknown: use edgescore and edgescore-rt of the same version")
            .map_err(Failure::Board)
    }

    fn why(&mut self) -> String {
        match &mut self.end {
            End::Process(alive) => {
                let (how, _, tail) = alive.end();
                with_last_words(how, &tail)
            }
            End::Ssh(alive) => ssh::why(alive),
            End::Serial => "the serial port is gone: plug it in again".to_owned(),
            End::File => "the capture ends here".to_owned(),
        }
    }

    /// Connects again after the cable was cut, and keeps trying for `patience`.
    pub fn reconnect(&mut self, why: &str, patience: Duration) -> Result<(), Failure> {
        (self.print)(&format!("{why}; connecting again"));
        // What is left of the old cable would keep the port locked, or another ssh alive.
        self.mouth = Box::new(std::io::sink());
        self.end = End::File;
        let started = Instant::now();
        let mut pause = Duration::from_millis(200);
        loop {
            let joined = connect(&self.spec, &self.options, &self.print).and_then(|ends| {
                self.plug_in(ends);
                self.greet()
            });
            match joined {
                Ok(()) => return Ok(()),
                Err(failure) if started.elapsed() > patience => return Err(failure),
                Err(_) => thread::sleep(pause),
            }
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// Ends the line; a board that was told to goes on.
    pub fn let_go(mut self) {
        if let End::Process(alive) = std::mem::replace(&mut self.end, End::File) {
            alive.let_go();
        }
    }
}

fn connect(spec: &Spec, options: &Options, print: &Print) -> Result<Ends, Failure> {
    let runtime: Option<&Path> = options.runtime.as_deref();
    match spec {
        Spec::Local => process::connect(runtime, options.detached, print.clone()),
        Spec::Ssh { destination, port } => ssh::connect(destination, *port, runtime, print),
        Spec::Serial { device, baud } => serial::connect(device, *baud),
        Spec::File(path) => Ok(Ends {
            ears: Box::new(files::open(path)?),
            mouth: Box::new(std::io::sink()),
            end: End::File,
        }),
    }
}

/// Hands on what comes in until the cable ends or nobody wants it.
fn listen(
    mut ears: Box<dyn Read + Send>,
    connection: u32,
    open: &AtomicBool,
    to_events: &SyncSender<Event>,
) {
    let mut buffer = [0; 4096];
    while open.load(Ordering::Relaxed) {
        match ears.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                let bytes = buffer.get(..read).unwrap_or_default().to_vec();
                if to_events.send(Event::Bytes(connection, bytes)).is_err() {
                    return;
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    let _ = to_events.send(Event::Closed(connection));
}

impl Drop for Line {
    fn drop(&mut self) {
        self.open.store(false, Ordering::Relaxed);
    }
}

impl Noise {
    /// What is kept of what a board said before it said who it is.
    const TAIL: usize = 400;

    fn take(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        if !self.greeted {
            self.tail.extend_from_slice(bytes);
            let surplus = self.tail.len().saturating_sub(Self::TAIL);
            self.tail.drain(..surplus);
        }
    }

    /// Why a board could not be understood.
    fn why(&self, spec: &Spec) -> anyhow::Error {
        let start = "start edgescore-rt on it with `edgescore-rt --serial DEVICE@BAUD`";
        if self.echoes {
            return anyhow!(
                "{spec} sends back what is said to it, so a terminal answers and no edgescore-rt: {start}"
            );
        }
        if self.bytes == 0 {
            return anyhow!(
                "nothing was heard on {spec}: check power, cable and that TX and RX are crossed, then {start}"
            );
        }
        let text = String::from_utf8_lossy(&self.tail);
        let readable = |c: &char| c.is_ascii_graphic() || c.is_ascii_whitespace();
        let share = text.chars().filter(readable).count() * 10;
        let last = text
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty());
        match last {
            Some(line) if share >= text.chars().count() * 9 => anyhow!(
                "{spec} says text and nothing of edgescore-rt; the last line is {line:?}: wait until the board has started, or {start}"
            ),
            _ => anyhow!(
                "{} bytes were heard on {spec} and none of them understood: give the baud rate that the board uses, as @BAUD",
                self.bytes
            ),
        }
    }
}
