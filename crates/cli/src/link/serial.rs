//! The transport that is a serial line.

use std::time::Duration;

use anyhow::anyhow;
use serialport::{ErrorKind, SerialPort};

use super::transport::{Peer, Transport};
use crate::failure::Failure;

/// Opens the port: 8 data bits, no parity, 1 stop bit, no flow control.
pub fn connect(device: &str, baud: u32) -> Result<Transport, Failure> {
    let open = || {
        let incoming = serialport::new(device, baud)
            // The reader thread checks this often whether it is still needed.
            .timeout(Duration::from_millis(200))
            .open_native()?;
        let mut outgoing = incoming.try_clone_native()?;
        // A board that reads nothing must not block this program for ever.
        outgoing.set_timeout(Duration::from_secs(30))?;
        Ok((incoming, outgoing))
    };
    let (incoming, outgoing) =
        open().map_err(|error: serialport::Error| cannot_open(device, baud, &error))?;
    Ok(Transport {
        incoming: Box::new(incoming),
        outgoing: Box::new(outgoing),
        peer: Box::new(Port),
    })
}

struct Port;

impl Peer for Port {
    fn why_disconnected(&mut self) -> String {
        "the serial port is gone: plug the adapter in again".to_owned()
    }
}

fn cannot_open(device: &str, baud: u32, error: &serialport::Error) -> Failure {
    let description = error.description.to_lowercase();
    let remedy = if description.contains("permission denied") {
        "let your user use serial ports: `sudo usermod -a -G dialout $USER`, then log in again"
    } else if description.contains("busy") || description.contains("exclusive lock") {
        "another program has it open: end that one (`fuser -v` names it)"
    } else if matches!(error.kind, ErrorKind::NoDevice) || description.contains("no such") {
        "plug the adapter in; `ls /dev/ttyUSB* /dev/ttyACM* /dev/ttyAMA*` shows what is there"
    } else {
        "check the device and the baud rate"
    };
    Failure::Board(anyhow!(
        "cannot open {device} at {baud} baud: {}; {remedy}",
        error.description
    ))
}
