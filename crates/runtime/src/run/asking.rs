//! The loop over the questions.

use std::io::Write;
use std::time::Instant;

use edgescore_record::{Ask, Plan, Record, VerdictKind};
use edgescore_taskpack::{self as taskpack, Pack};

use super::answer_rows::AnswerRows;
use super::engine::Answers;
use crate::error::RunError;
use crate::inference::no_answer::NoAnswer;
use crate::stop;

/// What the loop works with.
pub struct Asking<'r, A, W> {
    /// The questions.
    pub pack: &'r Pack<'r>,
    /// Answers them.
    pub answers: &'r mut A,
    /// When time is up.
    pub deadline: Option<Instant>,
    /// Sends the rows.
    pub rows: AnswerRows<'r, W>,
}

impl<A: Answers, W: Write> Asking<'_, A, W> {
    /// Asks every question and sends its rows; again and again under sustained load.
    pub fn all(&mut self, asks: &[Ask]) -> Result<(), RunError> {
        self.rows.vitals()?;
        self.pass(asks)?;
        while self.rows.begins_again() {
            self.pass(asks)?;
        }
        Ok(())
    }

    /// Asks every question, or as many as a sustained load has time for.
    fn pass(&mut self, asks: &[Ask]) -> Result<(), RunError> {
        for ask in asks {
            if self.rows.is_over() {
                break;
            }
            if let Some(why) = stop::requested() {
                return Err(RunError::Stopped(why));
            }
            if self
                .deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
            {
                let detail = format!("time was up after {}", self.rows.counts.of(asks.len()));
                return Err(RunError::Failed(VerdictKind::TimedOut, detail));
            }
            match self.answers.ask(*ask, &mut self.rows) {
                Ok(()) => {}
                Err(NoAnswer::Skip(why)) => {
                    let task = self.pack.task_of(ask.question())?;
                    self.rows.skipped(*ask, task, why)?;
                }
                Err(NoAnswer::Run(error)) => return Err(error),
            }
            if let Some(point) = self.answers.meter().trace() {
                self.rows.reports.record(&Record::Power(point))?;
            }
            self.rows.vitals()?;
        }
        self.answers.end_pass(&mut self.rows)
    }
}

/// Draws for a question.
pub fn draws<W: Write>(plan: &Plan, rows: &AnswerRows<W>, question: &taskpack::Question) -> u8 {
    match question.task.pass_at_k && rows.is_first_pass() {
        true => plan.draws,
        false => 0,
    }
}
