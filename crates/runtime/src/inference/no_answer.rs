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

/// Tells what has no answer from what ends the run.
pub fn skipped<T>(answer: Result<T, NoAnswer>) -> Result<Result<T, WhySkipped>, RunError> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(NoAnswer::Skip(why)) => Ok(Err(why)),
        Err(NoAnswer::Run(error)) => Err(error),
    }
}
