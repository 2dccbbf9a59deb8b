//! Why there is no prompt.

use edgescore_taskpack::PackError;

use crate::error::{Refusal, RunError};
use crate::inference::vocabulary::NotTokens;

/// Why there is no prompt.
#[derive(Debug)]
pub enum PromptError {
    /// The pack is corrupt.
    Pack(PackError),
    /// The prompts are of another pack.
    OtherPack,
    /// The text cannot be tokenized.
    NotTokens(NotTokens),
    /// The letters part at no common place, or not into a token each.
    LettersNotSeparable,
}

impl std::fmt::Display for PromptError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PromptError::Pack(error) => error.fmt(f),
            PromptError::OtherPack => f.write_str("the prompts were made for another pack: run it again"),
            PromptError::NotTokens(error) => error.fmt(f),
            PromptError::LettersNotSeparable => f.write_str(
                "the model's tokenizer does not tell the letters of the options apart at one place: use --mode generate",
            ),
        }
    }
}

impl From<NotTokens> for PromptError {
    fn from(error: NotTokens) -> PromptError {
        PromptError::NotTokens(error)
    }
}

impl From<PromptError> for RunError {
    fn from(error: PromptError) -> RunError {
        Refusal::data(error).into()
    }
}
