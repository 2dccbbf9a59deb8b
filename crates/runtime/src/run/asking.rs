//! The loop over the questions.

use std::io::Write;
use std::time::Instant;

use edgescore_record::{Ask, Mode, Plan, Record, Think, VerdictKind, WhySkipped};

use super::answer_rows::AnswerRows;
use crate::error::RunError;
use crate::inference::answering::{Answerer, NoAnswer};
use crate::inference::prompt::{PromptError, Prompter};
use crate::stop;

/// What the loop works with.
pub struct Asking<'r, 'a, W> {
    /// How to ask.
    pub plan: &'r Plan<'r>,
    /// Makes the prompts.
    pub prompter: &'r mut Prompter<'a>,
    /// Answers them.
    pub answerer: &'r mut Answerer<'a>,
    /// When time is up.
    pub deadline: Option<Instant>,
    /// Sends the rows.
    pub rows: AnswerRows<'r, W>,
}

impl<W: Write> Asking<'_, '_, W> {
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
            let answered = match self.plan.mode {
                Mode::Letter => self.letter(*ask),
                Mode::Generate => self.generate(*ask),
            };
            match answered {
                Ok(()) => {}
                Err(NoAnswer::Skip(why)) => {
                    let task = self.prompter.task_of(*ask)?;
                    self.rows.skipped(*ask, task, why)?;
                }
                Err(NoAnswer::Run(error)) => return Err(error),
            }
            if let Some(point) = self.answerer.meter().trace() {
                self.rows.reports.record(&Record::Power(point))?;
            }
            self.rows.vitals()?;
        }
        Ok(())
    }

    fn letter(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        if matches!(self.prompter.template().think, Think::Tokens(_)) {
            return self.letter_behind_trace(ask);
        }
        let (question, prompt, letters) = match self.prompter.forced(ask) {
            Err(PromptError::LettersNotSeparable) => {
                return Err(NoAnswer::Skip(WhySkipped::LettersNotSeparable));
            }
            other => other?,
        };
        let row = self.answerer.letter(ask, &question, prompt, letters)?;
        Ok(self.rows.answered(self.answerer, row)?)
    }

    fn letter_behind_trace(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        let (question, prompt) = self.prompter.open(ask)?;
        let row = self.answerer.letter_behind_trace(ask, &question, prompt)?;
        Ok(self.rows.answered(self.answerer, row)?)
    }

    fn generate(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        let (question, prompt) = self.prompter.open(ask)?;
        let row = self.answerer.generate(ask, &question, prompt)?;
        self.rows.answered(self.answerer, row)?;
        let draws = match question.task.pass_at_k && self.rows.is_first_pass() {
            true => self.plan.draws,
            false => 0,
        };
        for draw in 0..draws {
            match self.answerer.draw(ask, &question, prompt, draw) {
                Ok(row) => self.rows.drawn(self.answerer, row)?,
                // The question itself is answered; only this draw is lost.
                Err(NoAnswer::Skip(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
