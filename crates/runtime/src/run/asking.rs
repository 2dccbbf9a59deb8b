//! The loop over the questions.

use std::io::Write;
use std::time::Instant;

use edgescore_record::{Ask, Mode, Plan, Record, Skipped, VerdictKind, WhySkipped};

use super::report::Reports;
use crate::error::RunError;
use crate::inference::answering::{Answerer, NoAnswer};
use crate::inference::prompt::{PromptError, Prompter};
use crate::stop;

/// Rows sent.
#[derive(Default)]
pub struct Counts {
    /// Questions answered.
    pub answered: u32,
    /// Questions skipped.
    pub skipped: u32,
}

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
    /// Counts the rows.
    pub counts: &'r mut Counts,
    /// Takes the rows.
    pub reports: &'r mut Reports<W>,
}

impl<W: Write> Asking<'_, '_, W> {
    /// Asks every question and sends its rows.
    pub fn all(&mut self, asks: &[Ask]) -> Result<(), RunError> {
        for ask in asks {
            if let Some(why) = stop::requested() {
                return Err(RunError::Stopped(why));
            }
            if self
                .deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
            {
                let (answered, asks) = (self.counts.answered, asks.len());
                let detail = format!("time was up after {answered} of {asks} questions");
                return Err(RunError::Failed(VerdictKind::TimedOut, detail));
            }
            let answered = match self.plan.mode {
                Mode::Letter => self.letter(*ask),
                Mode::Generate => self.generate(*ask),
            };
            match answered {
                Ok(()) => {}
                Err(NoAnswer::Skip(why)) => self.skip(*ask, why)?,
                Err(NoAnswer::Run(error)) => return Err(error),
            }
            if let Some(point) = self.answerer.meter().trace() {
                self.reports.record(&Record::Power(point))?;
            }
        }
        Ok(())
    }

    fn letter(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        let (question, prompt, letters) = match self.prompter.forced(ask) {
            Err(PromptError::LettersNotSeparable) => {
                return Err(NoAnswer::Skip(WhySkipped::LettersNotSeparable));
            }
            other => other?,
        };
        let row = self.answerer.letter(ask, &question, prompt, letters)?;
        self.reports.record(&Record::Question(row))?;
        self.counts.answered += 1;
        Ok(())
    }

    fn generate(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        let (question, prompt) = self.prompter.open(ask)?;
        let row = self.answerer.generate(ask, &question, prompt)?;
        self.reports.record(&Record::Question(row))?;
        self.counts.answered += 1;
        let draws = match question.task.pass_at_k {
            true => self.plan.draws,
            false => 0,
        };
        for draw in 0..draws {
            match self.answerer.draw(ask, &question, prompt, draw) {
                Ok(row) => self.reports.record(&Record::Sample(row))?,
                // The question itself is answered; only this draw is lost.
                Err(NoAnswer::Skip(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn skip(&mut self, ask: Ask, why: WhySkipped) -> Result<(), RunError> {
        let task = self.prompter.task_of(ask)?;
        self.reports
            .record(&Record::Skipped(Skipped { ask, task, why }))?;
        self.counts.skipped += 1;
        Ok(())
    }
}
