//! Importer of 6G-Bench (maferrag/6G-Bench, CC BY 4.0, arXiv:2602.08675).
//!
//! The benchmark is a folder of episodes (`NAME.episode.json`) and their questions
//! (`NAME.mcq.json`). The prompts that come out of the pack are byte for byte those of the
//! reference's evaluation notebook, whose sentences the user supplies. A folder of questions
//! without any episode is read too: the summary is then the one the reference makes of an empty
//! episode, so that every question has the same context and answers from its own text.

mod definitions;
mod definitions_file;
mod error;
mod folder;
mod notebook;
mod python;
mod questions;
mod summary;
mod tasks;

use std::fs;
use std::path::Path;

use edgescore_taskpack::{Draft, DraftEpisode, DraftKind, DraftQuestion, DraftTask};
use serde_json::{Map, Value};

use definitions::Definition;
pub use error::{DefinitionsProblem, ImportError, ImportProblem, QuestionProblem};
pub use python::{PythonError, PythonProblem};
pub use summary::Misfit;

/// Reads the benchmark from `folder`, and its task definitions from the file `definitions`: the
/// reference's evaluation notebook, or a JSON with the keys `system`, `answer_instruction` and
/// `tasks` (each with `id`, `name` and `definition`).
///
/// Episodes come in the order of the reference, by name; questions in the order of their file.
///
/// # Errors
/// The first file that is not as the benchmark has it, with the place in it and the remedy.
pub fn import(folder: &Path, definitions: Option<&Path>) -> Result<Draft, ImportError> {
    let pairs = folder::pairs(folder)?;
    let definitions_path =
        definitions.ok_or_else(|| ImportError::at(folder, ImportProblem::NoDefinitions))?;
    let definitions = read_text(definitions_path)
        .and_then(|text| definitions_file::read(&text))
        .map_err(|problem| ImportError::at(definitions_path, problem))?;

    let mut episodes = Vec::with_capacity(pairs.len());
    let mut questions = Vec::new();
    for pair in pairs {
        let summary = match &pair.episode {
            Some(path) => read_json(path)
                .and_then(|episode| Ok(summary::summarize(&episode)?))
                .map_err(|problem| ImportError::at(path, problem))?,
            None => summary::summarize(&Value::Object(Map::new()))
                .map_err(|misfit| ImportError::at(&pair.mcq, misfit))?,
        };
        let (episode_id, asked) = read_json(&pair.mcq)
            .and_then(|file| draft_questions(&file, episodes.len(), &definitions.tasks))
            .map_err(|problem| ImportError::at(&pair.mcq, problem))?;
        episodes.push(DraftEpisode {
            id: episode_id.unwrap_or(pair.name),
            summary,
        });
        questions.extend(asked);
    }
    Ok(Draft {
        name: "6g-bench".to_string(),
        origin: "6G-Bench (maferrag/6G-Bench, arXiv:2602.08675), CC BY 4.0".to_string(),
        system: definitions.system,
        instruction: definitions.instruction,
        frame: Vec::new(),
        tasks: definitions.tasks.into_iter().map(draft_task).collect(),
        episodes,
        questions,
    })
}

fn draft_task(task: Definition) -> DraftTask {
    DraftTask {
        group: tasks::group(&task.id).unwrap_or_default().to_string(),
        pass_at_k: tasks::has_pass_at_k(&task.id),
        id: task.id,
        name: task.name,
        definition: task.definition,
    }
}

/// The id and the questions of the episode at index `episode`.
fn draft_questions(
    file: &Value,
    episode: usize,
    definitions: &[Definition],
) -> Result<(Option<String>, Vec<DraftQuestion>), ImportProblem> {
    let file = questions::read(file)?;
    let mut drafts = Vec::with_capacity(file.questions.len());
    for (index, question) in file.questions.into_iter().enumerate() {
        let Some(task) = definitions
            .iter()
            .position(|task| task.id == question.task_id)
        else {
            let problem = QuestionProblem::UnknownTask(question.task_id);
            return Err(ImportProblem::Question { index, problem });
        };
        drafts.push(DraftQuestion {
            episode: Some(episode),
            task,
            text: question.text,
            instruction: None,
            reason: question.reason,
            kind: DraftKind::choice(question.options, question.answer),
        });
    }
    Ok((file.episode_id, drafts))
}

fn read_json(path: &Path) -> Result<Value, ImportProblem> {
    Ok(serde_json::from_str(&read_text(path)?)?)
}

fn read_text(path: &Path) -> Result<String, ImportProblem> {
    let bytes = fs::read(path)?;
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(ImportProblem::ByteOrderMark);
    }
    String::from_utf8(bytes)
        .map_err(|error| ImportProblem::NotUtf8(error.utf8_error().valid_up_to()))
}

#[cfg(test)]
mod tests;
