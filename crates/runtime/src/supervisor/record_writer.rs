//! The record writer: numbers, hashes and writes the rows of a result.

use std::io::{self, Write};

use edgescore_record::frame::{CONTROL, Encoder};
use edgescore_record::{Chain, Control, Record};
use edgescore_taskpack::Hash;

use crate::wire::too_long;

/// Writes the rows of one result.
pub struct RecordWriter<W> {
    encoder: Box<Encoder>,
    chain: Chain,
    next: u32,
    out: W,
}

impl<W: Write> RecordWriter<W> {
    /// Writes rows to `out`.
    pub fn new(out: W) -> RecordWriter<W> {
        RecordWriter {
            encoder: Box::default(),
            chain: Chain::default(),
            next: 0,
            out,
        }
    }

    /// Writes the next row of the result; it counts once [`RecordWriter::flush`] was called.
    pub fn record(&mut self, record: &Record) -> io::Result<()> {
        let encoded = self.encoder.encode(self.next, record).map_err(too_long)?;
        self.chain.add(encoded.content);
        self.next += 1;
        self.out.write_all(encoded.frame)
    }

    /// Writes something that is not part of the result.
    pub fn control(&mut self, control: &Control) -> io::Result<()> {
        let encoded = self.encoder.encode(CONTROL, control).map_err(too_long)?;
        self.out.write_all(encoded.frame)
    }

    /// Makes what was written count.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Rows written.
    pub fn written(&self) -> u32 {
        self.next
    }

    /// The running hash over them.
    pub fn chain(&self) -> Hash {
        self.chain.hash()
    }
}
