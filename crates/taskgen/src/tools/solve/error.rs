//! Why a text cannot be solved.

/// What could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is no generated question about functions: {0}")]
pub struct ReadError(pub(super) &'static str);
