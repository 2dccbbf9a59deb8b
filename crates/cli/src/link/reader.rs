//! The thread that reads a transport, and waiting for what it reads.

use std::io::{ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

/// Chunks that may wait; a thread that is ahead waits.
const CHUNKS: usize = 64;

/// What came, or why waiting ended.
pub enum Arrival {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The transport has ended.
    Closed,
    /// [`Waker::wake`] was called.
    Woken,
    /// Nothing, until the time was over.
    Timeout,
}

/// The number is the transport's: what an earlier one left behind is not taken for this one's.
enum Message {
    Bytes(u32, Vec<u8>),
    Closed(u32),
    Wake,
}

/// Ends waiting for bytes from elsewhere.
#[derive(Clone)]
pub struct Waker(SyncSender<Message>);

impl Waker {
    /// Makes the waiting end at once.
    pub fn wake(&self) {
        // With a full queue it will end at once anyway.
        let _ = self.0.try_send(Message::Wake);
    }
}

/// Reads one transport after the other, each in a thread of its own.
pub struct Reader {
    messages: Receiver<Message>,
    to_messages: SyncSender<Message>,
    transport: u32,
    /// The transport has ended: nothing more will come.
    closed: bool,
    wanted: Arc<AtomicBool>,
}

impl Reader {
    /// A reader without a transport.
    pub fn new() -> Reader {
        let (to_messages, messages) = sync_channel(CHUNKS);
        Reader {
            messages,
            to_messages,
            transport: 0,
            closed: false,
            wanted: Arc::default(),
        }
    }

    /// Reads `incoming` from now on, and nothing else.
    pub fn attach(&mut self, incoming: Box<dyn Read + Send>) {
        self.wanted.store(false, Ordering::Relaxed);
        self.transport += 1;
        self.closed = false;
        self.wanted = Arc::new(AtomicBool::new(true));
        let (wanted, to_messages) = (self.wanted.clone(), self.to_messages.clone());
        let transport = self.transport;
        thread::spawn(move || read(incoming, transport, &wanted, &to_messages));
    }

    /// What ends [`Reader::next`].
    pub fn waker(&self) -> Waker {
        Waker(self.to_messages.clone())
    }

    /// Waits for bytes, until `until` at most.
    pub fn next(&mut self, until: Instant) -> Arrival {
        loop {
            if self.closed {
                return Arrival::Closed;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(left) {
                Ok(Message::Bytes(transport, bytes)) if transport == self.transport => {
                    return Arrival::Bytes(bytes);
                }
                Ok(Message::Closed(transport)) if transport == self.transport => {
                    self.closed = true;
                }
                Ok(Message::Wake) => return Arrival::Woken,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Arrival::Timeout;
                }
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.wanted.store(false, Ordering::Relaxed);
    }
}

/// Hands on what comes in until the transport ends or is not wanted any more.
fn read(
    mut incoming: Box<dyn Read + Send>,
    transport: u32,
    wanted: &AtomicBool,
    to_messages: &SyncSender<Message>,
) {
    let mut buffer = [0; 4096];
    while wanted.load(Ordering::Relaxed) {
        match incoming.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                let bytes = buffer.get(..read).unwrap_or_default().to_vec();
                if to_messages.send(Message::Bytes(transport, bytes)).is_err() {
                    return;
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    let _ = to_messages.send(Message::Closed(transport));
}
