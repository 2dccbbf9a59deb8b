//! The benchmark's own sentences: task names, definitions, system message and instruction.
//!
//! Edgescore does not carry them; they come from the user's copy of the benchmark.

use serde::Deserialize;

/// What a file of definitions says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Definitions {
    /// The system message.
    pub system: String,
    /// The instruction that ends every user message.
    #[serde(rename = "answer_instruction")]
    pub instruction: String,
    /// The tasks, in the file's order.
    pub tasks: Vec<Definition>,
}

/// A task's texts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Definition {
    /// `T1` to `T30`.
    pub id: String,
    /// Name as shown to models.
    pub name: String,
    /// What the model is asked to decide.
    pub definition: String,
}
