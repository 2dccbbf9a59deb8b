//! The UART, for what process 1 itself reports before and after the run.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::fd::AsFd;
use std::sync::Arc;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::termios::tcdrain;

use crate::link::serial::SerialPort;

/// An open UART, or none: then reports go to the kernel's log alone.
#[derive(Clone)]
pub struct Uart(Option<Arc<File>>);

impl Uart {
    /// Opens `DEVICE@BAUD`; the console where that cannot be had.
    pub fn open(port: &str) -> Uart {
        let line = SerialPort::parse(port)
            .ok()
            .and_then(|port| port.open().ok());
        let console = || OpenOptions::new().write(true).open("/dev/console").ok();
        let line = line.or_else(console);
        if let Some(line) = &line {
            // Waits where the line is slow.
            let _ = fcntl(line, FcntlArg::F_SETFL(OFlag::empty()));
        }
        Uart(line.map(Arc::new))
    }

    /// Writes all of it. A line that is gone is no reason to stop.
    pub fn write(&self, bytes: &[u8]) {
        if let Some(mut line) = self.0.as_deref() {
            let _ = line.write_all(bytes);
        }
    }

    /// Waits until all is on the wire.
    pub fn drain(&self) {
        if let Some(line) = self.0.as_deref() {
            let _ = tcdrain(line.as_fd());
        }
    }
}
