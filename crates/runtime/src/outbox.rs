//! Numbering and hashing the rows of a result.

use std::io::{self, Write};

use edgescore_record::frame::{CONTROL, Encoder, TooLong};
use edgescore_record::{Chain, Control, Record};
use edgescore_taskpack::Hash;

/// Takes the rows of one result.
pub struct Outbox<W> {
    encoder: Box<Encoder>,
    chain: Chain,
    next: u32,
    out: W,
}

impl<W: Write> Outbox<W> {
    /// Writes rows to `out`.
    pub fn new(out: W) -> Outbox<W> {
        Outbox {
            encoder: Box::default(),
            chain: Chain::default(),
            next: 0,
            out,
        }
    }

    /// Takes the next row of the result; it counts once [`Outbox::flush`] was called.
    pub fn record(&mut self, record: &Record) -> io::Result<()> {
        let encoded = self.encoder.encode(self.next, record).map_err(too_long)?;
        self.chain.add(encoded.content);
        self.next += 1;
        self.out.write_all(encoded.frame)
    }

    /// Takes something that is not part of the result.
    pub fn control(&mut self, control: &Control) -> io::Result<()> {
        let encoded = self.encoder.encode(CONTROL, control).map_err(too_long)?;
        self.out.write_all(encoded.frame)
    }

    /// Makes what was taken count.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Rows taken.
    pub fn taken(&self) -> u32 {
        self.next
    }

    /// The running hash over them.
    pub fn chain(&self) -> Hash {
        self.chain.hash()
    }
}

/// A message is longer than a frame holds.
pub fn too_long(error: TooLong) -> io::Error {
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
