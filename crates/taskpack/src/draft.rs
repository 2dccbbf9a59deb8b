//! A pack that is being made: owned, unchecked, made into bytes by [`Draft::to_bytes`].

use alloc::string::String;
use alloc::vec::Vec;

use crate::{Fault, Letter, Matching, Tolerance};

/// Everything a pack will hold, before it is checked and written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Name shown in reports, such as `edgescore-hand-written` or `6g-bench`.
    pub name: String,
    /// Where the questions come from and under which licence, one line.
    pub origin: String,
    /// The system message, sent before every question.
    pub system: String,
    /// How to answer, of questions that do not say it themselves.
    pub instruction: String,
    /// The blocks of the frame ([`crate::Frame`]), in which a block with an empty slot is left out;
    /// none for [`crate::SIX_G_FRAME`] as it is.
    pub frame: Vec<String>,
    /// The task table. Ids are unique.
    pub tasks: Vec<DraftTask>,
    /// Episodes; each has at least one question.
    pub episodes: Vec<DraftEpisode>,
    /// Questions in the order they are asked. Questions of one episode stand together.
    pub questions: Vec<DraftQuestion>,
}

/// A kind of decision, such as T9, Trust-Aware Offloading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftTask {
    /// Short id, `T1` to `T30` in the thirty tasks of 6G-Bench.
    pub id: String,
    /// Name as shown to people and models.
    pub name: String,
    /// Group id, `G1` to `G5`; group accuracy is the mean of its tasks' accuracies.
    pub group: String,
    /// What the model is asked to decide, in one or two sentences.
    pub definition: String,
    /// Whether pass@k is measured on this task (T2 T9 T12 T19 T20 T26 T30 in 6G-Bench).
    pub pass_at_k: bool,
}

/// A situation that one or more questions are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftEpisode {
    /// Id as in the source, for tracing a question back.
    pub id: String,
    /// The text a model reads, without a final newline. Stored once, shared by its questions.
    pub summary: String,
}

/// One question.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftQuestion {
    /// Index into [`Draft::episodes`], where it is about one.
    pub episode: Option<usize>,
    /// Index into [`Draft::tasks`].
    pub task: usize,
    /// The question.
    pub text: String,
    /// How to answer; [`Draft::instruction`] where it has none of its own.
    pub instruction: Option<String>,
    /// Why the right answer is right; may be empty.
    pub reason: String,
    /// What it asks for, and what is right.
    pub kind: DraftKind,
}

/// What a question asks for: [`crate::Kind`] with texts of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftKind {
    /// The letter of one of 2 to 10 options.
    Choice {
        /// The correct option.
        key: Letter,
        /// Options A, B and so on.
        options: Vec<DraftOption>,
    },
    /// A number.
    Number {
        /// The right one, in `unit`.
        value: f64,
        /// How far an answer may be from it.
        tolerance: Tolerance,
        /// Its unit; may be empty.
        unit: String,
    },
    /// A short text.
    Text {
        /// When an answer is one of those.
        matching: Matching,
        /// Those that are right, at most 16.
        accepted: Vec<String>,
    },
    /// A call of one of at most 32 functions, or of none.
    Tool {
        /// Each as JSON.
        functions: Vec<String>,
        /// The right calls, a JSON array.
        calls: String,
    },
    /// A conversation of at most 8 steps.
    Turns {
        /// Each as JSON.
        functions: Vec<String>,
        /// The right calls of each step, and what they give back.
        steps: Vec<DraftStep>,
    },
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftOption {
    /// What it says.
    pub text: String,
    /// What is wrong with it, where it is wrong and that is known.
    pub fault: Option<Fault>,
}

/// A step of a conversation: [`crate::Step`] with texts of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftStep {
    /// The right calls, a JSON array.
    pub calls: String,
    /// What they give back.
    pub result: String,
}

impl DraftKind {
    /// The options; none of other kinds.
    pub fn options(&self) -> &[DraftOption] {
        match self {
            DraftKind::Choice { options, .. } => options,
            _ => &[],
        }
    }

    /// The correct option; none of other kinds.
    pub fn key(&self) -> Option<Letter> {
        match self {
            DraftKind::Choice { key, .. } => Some(*key),
            _ => None,
        }
    }

    /// A choice of options whose faults are unknown.
    pub fn choice<T: Into<String>>(options: impl IntoIterator<Item = T>, key: Letter) -> DraftKind {
        let option = |text: T| DraftOption {
            text: text.into(),
            fault: None,
        };
        DraftKind::Choice {
            key,
            options: options.into_iter().map(option).collect(),
        }
    }
}
