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
    /// Too many samples of a window were lost for its mean to stand.
    Gaps,
}

impl Reason {
    /// One word for programs; [`Reason`]'s `Display` is for people.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Off => "off",
            Reason::Unsupported => "unsupported",
            Reason::Denied => "denied",
            Reason::Stale => "stale",
            Reason::Error => "error",
            Reason::Gaps => "gaps",
        }
    }
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

    /// Another quantity computed from this one, which may itself be missing.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Reading<U>) -> Reading<U> {
        match self {
            Reading::Value(value) => f(value),
            Reading::Missing(reason) => Reading::Missing(reason),
        }
    }

    /// `value`, or [`Reason::Error`] where there is none: what a parser has to say.
    pub fn parsed(value: Option<T>) -> Reading<T> {
        match value {
            Some(value) => Reading::Value(value),
            None => Reading::Missing(Reason::Error),
        }
    }
}

impl core::fmt::Display for Reason {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Reason::Off => "not measured, or switched off",
            Reason::Unsupported => "this board has no source for it",
            Reason::Denied => "permission denied",
            Reason::Stale => "the source gave an old value",
            Reason::Error => "the source gave no valid value",
            Reason::Gaps => "more than 0.1 % of the samples were lost",
        })
    }
}

#[cfg(feature = "std")]
impl From<std::io::Error> for Reason {
    fn from(error: std::io::Error) -> Reason {
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => Reason::Denied,
            // EOPNOTSUPP is what /proc/pressure gives when the kernel was started without psi.
            std::io::ErrorKind::NotFound | std::io::ErrorKind::Unsupported => Reason::Unsupported,
            // EAGAIN is what a thermal zone or a sensor gives while its device is switched off.
            std::io::ErrorKind::WouldBlock => Reason::Off,
            _ => Reason::Error,
        }
    }
}
