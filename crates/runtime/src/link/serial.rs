//! A serial port as a transport.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;

use nix::fcntl::OFlag;
use nix::libc;
use nix::sys::termios::{ControlFlags, FlushArg, SetArg, cfmakeraw, tcflush, tcgetattr, tcsetattr};

/// A port and its speed, as in `/dev/ttyAMA0@115200`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialPort {
    device: String,
    baud: u32,
}

impl SerialPort {
    /// Reads `DEVICE` or `DEVICE@BAUD`.
    pub fn parse(text: &str) -> Result<SerialPort, String> {
        let (device, baud) = text.rsplit_once('@').unwrap_or((text, "115200"));
        let baud = baud.parse().ok().filter(|baud| rate(*baud).is_some());
        match baud {
            Some(baud) if !device.is_empty() => Ok(SerialPort {
                device: device.to_owned(),
                baud,
            }),
            _ => Err(format!(
                "{text:?}: give DEVICE@BAUD with a baud rate that Linux names, such as 115200, 921600, 1500000 or 3000000"
            )),
        }
    }

    /// Opens it: 8 data bits, no parity, 1 stop bit, no flow control, every byte as it is.
    pub fn open(&self) -> io::Result<File> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags((OFlag::O_NOCTTY | OFlag::O_NONBLOCK).bits())
            .open(&self.device)?;
        let mut settings = tcgetattr(&file)?;
        cfmakeraw(&mut settings);
        settings.control_flags |= ControlFlags::CLOCAL | ControlFlags::CREAD;
        settings.control_flags &= !(ControlFlags::CRTSCTS | ControlFlags::CSTOPB);
        // Not by cfsetspeed: libc names a version of it that a static glibc does not have.
        settings.control_flags.remove(ControlFlags::CBAUD);
        settings.control_flags |=
            ControlFlags::from_bits_retain(rate(self.baud).unwrap_or(libc::B115200));
        tcsetattr(&file, SetArg::TCSANOW, &settings)?;
        // Half a frame from before means nothing.
        tcflush(&file, FlushArg::TCIFLUSH)?;
        Ok(file)
    }
}

fn rate(baud: u32) -> Option<libc::speed_t> {
    Some(match baud {
        9_600 => libc::B9600,
        19_200 => libc::B19200,
        38_400 => libc::B38400,
        57_600 => libc::B57600,
        115_200 => libc::B115200,
        230_400 => libc::B230400,
        460_800 => libc::B460800,
        500_000 => libc::B500000,
        921_600 => libc::B921600,
        1_000_000 => libc::B1000000,
        1_500_000 => libc::B1500000,
        2_000_000 => libc::B2000000,
        3_000_000 => libc::B3000000,
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_device_and_speed() {
        let port = |baud| SerialPort {
            device: "/dev/ttyAMA0".to_owned(),
            baud,
        };
        assert_eq!(SerialPort::parse("/dev/ttyAMA0").unwrap(), port(115_200));
        assert_eq!(
            SerialPort::parse("/dev/ttyAMA0@3000000").unwrap(),
            port(3_000_000)
        );
        for text in ["", "@115200", "/dev/ttyAMA0@fast", "/dev/ttyAMA0@12345"] {
            assert!(SerialPort::parse(text).is_err(), "{text}");
        }
    }
}
