//! Why there is no answer.

use edgescore_record::WhySkipped;

use crate::error::RunError;

/// Why a question has no answer.
pub enum NoAnswer {
    /// This question cannot be answered; the next one may be.
    Skip(WhySkipped),
    /// The run ends.
    Run(RunError),
}

impl<E: Into<RunError>> From<E> for NoAnswer {
    fn from(error: E) -> NoAnswer {
        NoAnswer::Run(error.into())
    }
}

/// Logits that are no numbers.
pub const NOT_FINITE: NoAnswer = NoAnswer::Skip(WhySkipped::LogitsNotFinite);
