//! Why a run has no result.

use std::io;

use edgescore_record::Fault;

/// Why there is no result.
pub enum Refusal {
    /// The parent cannot be reached.
    Link(io::Error),
    /// For this reason.
    Because(Fault, String),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal::Link(error)
    }
}

pub(crate) fn data(what: impl std::fmt::Display) -> Refusal {
    Refusal::Because(Fault::Data, what.to_string())
}
