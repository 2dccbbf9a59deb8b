//! A value or the reason why there is none.

use serde::{Deserialize, Serialize};

/// A measured value, or why it is missing. A missing value is never 0, -1 or NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading<T> {
    /// Measured.
    Value(T),
    /// Not measured, for this reason.
    Missing(Reason),
}

/// Why a value is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The measurement was not asked for, or its source is switched off.
    Off,
    /// This board or kernel has no such source.
    Unsupported,
    /// The source is there but may not be read.
    Denied,
    /// The source answered with an old value.
    Stale,
    /// The source answered with something that is not a value.
    Error,
}

impl<T> Reading<T> {
    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Reading::Value(value) => Some(value),
            Reading::Missing(_) => None,
        }
    }

    /// The same reading of another quantity.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Reading::Value(value) => Reading::Value(f(value)),
            Reading::Missing(reason) => Reading::Missing(reason),
        }
    }
}

impl core::fmt::Display for Reason {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Reason::Off => "not measured in this run",
            Reason::Unsupported => "this board has no source for it",
            Reason::Denied => "permission denied",
            Reason::Stale => "the source gave an old value",
            Reason::Error => "the source gave no valid value",
        })
    }
}

#[cfg(feature = "std")]
impl From<std::io::Error> for Reason {
    fn from(error: std::io::Error) -> Reason {
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => Reason::Denied,
            std::io::ErrorKind::NotFound => Reason::Unsupported,
            _ => Reason::Error,
        }
    }
}
