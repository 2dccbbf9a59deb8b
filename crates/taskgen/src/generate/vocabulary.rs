//! What differs between the thirty tasks: the words of `tasks/generator/*.toml`, joined with the
//! ids, names and groups of `tasks/T*.toml`.

use std::collections::HashMap;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::worked::{self, WorkedError};

/// The folder of tasks, as it was when this program was built.
static TASKS: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../tasks");

/// One task's words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vocabulary {
    /// Task id.
    pub id: String,
    /// What is decided, in one short sentence.
    pub definition: String,
    /// What the network serves.
    pub missions: Vec<String>,
    /// Questions, without the question mark.
    pub asks: Vec<String>,
    /// Slices that the trace may be on.
    pub slices: Vec<Slice>,
    /// One word each: what an option chooses. It opens the option and the option's costs.
    pub keys: Vec<String>,
    /// How the choice is carried out: the rest of an option.
    pub measures: Vec<String>,
    /// Rules that forbid the key put in the place of `{}`.
    pub rules: Vec<String>,
    /// Names of the future in which the present state goes on.
    pub now: Vec<String>,
    /// Other futures: a name, and the metric that it moves up or down.
    pub events: Vec<Event>,
    /// Terms of the cost model. The first is enough at levels 1 and 2.
    pub terms: Vec<Term>,
}

/// A term of a task's cost.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Term {
    /// Unit as it is written, such as `min of SLA breach`.
    pub unit: String,
    /// The document whose quantity it is.
    #[expect(dead_code, reason = "for readers of the file and of docs/TASKS.md")]
    pub source: String,
}

/// A slice type of 3GPP TS 23.501 (SST 1 to 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[allow(clippy::upper_case_acronyms, non_camel_case_types, missing_docs)]
pub(crate) enum Slice {
    URLLC,
    eMBB,
    mMTC,
}

/// A metric of the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metric {
    Latency,
    Jitter,
    Loss,
    Throughput,
    Load,
}

/// A future other than the present one.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Event {
    pub name: String,
    pub metric: Metric,
    pub up: bool,
}

impl TryFrom<String> for Event {
    type Error = String;

    /// Reads `fade lat+`.
    fn try_from(text: String) -> Result<Event, String> {
        let wrong = || format!("{text:?} is no event: write it like \"fade lat+\"");
        let (name, effect) = text.split_once(' ').ok_or_else(wrong)?;
        let (metric, up) = match effect.strip_suffix('+') {
            Some(metric) => (metric, true),
            None => (effect.strip_suffix('-').ok_or_else(wrong)?, false),
        };
        let metric = match metric {
            "lat" => Metric::Latency,
            "jit" => Metric::Jitter,
            "loss" => Metric::Loss,
            "thr" => Metric::Throughput,
            "load" => Metric::Load,
            _ => return Err(wrong()),
        };
        Ok(Event {
            name: name.to_owned(),
            metric,
            up,
        })
    }
}

/// A task with its words.
#[derive(Clone, Debug)]
pub(crate) struct TaskWords {
    pub number: u64,
    pub name: String,
    pub group: String,
    pub pass_at_k: bool,
    pub words: Vocabulary,
}

/// Why the built-in words are not usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VocabularyError {
    /// The built-in tasks cannot be read.
    #[error("{0}")]
    Tasks(#[from] WorkedError),
    /// A generator file is not of the expected form.
    #[error("generator/{file}: {problem}")]
    File {
        /// Its name.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A task has no words.
    #[error("task {0} has no words in tasks/generator: add them")]
    NoWords(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    task: Vec<Vocabulary>,
}

/// Relative names and contents of the built-in task files.
pub fn built_in() -> Vec<(String, &'static str)> {
    let mut files = texts(&TASKS);
    files.retain(|(name, _)| !name.starts_with("models/"));
    files
}

/// The GGUF file of a reference model, such as `3m`.
pub fn reference_model(name: &str) -> Option<&'static [u8]> {
    let file = TASKS.get_file(format!("models/reference-{name}.gguf"))?;
    Some(file.contents())
}

fn texts(dir: &'static Dir<'static>) -> Vec<(String, &'static str)> {
    let mut found: Vec<_> = dir
        .files()
        .filter_map(|file| Some((file.path().to_str()?.to_owned(), file.contents_utf8()?)))
        .collect();
    found.extend(dir.dirs().flat_map(texts));
    found
}

/// The thirty tasks in their order.
pub(crate) fn tasks() -> Result<Vec<TaskWords>, VocabularyError> {
    let files = built_in();
    let mut words = HashMap::new();
    for (name, text) in &files {
        let Some(file) = name.strip_prefix("generator/") else {
            continue;
        };
        let of_group: GroupFile =
            toml::from_str(text).map_err(|problem| VocabularyError::File {
                file: file.to_owned(),
                problem: problem.to_string(),
            })?;
        words.extend(
            of_group
                .task
                .into_iter()
                .map(|task| (task.id.clone(), task)),
        );
    }
    let tasks = worked::read(files)?.tasks;
    let with_words = tasks.into_iter().zip(1..).map(|(task, number)| {
        let words = words.remove(&task.id);
        Ok(TaskWords {
            number,
            words: words.ok_or(VocabularyError::NoWords(task.id))?,
            name: task.name,
            group: task.group,
            pass_at_k: task.pass_at_k,
        })
    });
    with_words.collect()
}
