//! What a board says beside its records: unnumbered, not part of a result.

use serde::{Deserialize, Serialize};

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
        /// Whose fault it is.
        fault: Fault,
        /// What is wrong and how to mend it.
        detail: &'a str,
    },
    /// The run is over and this many records were sent.
    Done {
        /// Number of records.
        records: u32,
    },
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

/// Whose fault a refusal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// The command is not one this board knows, or came at the wrong time.
    Link,
    /// A file is missing, broken or does not fit.
    Data,
    /// The board could not carry it out.
    Board,
}
