//! Hand-written tasks: a folder of TOML files.
//!
//! ```text
//! prompt.toml            name, origin, system, instruction
//! episodes/NAME.toml     id, summary
//! T01.toml, T02.toml, …  id, name, group, pass_at_k, definition, and for each question:
//!     [[question]]
//!     episode = "the id of an episode"
//!     text = "…"
//!     options = { A = "…", B = "…", C = "…", D = "…" }
//!     answer = "A"
//!     reason = "…"
//! ```
//!
//! White space around a text is taken off, so that it may be a TOML multi-line string. Questions
//! come out episode by episode in the order of the episodes' file names, and inside an episode by
//! task number, then in the order of the task's file: questions of one episode share its prefill.

use std::collections::{BTreeMap, HashMap};

use edgescore_taskpack::{Draft, DraftEpisode, DraftKind, DraftQuestion, DraftTask, Letter};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

const PROMPT: &str = "prompt.toml";

/// Why a folder of hand-written tasks is not a pack: a file and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct WorkedError {
    /// Name of the file, relative to the folder.
    pub file: String,
    /// What is wrong with it.
    pub problem: WorkedProblem,
}

/// What is wrong with a file of hand-written tasks. The message names the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkedProblem {
    /// There is no prompt file.
    #[error("is missing: write it, with name, origin, system and instruction")]
    Missing,
    /// The file is not TOML of the expected form. The error says line and column.
    #[error("{}", .0.to_string().trim_end())]
    Toml(toml::de::Error),
    /// A TOML file that is none of those that are read.
    #[error("is not read: name it prompt.toml, T<number>.toml or episodes/<name>.toml")]
    UnknownFile,
    /// The id of a task is not the one its file name says.
    #[error("has the id {found:?}, while its name says {expected:?}: make them agree")]
    WrongId {
        /// Id by the file name.
        expected: String,
        /// Id in the file.
        found: String,
    },
    /// Another file has the same id.
    #[error("has the id {0:?}, as another file does: give each its own")]
    DuplicateId(String),
    /// A question is about an episode that is not there.
    #[error("line {line}: no file in episodes/ has the id {episode:?}: add it, or mend the id")]
    UnknownEpisode {
        /// Line, from 1.
        line: usize,
        /// The id that the question names.
        episode: String,
    },
    /// A task without questions, or an episode that no question is about.
    #[error("has no questions: write one, or take the file out")]
    NoQuestions,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PromptFile {
    name: Text,
    origin: Text,
    system: Text,
    instruction: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EpisodeFile {
    id: Text,
    summary: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskFile {
    id: Text,
    name: Text,
    group: Text,
    pass_at_k: bool,
    definition: Text,
    #[serde(default)]
    question: Vec<QuestionTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionTable {
    episode: Spanned<Text>,
    text: Text,
    options: OptionTable,
    answer: OptionName,
    reason: Text,
}

/// An option of a worked question.
#[derive(Clone, Copy, Deserialize)]
enum OptionName {
    A,
    B,
    C,
    D,
}

impl From<OptionName> for Letter {
    fn from(name: OptionName) -> Letter {
        match name {
            OptionName::A => Letter::A,
            OptionName::B => Letter::B,
            OptionName::C => Letter::C,
            OptionName::D => Letter::D,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "UPPERCASE")]
struct OptionTable {
    a: Text,
    b: Text,
    c: Text,
    d: Text,
}

/// A text without white space around it; not empty.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Text(String);

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Text, &'static str> {
        match text.trim() {
            "" => Err("the text is empty: write it"),
            trimmed => Ok(Text(trimmed.to_string())),
        }
    }
}

/// Reads hand-written tasks from files, each a name relative to their folder (with `/` between
/// its parts) and its content, in any order. Files that are not TOML are passed over, and so are
/// folders other than `episodes`.
///
/// # Errors
/// The first file that breaks a rule: of the prompt, the episodes, the tasks.
pub fn read<N, C>(files: impl IntoIterator<Item = (N, C)>) -> Result<Draft, WorkedError>
where
    N: Into<String>,
    C: AsRef<str>,
{
    let mut prompt = None;
    let mut episode_files = BTreeMap::new();
    let mut task_files = BTreeMap::new();
    for (file, content) in files {
        let file = file.into();
        match role(&file) {
            Role::Prompt => prompt = Some(content),
            Role::Episode => drop(episode_files.insert(file, content)),
            Role::Task(number) => drop(task_files.insert((number, file), content)),
            Role::Other => {}
            Role::Unknown => return Err(WorkedError::of(&file, WorkedProblem::UnknownFile)),
        }
    }
    let prompt = prompt.ok_or_else(|| WorkedError::of(PROMPT, WorkedProblem::Missing))?;
    let prompt: PromptFile = parse(PROMPT, prompt.as_ref())?;
    let mut draft = Draft {
        name: prompt.name.0,
        origin: prompt.origin.0,
        system: prompt.system.0,
        instruction: prompt.instruction.0,
        ..Draft::default()
    };

    let mut index_of = HashMap::new();
    for (index, (file, content)) in episode_files.iter().enumerate() {
        let episode: EpisodeFile = parse(file, content.as_ref())?;
        if index_of.insert(episode.id.0.clone(), index).is_some() {
            let problem = WorkedProblem::DuplicateId(episode.id.0);
            return Err(WorkedError::of(file, problem));
        }
        draft.episodes.push(DraftEpisode {
            id: episode.id.0,
            summary: episode.summary.0,
        });
    }
    for ((number, file), content) in &task_files {
        add_task(&mut draft, *number, content.as_ref(), &index_of)
            .map_err(|problem| WorkedError::of(file, problem))?;
    }
    // A stable sort: inside an episode the order by task and position stays.
    draft.questions.sort_by_key(|question| question.episode);
    for (index, file) in episode_files.keys().enumerate() {
        if !draft
            .questions
            .iter()
            .any(|question| question.episode == Some(index))
        {
            return Err(WorkedError::of(file, WorkedProblem::NoQuestions));
        }
    }
    Ok(draft)
}

/// Adds the task of a file and its questions. `episodes` is from episode id to index.
fn add_task(
    draft: &mut Draft,
    number: u32,
    content: &str,
    episodes: &HashMap<String, usize>,
) -> Result<(), WorkedProblem> {
    let file: TaskFile = toml::from_str(content).map_err(WorkedProblem::Toml)?;
    let id = file.id.0;
    let expected = format!("T{number}");
    if id != expected {
        return Err(WorkedProblem::WrongId {
            expected,
            found: id,
        });
    }
    if draft.tasks.iter().any(|task| task.id == id) {
        return Err(WorkedProblem::DuplicateId(id));
    }
    if file.question.is_empty() {
        return Err(WorkedProblem::NoQuestions);
    }
    for question in file.question {
        let start = question.episode.span().start;
        let episode_id = question.episode.into_inner().0;
        let Some(episode) = episodes.get(&episode_id) else {
            let before = content.get(..start).unwrap_or(content);
            return Err(WorkedProblem::UnknownEpisode {
                line: 1 + before.matches('\n').count(),
                episode: episode_id,
            });
        };
        let OptionTable { a, b, c, d } = question.options;
        draft.questions.push(DraftQuestion {
            episode: Some(*episode),
            task: draft.tasks.len(),
            text: question.text.0,
            instruction: None,
            reason: question.reason.0,
            kind: DraftKind::choice([a.0, b.0, c.0, d.0], question.answer.into()),
        });
    }
    draft.tasks.push(DraftTask {
        id,
        name: file.name.0,
        group: file.group.0,
        definition: file.definition.0,
        pass_at_k: file.pass_at_k,
    });
    Ok(())
}

/// What a file is for, by its name.
enum Role {
    Prompt,
    Episode,
    Task(u32),
    /// Not for this reader.
    Other,
    /// Looks like one of the above, but is none.
    Unknown,
}

fn role(file: &str) -> Role {
    let Some(stem) = file.strip_suffix(".toml") else {
        return Role::Other;
    };
    match stem.split_once('/') {
        Some(("episodes", _)) => Role::Episode,
        Some(_) => Role::Other,
        None if file == PROMPT => Role::Prompt,
        None => match stem
            .strip_prefix('T')
            .and_then(|number| number.parse().ok())
        {
            Some(number) => Role::Task(number),
            None => Role::Unknown,
        },
    }
}

fn parse<T: DeserializeOwned>(file: &str, content: &str) -> Result<T, WorkedError> {
    toml::from_str(content).map_err(|error| WorkedError::of(file, WorkedProblem::Toml(error)))
}

impl WorkedError {
    fn of(file: &str, problem: WorkedProblem) -> WorkedError {
        WorkedError {
            file: file.to_string(),
            problem,
        }
    }
}

#[cfg(test)]
mod tests;
