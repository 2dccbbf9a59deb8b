//! How a command ends, as an exit code.

use std::fmt;

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As planned: exit code 0.
    AsPlanned,
    /// A verdict is not Ok: exit code 1.
    NotAsPlanned,
}

/// Why a command could not do its work. The message names the remedy.
#[derive(Debug)]
pub enum Failure {
    /// The arguments make no sense together.
    Usage(anyhow::Error),
    /// The board or the link to it.
    Board(anyhow::Error),
    /// A file is missing or bad, or cannot be written.
    Data(anyhow::Error),
}

impl Failure {
    /// A bad or missing file.
    pub fn data(error: impl Into<anyhow::Error>) -> Failure {
        Failure::Data(error.into())
    }

    /// A board or link that does not do its part.
    pub fn board(error: impl Into<anyhow::Error>) -> Failure {
        Failure::Board(error.into())
    }

    /// The exit code of this failure.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Board(_) => 3,
            Failure::Data(_) => 4,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Failure::Usage(error) | Failure::Board(error) | Failure::Data(error)) = self;
        write!(f, "{error:#}")
    }
}
