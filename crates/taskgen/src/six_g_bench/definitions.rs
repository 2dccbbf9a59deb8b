//! The benchmark's own sentences: task names, definitions, system message and instruction.
//!
//! Edgescore does not carry them; they come from the user's copy of the benchmark.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;

use super::error::{DefinitionsProblem, ImportProblem};
use super::{notebook, tasks};

/// What a definitions file says.
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

impl Definitions {
    /// Reads the reference's evaluation notebook (Jupyter JSON, with a key `cells`), or a JSON
    /// with the keys `system`, `answer_instruction` and `tasks`.
    pub fn from_json(text: &str) -> Result<Definitions, ImportProblem> {
        let value: Value = serde_json::from_str(text).map_err(ImportProblem::Json)?;
        let definitions: Definitions = if value.get("cells").is_some() {
            notebook::read(value)?
        } else {
            serde_json::from_value(value).map_err(DefinitionsProblem::Form)?
        };
        let mut seen = HashSet::new();
        for task in &definitions.tasks {
            if tasks::group(&task.id).is_none() {
                return Err(DefinitionsProblem::UnknownTask(task.id.clone()).into());
            }
            if !seen.insert(task.id.as_str()) {
                return Err(DefinitionsProblem::DuplicateTask(task.id.clone()).into());
            }
        }
        Ok(definitions)
    }
}
