//! How a command ends, as an exit code.

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As planned: exit code 0.
    AsPlanned,
    /// A verdict is not Ok: exit code 1.
    NotAsPlanned,
}

/// Why a command could not do its work. The message names the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The arguments make no sense together.
    #[error("{0:#}")]
    Usage(anyhow::Error),
    /// The board or the link to it.
    #[error("{0:#}")]
    Board(anyhow::Error),
    /// A file is missing or bad, or cannot be written.
    #[error("{0:#}")]
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
