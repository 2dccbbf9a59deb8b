//! Reading frames from a pipe or a line.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use edgescore_record::frame::Receiver;

/// A file that frames come out of.
pub struct Inlet {
    file: File,
    receiver: Box<Receiver>,
    open: bool,
}

impl Inlet {
    /// Reads from `file`.
    pub fn new(file: impl Into<OwnedFd>) -> Inlet {
        Inlet {
            file: File::from(file.into()),
            receiver: Box::default(),
            open: true,
        }
    }

    /// Reads once, which waits while there is nothing to read. The contents of the frames that
    /// are whole now; at the end or a failure of the file none, and it is open no more.
    pub fn take(&mut self) -> Vec<Vec<u8>> {
        let mut buffer = [0; 4096];
        let mut bytes = match self.file.read(&mut buffer) {
            Ok(0) => {
                self.open = false;
                return Vec::new();
            }
            Ok(read) => buffer.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Vec::new(),
            Err(error) => {
                log::error!("cannot read commands or rows: {error}");
                self.open = false;
                return Vec::new();
            }
        };
        let mut contents = Vec::new();
        while let (rest, Some(content)) = self.receiver.push(bytes, |_, content| content.to_vec()) {
            contents.push(content);
            bytes = rest;
        }
        contents
    }

    /// Whether more may come.
    pub fn is_open(&self) -> bool {
        self.open
    }
}

impl AsFd for Inlet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}
