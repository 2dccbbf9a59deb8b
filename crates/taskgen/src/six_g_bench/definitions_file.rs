//! The file that the definitions come from.

use std::collections::HashSet;

use serde_json::Value;

use super::definitions::Definitions;
use super::error::{DefinitionsProblem, ImportProblem};
use super::{notebook, tasks};

/// Reads the reference's evaluation notebook (Jupyter JSON, with a key `cells`), or a JSON with
/// the keys `system`, `answer_instruction` and `tasks`.
pub fn read(text: &str) -> Result<Definitions, ImportProblem> {
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
