//! The transport that is a file: what a board once sent over a serial line.

use std::path::Path;

use super::transport::{Peer, Transport};
use crate::failure::Failure;
use crate::files;

/// Opens the capture at `path`. Nothing can be sent to it.
pub fn connect(path: &Path) -> Result<Transport, Failure> {
    Ok(Transport {
        incoming: Box::new(files::open(path)?),
        outgoing: Box::new(std::io::sink()),
        peer: Box::new(Capture),
    })
}

struct Capture;

impl Peer for Capture {
    fn why_disconnected(&mut self) -> String {
        "the capture ends here".to_owned()
    }
}
