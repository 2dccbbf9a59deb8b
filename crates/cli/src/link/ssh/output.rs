//! What ssh prints, with an end to waiting for it.

use std::io::{self, ErrorKind, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Instant;

/// Chunks that may wait; a thread that is ahead waits.
const CHUNKS: usize = 64;

/// The standard output of ssh, which a thread reads.
pub struct Output {
    chunks: Receiver<io::Result<Vec<u8>>>,
    /// What of the last chunk was not taken.
    left: Vec<u8>,
}

impl Output {
    /// Reads `stdout` until it ends or this is dropped.
    pub fn of(mut stdout: impl Read + Send + 'static) -> Output {
        let (sender, chunks) = sync_channel(CHUNKS);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let read = match stdout.read(&mut buffer) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    read => read,
                };
                let ends = !matches!(read, Ok(1..));
                let chunk = read.map(|read| buffer.get(..read).unwrap_or_default().to_vec());
                if sender.send(chunk).is_err() || ends {
                    return;
                }
            }
        });
        Output {
            chunks,
            left: Vec::new(),
        }
    }

    /// The next bytes, none at the end.
    ///
    /// # Errors
    /// Those of reading; [`ErrorKind::TimedOut`] when nothing came until `until`.
    pub fn next(&mut self, until: Instant) -> io::Result<Vec<u8>> {
        let left = until.saturating_duration_since(Instant::now());
        match self.chunks.recv_timeout(left) {
            Ok(chunk) => chunk,
            Err(RecvTimeoutError::Timeout) => Err(ErrorKind::TimedOut.into()),
            Err(RecvTimeoutError::Disconnected) => Ok(Vec::new()),
        }
    }
}

impl Read for Output {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left.is_empty() {
            self.left = self.chunks.recv().unwrap_or_else(|_| Ok(Vec::new()))?;
        }
        let taken = self.left.len().min(into.len());
        for (to, from) in into.iter_mut().zip(self.left.drain(..taken)) {
            *to = from;
        }
        Ok(taken)
    }
}
