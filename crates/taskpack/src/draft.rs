//! A pack that is being made: owned, unchecked, made into bytes by [`Draft::to_bytes`].

use alloc::string::String;
use alloc::vec::Vec;

use crate::{Fault, Letter};

/// Everything a pack will hold, before it is checked and written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Name shown in reports, such as `edgescore-hand-written` or `6g-bench`.
    pub name: String,
    /// Where the questions come from and under which licence, one line.
    pub origin: String,
    /// The system message, sent before every question.
    pub system: String,
    /// The instruction that ends every user message: how to answer.
    pub instruction: String,
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

/// One multiple-choice question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftQuestion {
    /// Index into [`Draft::episodes`].
    pub episode: usize,
    /// Index into [`Draft::tasks`].
    pub task: usize,
    /// The question.
    pub text: String,
    /// The texts of options A to D.
    pub options: [String; 4],
    /// The correct option.
    pub key: Letter,
    /// Why it is correct; may be empty.
    pub reason: String,
    /// The fault of each wrong option, where it is known.
    pub faults: [Option<Fault>; 4],
}
