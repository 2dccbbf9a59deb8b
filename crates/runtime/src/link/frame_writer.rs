//! Writes frames to the host. It never waits for the host: what cannot be written now is kept,
//! and the run goes on.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use edgescore_record::Control;
use edgescore_record::frame::{CONTROL, Encoder};
use nix::fcntl::{FcntlArg, OFlag, fcntl};

use crate::wire::too_long;

/// More than this is not kept: rows wait in the journal.
const FULL: usize = 8 * 1024;

/// Where frames go.
pub struct FrameWriter {
    encoder: Box<Encoder>,
    file: File,
    waiting: Vec<u8>,
    broken: bool,
}

impl FrameWriter {
    /// Starts with a zero byte, which ends whatever text was on the line before.
    pub fn new(fd: OwnedFd) -> io::Result<FrameWriter> {
        let flags = OFlag::from_bits_retain(fcntl(&fd, FcntlArg::F_GETFL)?);
        fcntl(&fd, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        Ok(FrameWriter {
            encoder: Box::default(),
            file: fd.into(),
            waiting: vec![0],
            broken: false,
        })
    }

    /// Sends a message.
    pub fn control(&mut self, control: &Control) -> io::Result<()> {
        let encoded = self.encoder.encode(CONTROL, control).map_err(too_long)?;
        self.waiting.extend_from_slice(encoded.frame);
        self.flush();
        Ok(())
    }

    /// Takes a frame that is made already; [`FrameWriter::flush`] sends it off.
    pub fn raw(&mut self, frame: &[u8]) {
        self.waiting.extend_from_slice(frame);
    }

    /// Sends off as much as goes out now.
    pub fn flush(&mut self) {
        while !self.waiting.is_empty() && !self.broken {
            match self.file.write(&self.waiting) {
                Ok(written) => drop(self.waiting.drain(..written)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // The host has disconnected: the input ends too.
                Err(_) => self.broken = true,
            }
        }
        if self.broken {
            self.waiting.clear();
        }
    }

    /// Whether something waits until more can go out.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether no more rows shall be sent for now.
    pub fn is_full(&self) -> bool {
        self.waiting.len() > FULL
    }
}

impl AsFd for FrameWriter {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}
