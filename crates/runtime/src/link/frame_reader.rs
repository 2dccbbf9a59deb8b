//! Reads frames from a pipe or a serial line.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use edgescore_record::frame::Receiver;

/// A file that frames come out of.
pub struct FrameReader {
    file: File,
    receiver: Box<Receiver>,
    open: bool,
}

impl FrameReader {
    /// Reads from `file`.
    pub fn new(file: impl Into<OwnedFd>) -> FrameReader {
        FrameReader {
            file: File::from(file.into()),
            receiver: Box::default(),
            open: true,
        }
    }

    /// Reads once, which waits while there is nothing to read. Returns sequence and content of the
    /// frames that are whole now; at the end or a failure of the file none, and it is no longer
    /// open.
    pub fn read(&mut self) -> Vec<(u32, Vec<u8>)> {
        let mut buffer = [0; 4096];
        let mut bytes = match self.file.read(&mut buffer) {
            Ok(0) => {
                self.open = false;
                return Vec::new();
            }
            Ok(read) => buffer.get(..read).unwrap_or_default(),
            Err(error)
                if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) =>
            {
                return Vec::new();
            }
            Err(error) => {
                log::error!("cannot read commands or rows: {error}");
                self.open = false;
                return Vec::new();
            }
        };
        let mut frames = Vec::new();
        let keep = |sequence, content: &[u8]| (sequence, content.to_vec());
        while let (rest, Some(frame)) = self.receiver.push(bytes, keep) {
            frames.push(frame);
            bytes = rest;
        }
        frames
    }

    /// Whether more may come.
    pub fn is_open(&self) -> bool {
        self.open
    }
}

impl AsFd for FrameReader {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}
