//! The input: one row a question asked, and a run of them.

use core::num::NonZeroU32;

use edgescore_record::CallAxes;
use edgescore_taskpack::MAX_OPTIONS;
use serde::{Deserialize, Serialize};

use crate::{CHANCE, Letter, Probabilities, Rotation};

/// What the model answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A letter, as shown, that is after the rotation.
    Letter(Letter),
    /// Anything else that was asked for.
    Other {
        /// Whether it is right.
        right: bool,
    },
    /// Text from which no answer could be read. Counts as wrong.
    Unparsed,
    /// A trace that did not end, so that there is no answer. Counts as wrong.
    Incomplete,
    /// Not asked to the end (prompt too long, time over). Excluded, and counted.
    Skipped,
}

/// What is known beyond the greedy answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Nothing.
    None,
    /// Letter mode: the letters' probabilities at temperature 1.
    Letters(Probabilities),
    /// Generate mode: sampled answers.
    Draws {
        /// How many were drawn.
        drawn: u8,
        /// How many of them were right; an unparsed draw is wrong.
        correct: u8,
    },
}

/// One question asked once. 44 bytes, so that 3.7 million rows take 160 MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which question of the pack.
    pub question: u32,
    /// Time of the answer, prefill and decode, in microseconds (71 minutes fit); none if
    /// not timed.
    pub latency_us: Option<NonZeroU32>,
    /// Index into the run's tasks.
    pub task: u8,
    /// Options of the question; 0 where it asks for no letter.
    pub options: u8,
    /// The answer key: the letter of the right option, as shown. Without options it says nothing.
    pub key: Letter,
    /// The greedy answer.
    pub answer: Outcome,
    /// What is right of a call, where one, or none, was asked for.
    pub call: Option<CallAxes>,
    /// The order in which the options were shown.
    pub rotation: Rotation,
    /// Letter probabilities or draws.
    pub evidence: Evidence,
}

impl Row {
    /// Whether the greedy answer is right.
    pub fn is_correct(&self) -> bool {
        match self.answer {
            Outcome::Letter(letter) => letter == self.key,
            Outcome::Other { right } => right,
            _ => false,
        }
    }

    /// Whether a letter was asked for.
    pub fn has_options(&self) -> bool {
        self.options > 0
    }

    /// Probability that a uniform guess among the options is right; 0 where there is nothing to guess
    /// among.
    pub fn chance(&self) -> f64 {
        match self.options {
            0 => 0.0,
            options => 1.0 / f64::from(options),
        }
    }

    /// Whether it counts towards the headline scores: asked in the pack's own option order
    /// and not skipped.
    pub fn counts(&self) -> bool {
        self.rotation == Rotation::default() && self.answer != Outcome::Skipped
    }
}

/// One task of the pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoredTask {
    /// Which group the task belongs to.
    pub group: u8,
    /// Whether pass@k is reported on it.
    pub pass_k: bool,
}

/// All rows of one model on one pack, checked.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    tasks: &'a [ScoredTask],
    rows: &'a [Row],
}

/// Rows that contradict themselves or the task table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// A row names a task that the table does not have.
    #[error("question {question} names task {task} of {tasks}: score it with its own pack's tasks")]
    UnknownTask {
        /// The row's question.
        question: u32,
        /// The task index it names.
        task: u8,
        /// How many tasks there are.
        tasks: usize,
    },
    /// More right draws than draws.
    #[error("question {question} has {correct} right draws of {drawn}: the record is damaged")]
    Draws {
        /// The row's question.
        question: u32,
        /// Draws made.
        drawn: u8,
        /// Draws said to be right.
        correct: u8,
    },
    /// The same question in the same rotation twice, which would count it twice.
    #[error(
        "question {question} at rotation {rotation} is there twice: \
         keep one row, or score the runs apart"
    )]
    Duplicate {
        /// The row's question.
        question: u32,
        /// Its rotation.
        rotation: u8,
    },
}

impl<'a> Run<'a> {
    /// A run over `tasks`, after checking every row. Rows may be in any order.
    pub fn new(tasks: &'a [ScoredTask], rows: &'a [Row]) -> Result<Run<'a>, InputError> {
        let mut asked = Vec::with_capacity(rows.len());
        for row in rows {
            let question = row.question;
            if usize::from(row.task) >= tasks.len() {
                return Err(InputError::UnknownTask {
                    question,
                    task: row.task,
                    tasks: tasks.len(),
                });
            }
            if let Evidence::Draws { drawn, correct } = row.evidence
                && correct > drawn
            {
                return Err(InputError::Draws {
                    question,
                    drawn,
                    correct,
                });
            }
            asked.push((question, row.rotation.steps()));
        }
        asked.sort_unstable();
        for pair in asked.windows(2) {
            if let [first, second] = pair
                && first == second
            {
                let (question, rotation) = *first;
                return Err(InputError::Duplicate { question, rotation });
            }
        }
        Ok(Run { tasks, rows })
    }

    /// The task table.
    pub fn tasks(&self) -> &'a [ScoredTask] {
        self.tasks
    }

    /// Every row, all rotations.
    pub fn rows(&self) -> &'a [Row] {
        self.rows
    }

    /// The rows of the pack's own option order: one a question. The headline scores use
    /// only these, because four turns of one question are not four independent questions.
    pub fn headline(&self) -> impl Iterator<Item = &'a Row> + use<'a> {
        self.rows
            .iter()
            .filter(|row| row.rotation == Rotation::default())
    }

    /// The headline rows that count: not skipped.
    pub fn counted(&self) -> impl Iterator<Item = &'a Row> + use<'a> {
        self.rows.iter().filter(|row| row.counts())
    }

    /// The counted headline rows of questions with options.
    pub fn letters(&self) -> impl Iterator<Item = &'a Row> + use<'a> {
        self.counted().filter(|row| row.has_options())
    }

    /// Accuracy of a uniform guess: the mean over the counted questions of one in their options. Right
    /// answers of a guesser are then a sum of trials of unequal probabilities, which spreads no more
    /// than a binomial of their mean (Hoeffding, On the distribution of the number of successes in
    /// independent trials, Annals of Mathematical Statistics 27, 1956): intervals and tests that take
    /// it for binomial hold, and are a little wide. [`CHANCE`] without rows.
    pub fn chance(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0u32);
        // Counted by their number, so that questions of four options have a chance of 1/4 exactly.
        let mut with = [0u32; MAX_OPTIONS + 1];
        for row in self.counted() {
            count += 1;
            if let Some(number) = with.get_mut(usize::from(row.options)) {
                *number += 1;
            }
        }
        for (options, number) in with.iter().enumerate().skip(1) {
            sum += f64::from(*number) / f64::from(count.max(1)) / options as f64;
        }
        match count {
            0 => CHANCE,
            _ => sum,
        }
    }

    /// Whether pass@k is reported on the row's task.
    pub(crate) fn is_pass_k(&self, row: &Row) -> bool {
        self.tasks
            .get(usize::from(row.task))
            .is_some_and(|task| task.pass_k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASKS: [ScoredTask; 1] = [ScoredTask {
        group: 1,
        pass_k: true,
    }];

    fn row(question: u32) -> Row {
        Row {
            question,
            latency_us: None,
            task: 0,
            options: 4,
            key: Letter::B,
            answer: Outcome::Letter(Letter::B),
            call: None,
            rotation: Rotation::default(),
            evidence: Evidence::None,
        }
    }

    #[test]
    fn a_row_is_44_bytes() {
        assert_eq!(size_of::<Row>(), 44);
    }

    #[test]
    fn damaged_rows_are_named() {
        assert!(Run::new(&TASKS, &[row(1), row(0)]).is_ok());
        assert_eq!(
            Run::new(&TASKS, &[row(1), row(0), row(1)]).err(),
            Some(InputError::Duplicate {
                question: 1,
                rotation: 0
            })
        );
        let mut bad = row(7);
        bad.task = 1;
        assert_eq!(
            Run::new(&TASKS, &[bad]).err(),
            Some(InputError::UnknownTask {
                question: 7,
                task: 1,
                tasks: 1
            })
        );
        let mut bad = row(7);
        bad.evidence = Evidence::Draws {
            drawn: 5,
            correct: 6,
        };
        assert!(matches!(
            Run::new(&TASKS, &[bad]),
            Err(InputError::Draws { .. })
        ));
    }
}
