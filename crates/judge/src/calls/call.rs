//! A call of a function.

use crate::value::Value;

/// A call of a function.
#[derive(Clone, Debug)]
pub struct Call {
    /// The function's name.
    pub name: String,
    /// Names, each once, and values of its arguments in the order in which they are written.
    pub arguments: Vec<(String, Value)>,
}
