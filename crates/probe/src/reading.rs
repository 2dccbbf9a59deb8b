//! A value or the reason why there is none.

use serde::{Deserialize, Serialize};

/// A measured or computed value, or why it is missing. A missing value is never 0, -1 or NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading<T> {
    /// The value.
    Value(T),
    /// There is none, for this reason.
    Missing(Reason),
}

/// Why a value is missing. The first six are reasons of a board; the others are found on the
/// host, when a score is computed, and are never sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// The source is a model, not a meter, and may not stand beside metered values.
    Simulated,
    /// The published source does not give it.
    Unpublished,
    /// No row counts towards it.
    NoRows,
    /// Answers were made several at once, so that none has a time of its own.
    Shared,
    /// The rows hold neither letter probabilities nor draws.
    NoEvidence,
    /// The pack does not say which fault a wrong option stands for.
    NoFaults,
    /// There are rows, but too few for a statement at the stated confidence.
    Insufficient {
        /// How many there are.
        have: u64,
        /// How many it takes.
        need: u64,
    },
    /// A value is there, but it is impossible: negative, not finite, or zero where only a
    /// positive value makes sense.
    Invalid,
    /// The answers do not depend on the questions, so nothing that is made of them stands.
    Undecided,
    /// The accuracy cannot be told from a guesser's.
    AtChance,
    /// The accuracy is worse than a guesser's.
    BelowChance,
    /// The rows hold no letter probabilities, which mode letter alone records.
    NoProbabilities,
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
            Reason::Simulated => "simulated",
            Reason::Unpublished => "unpublished",
            Reason::NoRows => "no_rows",
            Reason::Shared => "shared",
            Reason::NoEvidence => "no_evidence",
            Reason::NoProbabilities => "no_probabilities",
            Reason::NoFaults => "no_faults",
            Reason::Insufficient { .. } => "insufficient",
            Reason::Invalid => "invalid",
            Reason::Undecided => "undecided",
            Reason::AtChance => "at_chance",
            Reason::BelowChance => "below_chance",
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

    /// The reason, if there is no value.
    pub fn missing(&self) -> Option<Reason> {
        match self {
            Reading::Value(_) => None,
            Reading::Missing(reason) => Some(*reason),
        }
    }

    /// Another quantity computed from this one; the reason is kept.
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

impl Reading<f64> {
    /// The same value if it is finite and above zero, as a latency, a memory peak or an
    /// energy must be; otherwise [`Reason::Invalid`].
    pub fn positive(self) -> Reading<f64> {
        self.only_if(|value| value.is_finite() && value > 0.0)
    }

    /// The same value if it is finite; otherwise [`Reason::Invalid`].
    pub fn finite(self) -> Reading<f64> {
        self.only_if(f64::is_finite)
    }

    fn only_if(self, possible: impl FnOnce(f64) -> bool) -> Reading<f64> {
        self.and_then(|value| match possible(value) {
            true => Reading::Value(value),
            false => Reading::Missing(Reason::Invalid),
        })
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
            Reason::Gaps => "more than 0.1 % of the samples were lost",
            Reason::Simulated => "simulated, not measured",
            Reason::Unpublished => "not published",
            Reason::NoRows => "no question counts towards it",
            Reason::Shared => "questions were answered several at once",
            Reason::NoEvidence => "the run recorded neither letter probabilities nor draws",
            Reason::NoProbabilities => "the run recorded no letter probabilities: mode letter does",
            Reason::NoFaults => "the pack does not say what is wrong with its wrong options",
            Reason::Insufficient { have, need } => {
                return write!(f, "insufficient: {have} of the {need} needed");
            }
            Reason::Invalid => "the measured value is impossible",
            Reason::Undecided => "the model did not decide",
            Reason::AtChance => "at chance",
            Reason::BelowChance => "below chance",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_values_become_reasons() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                Reading::Value(bad).positive(),
                Reading::Missing(Reason::Invalid)
            );
        }
        assert_eq!(Reading::Value(-1.0).finite(), Reading::Value(-1.0));
        assert_eq!(
            Reading::<f64>::Missing(Reason::Denied).positive(),
            Reading::Missing(Reason::Denied)
        );
    }
}
