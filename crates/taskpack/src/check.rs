//! The rules that a draft keeps.

use alloc::collections::BTreeSet;
use alloc::string::String;
use core::fmt;

use crate::frame::{MAX_BLOCKS, Slot, slots};
use crate::kind::{MAX_ACCEPTED, MAX_FUNCTIONS, MAX_STEPS};
use crate::letter::MAX_OPTIONS;
use crate::{Draft, DraftKind, DraftQuestion, Letter, Tolerance};

/// Why a draft is not a pack. The message names the place and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftError {
    /// Two tasks have this id.
    DuplicateTask(String),
    /// No question is about the episode with this id.
    EpisodeWithoutQuestions(String),
    /// The draft holds no question.
    Empty,
    /// A question (0-based) points at an episode or a task that is not there.
    DanglingQuestion(usize),
    /// A question (0-based) lacks its text or the text of this option.
    EmptyText(usize, Option<Letter>),
    /// A question (0-based) has so many options.
    Options(usize, usize),
    /// The answer key of a question (0-based) is none of its options.
    NoSuchOption(usize, Letter),
    /// A question (0-based) lacks something, or has more of it than there is room for; what it is,
    /// how many there are, and how many there may be.
    Count(usize, &'static str, usize, usize),
    /// A question (0-based) has a number or a tolerance that is none.
    NotANumber(usize),
    /// The frame has so many blocks.
    Blocks(usize),
    /// The frame has no place for this.
    NoSlot(&'static str),
    /// The content is larger than the format's 4 GiB.
    TooLarge,
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DraftError::DuplicateTask(id) => {
                write!(f, "two tasks have the id {id}: give each task its own")
            }
            DraftError::EpisodeWithoutQuestions(id) => write!(
                f,
                "episode {id} has no questions: add one or take the episode out"
            ),
            DraftError::Empty => f.write_str("there are no questions to pack"),
            DraftError::DanglingQuestion(index) => {
                write!(
                    f,
                    "question {index} names an episode or task that is not there"
                )
            }
            DraftError::EmptyText(index, None) => write!(f, "question {index} has no text"),
            DraftError::EmptyText(index, Some(letter)) => {
                write!(f, "option {letter} of question {index} has no text")
            }
            DraftError::Options(index, count) => write!(
                f,
                "question {index} has {count} options: 2 to {MAX_OPTIONS} are needed"
            ),
            DraftError::NoSuchOption(index, letter) => write!(
                f,
                "the right answer of question {index} is {letter}, and it has no such option"
            ),
            DraftError::Count(index, what, count, most) => {
                write!(
                    f,
                    "question {index} has {count} {what}: 1 to {most} are needed"
                )
            }
            DraftError::NotANumber(index) => write!(
                f,
                "question {index} asks for a number that is not finite, or has a tolerance that is negative or not finite"
            ),
            DraftError::Blocks(count) => {
                write!(f, "the frame has {count} blocks: at most {MAX_BLOCKS} fit")
            }
            DraftError::NoSlot(slot) => write!(
                f,
                "no block of the frame holds {slot}, which models could then not read: add one"
            ),
            DraftError::TooLarge => {
                f.write_str("the pack would exceed 4 GiB: split the questions over several packs")
            }
        }
    }
}

impl core::error::Error for DraftError {}

impl Draft {
    /// Looks for a rule that the draft breaks.
    pub(crate) fn check(&self) -> Result<(), DraftError> {
        if self.questions.is_empty() {
            return Err(DraftError::Empty);
        }
        let mut ids = BTreeSet::new();
        for task in &self.tasks {
            if !ids.insert(task.id.as_str()) {
                return Err(DraftError::DuplicateTask(task.id.clone()));
            }
        }
        self.check_frame()?;
        let mut asked = alloc::vec![false; self.episodes.len()];
        for (index, question) in self.questions.iter().enumerate() {
            let dangling = Err(DraftError::DanglingQuestion(index));
            if question.task >= self.tasks.len() {
                return dangling;
            }
            if let Some(episode) = question.episode {
                match asked.get_mut(episode) {
                    Some(seen) => *seen = true,
                    None => return dangling,
                }
            }
            question.check(index)?;
        }
        match self.episodes.iter().zip(asked).find(|(_, asked)| !asked) {
            Some((episode, _)) => Err(DraftError::EpisodeWithoutQuestions(episode.id.clone())),
            None => Ok(()),
        }
    }

    fn check_frame(&self) -> Result<(), DraftError> {
        if self.frame.is_empty() {
            return Ok(());
        }
        if self.frame.len() > MAX_BLOCKS {
            return Err(DraftError::Blocks(self.frame.len()));
        }
        let holds = |slot| {
            let mut blocks = self.frame.iter();
            blocks.any(|block| slots(block).any(|other| other == slot))
        };
        let choice = |question: &DraftQuestion| matches!(question.kind, DraftKind::Choice { .. });
        let any = |is: &dyn Fn(&DraftQuestion) -> bool| self.questions.iter().any(is);
        let needed = [
            (Slot::Question, "{question}", true),
            (Slot::Options, "{options}", any(&choice)),
            (
                Slot::Episode,
                "{episode}",
                any(&|question| question.episode.is_some()),
            ),
        ];
        match needed
            .iter()
            .find(|(slot, _, needed)| *needed && !holds(*slot))
        {
            Some((_, name, _)) => Err(DraftError::NoSlot(name)),
            None => Ok(()),
        }
    }
}

impl DraftQuestion {
    fn check(&self, index: usize) -> Result<(), DraftError> {
        if self.text.trim().is_empty() {
            return Err(DraftError::EmptyText(index, None));
        }
        let count = |what, count, most| match count {
            0 => Err(DraftError::Count(index, what, count, most)),
            _ if count > most => Err(DraftError::Count(index, what, count, most)),
            _ => Ok(()),
        };
        match &self.kind {
            DraftKind::Choice { key, options } => {
                if !(2..=MAX_OPTIONS).contains(&options.len()) {
                    return Err(DraftError::Options(index, options.len()));
                }
                if key.index() >= options.len() {
                    return Err(DraftError::NoSuchOption(index, *key));
                }
                let mut pairs = Letter::ALL.into_iter().zip(options);
                match pairs.find(|(_, option)| option.text.trim().is_empty()) {
                    Some((letter, _)) => Err(DraftError::EmptyText(index, Some(letter))),
                    None => Ok(()),
                }
            }
            DraftKind::Number {
                value, tolerance, ..
            } => {
                let (Tolerance::Absolute(by) | Tolerance::Relative(by)) = tolerance;
                match value.is_finite() && by.is_finite() && *by >= 0.0 {
                    true => Ok(()),
                    false => Err(DraftError::NotANumber(index)),
                }
            }
            DraftKind::Text { accepted, .. } => {
                count("accepted answers", accepted.len(), MAX_ACCEPTED)
            }
            DraftKind::Tool { functions, .. } => count("functions", functions.len(), MAX_FUNCTIONS),
            DraftKind::Turns { functions, steps } => {
                count("functions", functions.len(), MAX_FUNCTIONS)?;
                count("steps", steps.len(), MAX_STEPS)
            }
        }
    }
}
