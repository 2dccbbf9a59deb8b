//! What a worker reports to its supervisor. The pipe between them carries frames; both ends are one
//! program file, so this is no format and has no version.

use std::io::{self, Write};

use edgescore_record::frame::{CONTROL, Encoder};
use edgescore_record::{Record, RefusalKind, Stop, Verdict};
use serde::{Deserialize, Serialize};

use crate::wire::too_long;

/// One report of a worker.
#[derive(Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "it lives for one call")]
pub enum Report<'a> {
    /// A row of the result; the supervisor numbers it.
    #[serde(borrow)]
    Row(Record<'a>),
    /// There is no result. The last report.
    Refused {
        /// What kind of refusal it is.
        kind: RefusalKind,
        /// What is wrong and how to mend it.
        detail: &'a str,
    },
    /// How it ended, as far as the worker knows. The last report.
    Ended {
        /// The verdict, unless the supervisor knows better.
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

    /// Sends the next row of the result. No allocation.
    pub fn record(&mut self, record: &Record) -> io::Result<()> {
        self.send(&Report::Row(*record))
    }

    /// Sends a report. No allocation.
    pub fn send(&mut self, report: &Report) -> io::Result<()> {
        let encoded = self.encoder.encode(CONTROL, report).map_err(too_long)?;
        self.out.write_all(encoded.frame)?;
        self.out.flush()
    }
}
