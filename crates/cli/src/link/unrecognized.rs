//! What was received before the board identified itself, for an error message.

use anyhow::anyhow;

use super::address::BoardAddress;
use super::log::last_line;

/// Bytes that are kept for the error message.
const TAIL: usize = 400;

/// What was received from a board that has not identified itself.
#[derive(Default)]
pub struct Unrecognized {
    echoes: bool,
    bytes: u64,
    tail: Vec<u8>,
}

impl Unrecognized {
    /// Adds bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.tail.extend_from_slice(bytes);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
    }

    /// A command came back.
    pub fn add_echo(&mut self) {
        self.echoes = true;
    }

    /// Why the board did not identify itself, with the remedy.
    pub fn explain(&self, address: &BoardAddress) -> anyhow::Error {
        let start = "start edgescore-rt on it with `edgescore-rt --serial DEVICE@BAUD`";
        if self.echoes {
            return anyhow!(
                "{address} echoes what is sent to it, so a terminal runs there instead of edgescore-rt: {start}"
            );
        }
        if self.bytes == 0 {
            return anyhow!(
                "nothing was received from {address}: check power, cable and that TX and RX are crossed, then {start}"
            );
        }
        let text = String::from_utf8_lossy(&self.tail);
        let readable = |c: &char| c.is_ascii_graphic() || c.is_ascii_whitespace();
        let share = text.chars().filter(readable).count() * 10;
        let last = last_line(&text);
        match last {
            Some(line) if share >= text.chars().count() * 9 => anyhow!(
                "{address} sends text and no messages of edgescore-rt; the last line is {line:?}: wait until the board has started, or {start}"
            ),
            _ => anyhow!(
                "{} bytes were received from {address} and none of them is a message of edgescore-rt: give the baud rate that the board uses, as @BAUD; or the line changes bytes: let it pass all eight bits as they are, without XON/XOFF and translation of line ends (`stty raw -ixon`)",
                self.bytes
            ),
        }
    }
}
