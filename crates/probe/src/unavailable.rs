//! Why something cannot be measured here, and what to do about it.

use std::fmt;
use std::io;
use std::path::Path;
use std::string::String;

use crate::Reason;

/// Something that this board cannot measure as it is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// The reason that stands in the place of values.
    pub reason: Reason,
    /// What was found, such as the file that may not be read.
    pub why: String,
    /// What to do; empty where nothing can be done.
    pub remedy: String,
}

impl Unavailable {
    /// For this reason.
    pub fn new(reason: Reason, why: impl Into<String>, remedy: impl Into<String>) -> Unavailable {
        Unavailable {
            reason,
            why: why.into(),
            remedy: remedy.into(),
        }
    }

    /// Because a file cannot be opened or read.
    pub(crate) fn file(path: &Path, error: io::Error, remedy: impl Into<String>) -> Unavailable {
        let why = std::format!("{}: {error}", path.display());
        Unavailable::new(error.into(), why, remedy)
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for Unavailable {}
