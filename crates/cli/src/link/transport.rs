//! What carries bytes to a board and back: a child process, ssh, a serial port or a capture.

use std::io::{Read, Write};

/// An open transport.
pub struct Transport {
    /// Bytes from the board.
    pub incoming: Box<dyn Read + Send>,
    /// Bytes to the board.
    pub outgoing: Box<dyn Write + Send>,
    /// What is at the other end.
    pub peer: Box<dyn Peer>,
}

/// The other end of a transport, as far as this machine knows it.
pub trait Peer {
    /// Why the transport ended, with the remedy where it is known.
    fn why_disconnected(&mut self) -> String;

    /// Leaves the peer running when this program ends, where it would be ended with it.
    fn detach(&mut self) {}
}
