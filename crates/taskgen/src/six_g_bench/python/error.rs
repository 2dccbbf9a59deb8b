//! Why a piece of Python cannot be read.

/// Why a cell cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct PythonError {
    /// Line in the cell, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: PythonProblem,
}

/// What is wrong with a piece of Python.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PythonProblem {
    /// A string literal without its closing quotes.
    #[error("a string literal does not end")]
    Unterminated,
    /// An f-string, a template string or a byte string where a text is needed.
    #[error(
        "a string literal with the prefix {0} is not plain text: write it without the prefix \
         and without replacement fields"
    )]
    Prefix(String),
    /// An escape that is not a character, or one by character name.
    #[error("the escape {0} is not supported: write the character itself")]
    Escape(String),
    /// Something else than the expected piece.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What belongs there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
}
