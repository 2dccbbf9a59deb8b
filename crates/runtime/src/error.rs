//! Why a run has no result or a short one, and why a request of the host is refused.

use std::fmt;
use std::io;

use edgescore_engine::{DecodeError, LoadError, LoadProblem, SessionError, StateError};
use edgescore_record::{RefusalKind, Stop, VerdictKind};
use edgescore_taskpack::PackError;

/// What cannot be done, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of refusal it is.
    pub kind: RefusalKind,
    /// What is wrong and how to mend it.
    pub detail: String,
}

impl Refusal {
    /// The command is unknown or came at the wrong time.
    pub fn link(detail: impl fmt::Display) -> Refusal {
        Refusal::new(RefusalKind::Link, detail)
    }

    /// A file is missing, broken or does not fit.
    pub fn data(detail: impl fmt::Display) -> Refusal {
        Refusal::new(RefusalKind::Data, detail)
    }

    /// The board could not carry it out.
    pub fn board(detail: impl fmt::Display) -> Refusal {
        Refusal::new(RefusalKind::Board, detail)
    }

    fn new(kind: RefusalKind, detail: impl fmt::Display) -> Refusal {
        Refusal {
            kind,
            detail: detail.to_string(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Refusal {}

/// Why a run ends before all its questions were asked, or without an Ok.
#[derive(Debug)]
pub enum RunError {
    /// The supervisor cannot be reached.
    Link(io::Error),
    /// The rows so far are no result.
    Refused(Refusal),
    /// It was asked to stop. The rows so far are a result.
    Stopped(Stop),
    /// The verdict is not Ok, with the detail for people. The rows so far are a result.
    Failed(VerdictKind, String),
}

impl RunError {
    /// Whether the rows so far are a result.
    pub fn leaves_result(&self) -> bool {
        matches!(self, RunError::Stopped(_) | RunError::Failed(..))
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Link(error) => error.fmt(f),
            RunError::Refused(refusal) => refusal.fmt(f),
            RunError::Stopped(Stop::Interrupted) => f.write_str("interrupted"),
            RunError::Stopped(Stop::Decided) => f.write_str("stopped early: the result is certain"),
            RunError::Failed(_, detail) => f.write_str(detail),
        }
    }
}

impl std::error::Error for RunError {}

impl From<io::Error> for RunError {
    fn from(error: io::Error) -> RunError {
        RunError::Link(error)
    }
}

impl From<Refusal> for RunError {
    fn from(refusal: Refusal) -> RunError {
        RunError::Refused(refusal)
    }
}

impl From<PackError> for RunError {
    fn from(error: PackError) -> RunError {
        Refusal::data(error).into()
    }
}

impl From<LoadError> for RunError {
    fn from(error: LoadError) -> RunError {
        match error.problem {
            LoadProblem::GivenUp => Refusal::board(error).into(),
            _ => Refusal::data(error).into(),
        }
    }
}

impl From<SessionError> for RunError {
    fn from(error: SessionError) -> RunError {
        Refusal::data(error).into()
    }
}

impl From<StateError> for RunError {
    fn from(error: StateError) -> RunError {
        DecodeError::from(error).into()
    }
}

impl From<DecodeError> for RunError {
    fn from(error: DecodeError) -> RunError {
        match error {
            DecodeError::Aborted => RunError::Stopped(Stop::Interrupted),
            other => RunError::Failed(VerdictKind::EngineFailed, other.to_string()),
        }
    }
}
