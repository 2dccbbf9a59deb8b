//! The Python that the benchmark is made of: its printed objects and its notebook's source.

mod error;
mod escape;
mod printable;
pub mod repr;
mod statement;
mod token;

pub use error::{PythonError, PythonProblem};
pub use statement::Statement;
pub use token::{Kind, Token, tokenize};

#[cfg(test)]
pub mod testing;
