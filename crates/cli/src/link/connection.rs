//! A connection to a board: commands are sent, rows and messages are received.

use std::io::{ErrorKind, Write};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use edgescore_record::frame::{self, COMMAND, CONTROL, Encoder};
use edgescore_record::{CURRENT_VERSION, Command, Control, MIN_VERSION};

use super::address::BoardAddress;
use super::log::LogSink;
use super::options::ConnectOptions;
use super::pace::Pace;
use super::reader::{Arrival, Reader, Waker};
use super::transport::{Peer, Transport};
use super::unrecognized::Unrecognized;
use super::{capture, process, serial, ssh};
use crate::failure::Failure;

/// Hello is sent again after this long.
const HELLO_AGAIN: Duration = Duration::from_millis(500);

/// What was received.
pub enum Event<'b> {
    /// A row of a result.
    Row {
        /// Its number.
        number: u32,
        /// Number and message, as the running hash takes them.
        content: &'b [u8],
    },
    /// Any other message.
    Control(Control<'b>),
    /// Nothing, for as long as was asked.
    Timeout,
    /// [`Waker::wake`] was called.
    Woken,
    /// The transport ended; the reason as far as it is known.
    Disconnected(String),
}

/// An open connection.
pub struct Connection {
    address: BoardAddress,
    options: ConnectOptions,
    /// Log lines for people.
    pub log: LogSink,
    outgoing: Box<dyn Write + Send>,
    peer: Option<Box<dyn Peer>>,
    encoder: Box<Encoder>,
    receiver: Box<frame::Receiver>,
    reader: Reader,
    buffer: Vec<u8>,
    taken: usize,
    content: Vec<u8>,
    /// The version of the messages that the board writes.
    version: u16,
    /// What came over this transport, until the board has identified itself.
    unrecognized: Option<Unrecognized>,
}

impl Connection {
    /// Connects, and waits until the board has identified itself.
    pub fn open(
        address: &BoardAddress,
        options: &ConnectOptions,
        log: LogSink,
    ) -> Result<Connection, Failure> {
        let transport = open_transport(address, options, &log)?;
        let mut connection = Connection {
            address: address.clone(),
            options: options.clone(),
            log,
            outgoing: Box::new(std::io::sink()),
            peer: None,
            encoder: Box::default(),
            receiver: Box::default(),
            reader: Reader::new(),
            buffer: Vec::new(),
            taken: 0,
            content: Vec::new(),
            version: CURRENT_VERSION,
            unrecognized: None,
        };
        connection.use_transport(transport);
        connection.greet()?;
        Ok(connection)
    }

    fn use_transport(&mut self, transport: Transport) {
        *self.receiver = frame::Receiver::default();
        self.buffer.clear();
        self.taken = 0;
        self.unrecognized = Some(Unrecognized::default());
        self.reader.attach(transport.incoming);
        self.outgoing = transport.outgoing;
        self.peer = Some(transport.peer);
    }

    /// Sends Hello until the board identifies itself.
    fn greet(&mut self) -> Result<(), Failure> {
        if self.is_capture() {
            return Ok(());
        }
        let started = Instant::now();
        let version = CURRENT_VERSION;
        while started.elapsed() < self.options.wait {
            // A board that is gone is noticed by receiving from it.
            let _ = self.send(&Command::Hello { version });
            let again = Instant::now() + HELLO_AGAIN;
            loop {
                let wait = again.saturating_duration_since(Instant::now());
                match self.receive(wait)? {
                    Event::Control(Control::Identity {
                        version, runtime, ..
                    }) => {
                        if !(MIN_VERSION..=CURRENT_VERSION).contains(&version) {
                            return Err(Failure::Board(anyhow!(
                                "edgescore-rt {runtime} on the board sends version {version} of the messages, this program reads {MIN_VERSION} to {CURRENT_VERSION}: use edgescore and edgescore-rt of the same version"
                            )));
                        }
                        self.unrecognized = None;
                        self.version = version;
                        return Ok(());
                    }
                    Event::Disconnected(why) => {
                        return Err(Failure::Board(anyhow!(
                            "{why}, before it sent anything: give --runtime an edgescore-rt of this version"
                        )));
                    }
                    Event::Timeout => break,
                    _ => {}
                }
            }
        }
        let unrecognized = self.unrecognized.take().unwrap_or_default();
        Err(Failure::Board(unrecognized.explain(&self.address)))
    }

    /// How this connection is used.
    pub fn pace(&self) -> Pace {
        Pace::of(&self.address)
    }

    /// Whether files of this machine are on the board too.
    pub fn is_local(&self) -> bool {
        matches!(self.address, BoardAddress::Local)
    }

    /// Refuses a board whose plans are not this program's. Results of an older one can be had.
    pub fn can_run(&self) -> Result<(), Failure> {
        let theirs = self.version;
        match theirs == CURRENT_VERSION {
            true => Ok(()),
            false => Err(Failure::Board(anyhow!(
                "the edgescore-rt on the board takes plans of version {theirs}, this program writes {CURRENT_VERSION}: use edgescore and edgescore-rt of the same version"
            ))),
        }
    }

    /// Whether there is no board: what a capture holds cannot be asked for.
    pub fn is_capture(&self) -> bool {
        matches!(self.address, BoardAddress::Capture(_))
    }

    /// Whether the board can be reached again after a disconnection.
    pub fn can_reconnect(&self) -> bool {
        matches!(
            self.address,
            BoardAddress::Ssh { .. } | BoardAddress::Serial { .. }
        )
    }

    /// Which board.
    pub fn address(&self) -> &BoardAddress {
        &self.address
    }

    /// Sends a command. It may be lost on the way; what matters is repeated until it is answered.
    pub fn send(&mut self, command: &Command) -> std::io::Result<()> {
        let encoded = self
            .encoder
            .encode(COMMAND, command)
            .map_err(|error| std::io::Error::new(ErrorKind::InvalidInput, error))?;
        self.outgoing.write_all(encoded.frame)?;
        self.outgoing.flush()
    }

    /// To end [`Connection::receive`] from elsewhere.
    pub fn waker(&self) -> Waker {
        self.reader.waker()
    }

    /// Waits for the next frame, at most for `wait`.
    pub fn receive(&mut self, wait: Duration) -> Result<Event<'_>, Failure> {
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
                Some(COMMAND) => {
                    if let Some(unrecognized) = &mut self.unrecognized {
                        unrecognized.add_echo();
                    }
                }
                Some(number) => break number,
                None => {}
            }
            if self.taken < self.buffer.len() {
                continue;
            }
            match self.reader.next(until) {
                Arrival::Bytes(bytes) => {
                    if let Some(unrecognized) = &mut self.unrecognized {
                        unrecognized.add(&bytes);
                    }
                    self.buffer = bytes;
                    self.taken = 0;
                }
                Arrival::Closed => return Ok(Event::Disconnected(self.why_disconnected())),
                Arrival::Woken => return Ok(Event::Woken),
                Arrival::Timeout => return Ok(Event::Timeout),
            }
        };
        if number != CONTROL {
            let content = &self.content;
            return Ok(Event::Row { number, content });
        }
        frame::message(&self.content)
            .map(Event::Control)
            .context("edgescore-rt sent an unknown message: use edgescore and edgescore-rt of the same version")
            .map_err(Failure::Board)
    }

    fn why_disconnected(&mut self) -> String {
        match &mut self.peer {
            Some(peer) => peer.why_disconnected(),
            None => "the connection is closed".to_owned(),
        }
    }

    /// Connects again after a disconnection for the reason `why`, and keeps trying for `patience`.
    pub fn reconnect(&mut self, why: &str, patience: Duration) -> Result<(), Failure> {
        (self.log)(&format!("{why}; connecting again"));
        // What is left of the old transport would keep the port locked, or another ssh running.
        self.outgoing = Box::new(std::io::sink());
        self.peer = None;
        let started = Instant::now();
        let mut pause = Duration::from_millis(200);
        loop {
            let opened = open_transport(&self.address, &self.options, &self.log);
            let connected = opened.and_then(|transport| {
                self.use_transport(transport);
                self.greet()
            });
            match connected {
                Ok(()) => return Ok(()),
                Err(failure) if started.elapsed() > patience => return Err(failure),
                Err(_) => thread::sleep(pause),
            }
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// Ends the connection; a board that was started detached continues.
    pub fn release(mut self) {
        if let Some(peer) = &mut self.peer {
            peer.detach();
        }
    }
}

fn open_transport(
    address: &BoardAddress,
    options: &ConnectOptions,
    log: &LogSink,
) -> Result<Transport, Failure> {
    let runtime = options.runtime.as_deref();
    match address {
        BoardAddress::Local => process::connect(runtime, options.detached, log.clone()),
        BoardAddress::Ssh { destination, port } => {
            ssh::connect(destination, *port, runtime, options.wait, log)
        }
        BoardAddress::Serial { device, baud } => serial::connect(device, *baud),
        BoardAddress::Capture(path) => capture::connect(path),
    }
}
