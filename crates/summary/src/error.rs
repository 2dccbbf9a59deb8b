//! Why results cannot be summarised.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use edgescore_record::file::FileError;
use edgescore_score::{
    GateError, InputError, InvalidPValue, InvalidTemperature, PairError, SequenceError,
};

/// Why results cannot be summarised. The message names the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {}: {error}{}", path.display(), remedy(error.kind()))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file was read and something is wrong with what it says.
    #[error("{}: {error}", path.display())]
    In {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: Box<Error>,
    },
    /// The bytes are no result.
    #[error(transparent)]
    File(#[from] FileError),
    /// Rows came without the first one.
    #[error("the result has no first row: collect it again from the board, or repeat the run")]
    NoStart,
    /// A leg of a run does not begin where the one before it ended.
    #[error(
        "questions {first} to {next} of the run are in no file: give all legs that `edgescore choose` wrote for it, or one alone"
    )]
    MissingLeg {
        /// Questions that are known.
        first: u32,
        /// Where the next leg begins.
        next: u32,
    },
    /// More tasks or groups than a result can have.
    #[error("more than 256 {0}: split the pack")]
    TooMany(&'static str),
    /// Rows contradict each other.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The temperature of the draws is no temperature.
    #[error(transparent)]
    Temperature(#[from] InvalidTemperature),
    /// A run that stopped early has rows that its stopping rule does not allow.
    #[error(transparent)]
    Sequence(#[from] SequenceError),
    /// The limits are no gate.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// Two runs cannot be paired.
    #[error(transparent)]
    Pair(#[from] PairError),
    /// A p value is none.
    #[error(transparent)]
    PValue(#[from] InvalidPValue),
}

impl Error {
    /// This error, found in the file at `path`.
    pub fn in_file(self, path: &Path) -> Error {
        Error::In {
            path: path.to_owned(),
            error: Box::new(self),
        }
    }
}

fn remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "; check the path",
        ErrorKind::IsADirectory => "; give the name of a file",
        ErrorKind::PermissionDenied => "; check its permissions",
        _ => "",
    }
}
