//! The cable that is a serial line.

use std::time::Duration;

use anyhow::anyhow;
use serialport::{ErrorKind, SerialPort};

use super::line::{End, Ends};
use crate::failure::Failure;

/// Opens the port: 8 data bits, no parity, 1 stop bit, no flow control.
pub fn connect(device: &str, baud: u32) -> Result<Ends, Failure> {
    let open = || {
        let ears = serialport::new(device, baud)
            // The reader looks this often whether it is still wanted.
            .timeout(Duration::from_millis(200))
            .open_native()?;
        let mut mouth = ears.try_clone_native()?;
        // A board that reads nothing must not hold this program for ever.
        mouth.set_timeout(Duration::from_secs(30))?;
        Ok((ears, mouth))
    };
    let (ears, mouth) = open().map_err(|error: serialport::Error| refused(device, baud, &error))?;
    Ok(Ends {
        ears: Box::new(ears),
        mouth: Box::new(mouth),
        end: End::Serial,
    })
}

fn refused(device: &str, baud: u32, error: &serialport::Error) -> Failure {
    let said = error.description.to_lowercase();
    let remedy = if said.contains("permission denied") {
        "let your user use serial ports: `sudo usermod -a -G dialout $USER`, then log in again"
    } else if said.contains("busy") || said.contains("exclusive lock") {
        "another program has it open: end that one (`fuser -v` names it)"
    } else if matches!(error.kind, ErrorKind::NoDevice) || said.contains("no such") {
        "plug the adapter in; `ls /dev/ttyUSB* /dev/ttyACM* /dev/ttyAMA*` shows what is there"
    } else {
        "check the device and the baud rate"
    };
    Failure::Board(anyhow!(
        "cannot open {device} at {baud} baud: {}; {remedy}",
        error.description
    ))
}
