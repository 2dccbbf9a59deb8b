//! The UART as the line to the desk.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use nix::libc::{self, O_NOCTTY};
use nix::sys::termios::{ControlFlags, SetArg, cfmakeraw, tcdrain, tcgetattr, tcsetattr};

use super::setup::Setup;

/// An open UART, or none: then what is said is lost, and the card alone has the result.
#[derive(Clone)]
pub struct Uart {
    line: Option<Arc<File>>,
    /// Frames of two threads must not mix.
    writing: Arc<Mutex<()>>,
}

impl Uart {
    /// Opens the UART of `setup` without echo, line editing or control characters; the console
    /// where that cannot be had.
    pub fn open(setup: &Setup) -> Uart {
        let open = |path: &str| {
            let mut options = OpenOptions::new();
            options.read(true).write(true).custom_flags(O_NOCTTY);
            options.open(path)
        };
        let line = open(&setup.uart).or_else(|_| open("/dev/console")).ok();
        if let Some(line) = &line {
            // A line that is no terminal has no such settings.
            let _ = make_raw(line, setup.baud);
        }
        Uart {
            line: line.map(Arc::new),
            writing: Arc::default(),
        }
    }

    /// Writes all of it. A line that is gone is no reason to stop measuring.
    pub fn write(&self, bytes: &[u8]) {
        let _guard = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut line) = self.line.as_deref() {
            let _ = line.write_all(bytes);
        }
    }

    /// Waits for bytes.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(mut line) = self.line.as_deref() else {
                return Err(io::ErrorKind::NotConnected.into());
            };
            match line.read(buffer) {
                // A hang-up that may end.
                Ok(0) => sleep(Duration::from_millis(100)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    /// Waits until all is on the wire.
    pub fn drain(&self) {
        if let Some(line) = self.line.as_deref() {
            let _ = tcdrain(line.as_fd());
        }
    }
}

fn make_raw(line: &File, baud: u32) -> nix::Result<()> {
    let mut settings = tcgetattr(line)?;
    cfmakeraw(&mut settings);
    if let Some(rate) = rate(baud) {
        // Not by cfsetspeed: libc names a version of it that a static glibc does not have.
        settings.control_flags.remove(ControlFlags::CBAUD);
        settings.control_flags |= ControlFlags::from_bits_retain(rate);
    }
    tcsetattr(line, SetArg::TCSANOW, &settings)
}

/// The rates that Linux has names for, from the usual one up.
fn rate(baud: u32) -> Option<libc::tcflag_t> {
    Some(match baud {
        9_600 => libc::B9600,
        57_600 => libc::B57600,
        115_200 => libc::B115200,
        230_400 => libc::B230400,
        460_800 => libc::B460800,
        921_600 => libc::B921600,
        1_000_000 => libc::B1000000,
        1_500_000 => libc::B1500000,
        2_000_000 => libc::B2000000,
        3_000_000 => libc::B3000000,
        _ => return None,
    })
}
