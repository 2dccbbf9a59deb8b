//! A value, or the reason why there is none.

use serde::{Deserialize, Serialize};

/// A measured or computed value, or why it is missing. Never 0, -1 or NaN in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured<T> {
    /// The value.
    Value(T),
    /// There is none, for this reason.
    Missing(Missing),
}

/// Why a value is missing. The first six are the board's own reasons; the rest are found
/// on the desk, when a score is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Not asked for, or the source is switched off.
    #[error("not measured in this run")]
    Off,
    /// The board or kernel has no such source.
    #[error("this board has no source for it")]
    Unsupported,
    /// The source is there but may not be read.
    #[error("permission denied")]
    Denied,
    /// The source answered with an old value.
    #[error("the source gave an old value")]
    Stale,
    /// The source answered with something that is not a value.
    #[error("the source gave no valid value")]
    Error,
    /// Too many samples were lost for their mean to stand.
    #[error("more than 0.1 % of the samples were lost")]
    Gaps,
    /// The source is a model, not a meter, and may not stand beside metered values.
    #[error("simulated, not measured")]
    Simulated,
    /// The published source does not give it.
    #[error("not published")]
    Unpublished,
    /// No row counts towards it.
    #[error("no question counts towards it")]
    NoRows,
    /// The rows hold neither letter probabilities nor draws.
    #[error("the run recorded neither letter probabilities nor draws")]
    NoEvidence,
    /// The pack does not say which fault a wrong option stands for.
    #[error("the pack does not say what is wrong with its wrong options")]
    NoFaults,
    /// There are rows, but too few for a statement at the stated confidence.
    #[error("insufficient: {have} of the {need} needed")]
    Insufficient {
        /// How many there are.
        have: u64,
        /// How many it takes.
        need: u64,
    },
    /// A value is there, but it is impossible: negative, not finite, or zero where only a
    /// positive value makes sense.
    #[error("the measured value is impossible")]
    Invalid,
}

impl<T> Measured<T> {
    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Measured::Value(value) => Some(value),
            Measured::Missing(_) => None,
        }
    }

    /// The reason, if there is no value.
    pub fn missing(&self) -> Option<Missing> {
        match self {
            Measured::Value(_) => None,
            Measured::Missing(reason) => Some(*reason),
        }
    }

    /// Another quantity computed from this one; the reason is kept.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Measured<U> {
        match self {
            Measured::Value(value) => Measured::Value(f(value)),
            Measured::Missing(reason) => Measured::Missing(reason),
        }
    }

    /// Another quantity computed from this one, which may itself be missing.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Measured<U>) -> Measured<U> {
        match self {
            Measured::Value(value) => f(value),
            Measured::Missing(reason) => Measured::Missing(reason),
        }
    }
}

impl Measured<f64> {
    /// The same value if it is finite and above zero, as a latency, a memory peak or an
    /// energy must be; otherwise [`Missing::Invalid`].
    pub fn positive(self) -> Measured<f64> {
        self.and_then(|value| {
            if value.is_finite() && value > 0.0 {
                Measured::Value(value)
            } else {
                Measured::Missing(Missing::Invalid)
            }
        })
    }

    /// The same value if it is finite; otherwise [`Missing::Invalid`].
    pub fn finite(self) -> Measured<f64> {
        self.and_then(|value| {
            if value.is_finite() {
                Measured::Value(value)
            } else {
                Measured::Missing(Missing::Invalid)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_values_become_reasons() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                Measured::Value(bad).positive(),
                Measured::Missing(Missing::Invalid)
            );
        }
        assert_eq!(Measured::Value(-1.0).finite(), Measured::Value(-1.0));
        assert_eq!(
            Measured::<f64>::Missing(Missing::Denied).positive(),
            Measured::Missing(Missing::Denied)
        );
    }

    #[test]
    fn json_shows_value_or_reason() {
        let value = serde_json::to_string(&Measured::Value(0.5)).unwrap();
        assert_eq!(value, r#"{"value":0.5}"#);
        let missing: Measured<f64> =
            Measured::Missing(Missing::Insufficient { have: 30, need: 64 });
        let text = serde_json::to_string(&missing).unwrap();
        assert_eq!(
            text,
            r#"{"missing":{"insufficient":{"have":30,"need":64}}}"#
        );
        assert_eq!(
            serde_json::from_str::<Measured<f64>>(&text).unwrap(),
            missing
        );
    }
}
