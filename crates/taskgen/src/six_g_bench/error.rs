//! Why an import stops.

use std::io;
use std::path::{Path, PathBuf};

use super::python::PythonError;
use super::summary::Misfit;

/// Why the benchmark cannot be imported: a file or folder and what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct ImportError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: ImportProblem,
}

impl ImportError {
    pub(super) fn at(path: &Path, problem: impl Into<ImportProblem>) -> ImportError {
        ImportError {
            path: path.to_path_buf(),
            problem: problem.into(),
        }
    }
}

/// What is wrong with a file or folder of the benchmark. The message names the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ImportProblem {
    /// No definitions file was given.
    #[error(
        "the benchmark's task definitions are not among its questions: give --definitions FILE, \
         either the benchmark's evaluation notebook (.ipynb) or a JSON of the form {{\"system\": \
         \"…\", \"answer_instruction\": \"…\", \"tasks\": [{{\"id\": \"T1\", \"name\": \"…\", \
         \"definition\": \"…\"}}]}}"
    )]
    NoDefinitions,
    /// The file or folder cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The folder holds no questions.
    #[error(
        "there is no *.mcq.json here or one folder down: give the folder that the benchmark's \
         archive unpacks to"
    )]
    Empty,
    /// An episode file without questions beside it.
    #[error("there is no {0} beside it: add it, or take the episode out")]
    NoMcqFile(String),
    /// A questions file without its episode, in a folder where others have theirs.
    #[error(
        "there is no {0} beside it, while other questions here have their episodes: add it, or \
         take the questions out"
    )]
    NoEpisodeFile(String),
    /// The file starts with a byte order mark.
    #[error("starts with a byte order mark, which JSON does not allow: save it without")]
    ByteOrderMark,
    /// The file is not UTF-8.
    #[error("is not UTF-8 from byte {0} on: save it as UTF-8, or copy it again")]
    NotUtf8(usize),
    /// The file is not JSON.
    #[error(
        "is not JSON: {0} (a file cut short must be copied again; NaN, Infinity and halves of \
         surrogate pairs, which Python lets through, must be replaced)"
    )]
    Json(#[from] serde_json::Error),
    /// A part of an episode or a list of questions has another form than the benchmark's.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// A questions file without questions.
    #[error("has no questions: take it and its episode out")]
    NoQuestions,
    /// A question that cannot be asked.
    #[error("questions[{index}]: {problem}")]
    Question {
        /// Position in the file, from 0.
        index: usize,
        /// What is wrong with it.
        problem: QuestionProblem,
    },
    /// The definitions file does not say what is needed.
    #[error(transparent)]
    Definitions(#[from] DefinitionsProblem),
}

/// What is wrong with a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionProblem {
    /// A field is absent or of another type.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// The options are not exactly A to D; holds those found.
    #[error("the options are {0}: exactly A, B, C and D are needed")]
    Options(String),
    /// The correct option is not one of A to D.
    #[error("\"correct\" is {0:?}: one of A, B, C and D is needed")]
    Answer(String),
    /// The task is not among the definitions.
    #[error("the task {0:?} is not among the definitions: give those of the same release")]
    UnknownTask(String),
}

/// What is wrong with a definitions file.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionsProblem {
    /// The file is JSON, but neither a notebook nor a list of definitions.
    #[error(
        "is neither the benchmark's evaluation notebook nor a JSON with the keys \"system\", \
         \"answer_instruction\" and \"tasks\" (each with \"id\", \"name\" and \"definition\"): {0}"
    )]
    Form(serde_json::Error),
    /// The notebook lacks something.
    #[error(
        "the notebook's code has no {0}: give the benchmark's evaluation notebook, or a JSON of \
         definitions"
    )]
    Missing(&'static str),
    /// The notebook says it in a way that is not plain string literals.
    #[error(
        "code cell {cell}, {error} (only plain string literals are read: otherwise give a JSON \
         of definitions)"
    )]
    Python {
        /// Code cell, from 1.
        cell: usize,
        /// What is wrong in it.
        error: PythonError,
    },
    /// A task is defined twice.
    #[error("defines {0} twice: keep one of the two")]
    DuplicateTask(String),
    /// A task that is not one of the benchmark's thirty.
    #[error("defines {0:?}, which is not one of T1 to T30: take it out")]
    UnknownTask(String),
}
