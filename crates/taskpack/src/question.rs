//! A question with what belongs to it.

use crate::{Choice, Frame, Kind};

/// A kind of decision, such as T9, Trust-Aware Offloading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task<'a> {
    /// Position in the task table.
    pub index: u32,
    /// Short id, `T1` to `T30` in the thirty tasks of 6G-Bench.
    pub id: &'a str,
    /// Name as shown to people and models.
    pub name: &'a str,
    /// Group id, `G1` to `G5` in 6G-Bench.
    pub group: &'a str,
    /// What the model is asked to decide.
    pub definition: &'a str,
    /// Whether pass@k is measured on this task.
    pub pass_at_k: bool,
}

/// A situation that one or more questions are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode<'a> {
    /// Position in the episode table.
    pub index: u32,
    /// Id as in the source.
    pub id: &'a str,
    /// The text a model reads.
    pub summary: &'a str,
}

/// One question with its task, its episode and the words around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Question<'a> {
    /// Position in the pack.
    pub index: u32,
    /// The task it belongs to.
    pub task: Task<'a>,
    /// The episode it is about, if it is about one.
    pub episode: Option<Episode<'a>>,
    /// The question.
    pub text: &'a str,
    /// How to answer.
    pub instruction: &'a str,
    /// Why the right answer is right; may be empty.
    pub reason: &'a str,
    /// What it asks for, and what is right.
    pub kind: Kind<'a>,
    /// The words around it.
    pub frame: Frame<'a>,
}

impl<'a> Question<'a> {
    /// Its options, where it has any.
    pub fn choice(&self) -> Option<&Choice<'a>> {
        match &self.kind {
            Kind::Choice(choice) => Some(choice),
            _ => None,
        }
    }

    /// How many options it has; none where a letter is not what it asks for.
    pub fn options(&self) -> u8 {
        self.choice().map_or(0, Choice::count)
    }
}
