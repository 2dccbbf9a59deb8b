//! Messages of a board beside its records: unnumbered, not part of a result.

use edgescore_probe::survey;
use edgescore_taskpack::Hash;
use serde::{Deserialize, Serialize};

use crate::RunId;

/// A message from the board that is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Control<'a> {
    /// Answer to [`crate::Command::Hello`].
    Identity {
        /// Version of the messages that the board will use.
        version: u16,
        /// Version of edgescore-rt.
        runtime: &'a str,
        /// Version and CPU features of llama.cpp as built.
        engine: &'a str,
        /// Model of the board, may be empty.
        board: &'a str,
    },
    /// A line for people, where logs have no other way out.
    Log {
        /// How grave it is.
        level: Level,
        /// The line, without a newline.
        text: &'a str,
    },
    /// The command could not be carried out; no records follow.
    Refused {
        /// What kind of refusal it is.
        kind: RefusalKind,
        /// What is wrong and how to mend it.
        detail: &'a str,
    },
    /// How far a run is: sent when the board attaches to it, when it is over, and in answer to
    /// [`crate::Command::Resend`].
    State {
        /// Which run. Rows that follow are of this run.
        run: RunId,
        /// Rows in its journal.
        rows: u32,
        /// Rows before this one were sent before this message. A line keeps the order, so the
        /// ones that did not arrive are lost.
        sent: u32,
        /// Whether more rows will come.
        phase: Phase,
        /// The round of the [`crate::Command::Resend`] that is answered; 0 if none is.
        round: u32,
    },
    /// The board lacks this file from `offset` on.
    Need {
        /// SHA-256 of the file.
        hash: Hash,
        /// How much of it the board has.
        offset: u64,
    },
    /// The board has this file whole.
    Stored {
        /// SHA-256 of the file, checked when it was stored.
        hash: Hash,
        /// Where it lies on the board: what [`crate::Plan`] wants.
        path: &'a str,
    },
    /// One of the runs that the board keeps, in answer to [`crate::Command::List`].
    Kept {
        /// Its place in the list, oldest first.
        index: u32,
        /// Length of the list. When it is 0 the other fields mean nothing.
        of: u32,
        /// Its name.
        run: RunId,
        /// Rows in its journal.
        rows: u32,
        /// Whether more rows will come.
        phase: Phase,
        /// A host acknowledged all of it.
        collected: bool,
        /// Start in seconds since 1970 by the board's clock; 0 before it started.
        unix_time_s: u64,
        /// File name of the model; empty before it started.
        model: &'a str,
    },
    /// One finding of a survey, in answer to [`crate::Command::Survey`].
    Finding {
        /// The round of the command.
        round: u32,
        /// Its place in the survey.
        index: u32,
        /// Findings of the survey.
        of: u32,
        /// Model of the board, may be empty.
        board: &'a str,
        /// The power source that a run takes unless told otherwise.
        best: &'a str,
        /// What was found.
        #[serde(borrow)]
        finding: survey::Finding<&'a str>,
    },
}

/// Whether more rows of a run will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// It goes on.
    Running,
    /// It came to its end: the last row is a SessionEnd.
    Ended,
    /// It could not be started, or not be gone on with: [`Control::Refused`] says why.
    Refused,
    /// The board lost power or was restarted before its end; no rows will follow.
    CutOff,
}

/// Gravity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// The run is harmed.
    Error,
    /// The measurement is weaker than it could be.
    Warn,
    /// Progress.
    Info,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalKind {
    /// The command is not one this board knows, or came at the wrong time.
    Link,
    /// A file is missing, broken or does not fit.
    Data,
    /// The board could not carry it out.
    Board,
}
