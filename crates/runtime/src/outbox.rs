//! Numbering, hashing and sending what the board says.

use std::io::{self, Write};

use edgescore_record::frame::{Encoder, TooLong, UNNUMBERED};
use edgescore_record::{Chain, Control, Record};
use edgescore_taskpack::Hash;

/// The board's end of the link.
pub struct Outbox<W> {
    encoder: Box<Encoder>,
    chain: Chain,
    next: u32,
    out: W,
}

impl<W: Write> Outbox<W> {
    /// Starts with a zero byte, which ends whatever text was on the line before.
    pub fn new(mut out: W) -> io::Result<Outbox<W>> {
        out.write_all(&[0])?;
        Ok(Outbox {
            encoder: Box::default(),
            chain: Chain::default(),
            next: 0,
            out,
        })
    }

    /// Starts the numbering and the running hash of a new result.
    pub fn restart(&mut self) {
        self.chain = Chain::default();
        self.next = 0;
    }

    /// Sends the next row of the result. No allocation.
    pub fn record(&mut self, record: &Record) -> io::Result<()> {
        let encoded = self.encoder.encode(self.next, record).map_err(too_long)?;
        self.chain.add(encoded.content);
        self.next += 1;
        self.out.write_all(encoded.frame)?;
        self.out.flush()
    }

    /// Sends something that is not part of the result.
    pub fn control(&mut self, control: &Control) -> io::Result<()> {
        let encoded = self.encoder.encode(UNNUMBERED, control).map_err(too_long)?;
        self.out.write_all(encoded.frame)?;
        self.out.flush()
    }

    /// Rows sent since the restart.
    pub fn sent(&self) -> u32 {
        self.next
    }

    /// The running hash over them.
    pub fn chain(&self) -> Hash {
        self.chain.hash()
    }
}

fn too_long(error: TooLong) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

/// The front of `text`, at most `max` bytes, cut between characters. Names that come out of
/// model files can have any length; a frame can not.
pub fn clip(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::clip;

    #[test]
    fn clips_between_characters() {
        assert_eq!(clip("abc", 5), "abc");
        assert_eq!(clip("abc", 2), "ab");
        assert_eq!(clip("aé", 2), "a");
    }
}
