//! What a worker says to its parent. The pipe between them carries frames; both ends are one
//! program file, so this is no format and has no version.

use std::io::{self, Write};

use edgescore_record::frame::{CONTROL, Encoder};
use edgescore_record::{Fault, Record, Stop, Verdict};
use serde::{Deserialize, Serialize};

/// One thing that a worker says.
#[derive(Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "it lives for one call")]
pub enum Report<'a> {
    /// A row of the result; the parent numbers it.
    #[serde(borrow)]
    Row(Record<'a>),
    /// There is no result. The last word.
    Refused {
        /// Whose fault it is.
        fault: Fault,
        /// What is wrong and how to mend it.
        detail: &'a str,
    },
    /// How it ended, as far as the worker knows. The last word.
    Ended {
        /// The verdict, unless the parent knows better.
        #[serde(borrow)]
        verdict: Verdict<'a>,
        /// Why it ended early, if it did.
        stop: Option<Stop>,
    },
}

/// The worker's end of the pipe.
pub struct Reports<W> {
    encoder: Box<Encoder>,
    out: W,
}

impl<W: Write> Reports<W> {
    /// Reports into `out`.
    pub fn new(out: W) -> Reports<W> {
        Reports {
            encoder: Box::default(),
            out,
        }
    }

    /// Hands over the next row of the result. No allocation.
    pub fn record(&mut self, record: &Record) -> io::Result<()> {
        self.say(&Report::Row(*record))
    }

    /// Says something. No allocation.
    pub fn say(&mut self, report: &Report) -> io::Result<()> {
        let encoded = self
            .encoder
            .encode(CONTROL, report)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        self.out.write_all(encoded.frame)?;
        self.out.flush()
    }
}
