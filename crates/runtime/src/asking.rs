//! The loop over the questions.

use std::io::Write;
use std::time::Instant;

use edgescore_engine::DecodeError;
use edgescore_record::{Ask, Mode, Plan, Record, Skipped, Stop, VerdictKind, WhySkipped};

use crate::answering::{Answerer, NoAnswer};
use crate::prompt::{PromptError, Prompter};
use crate::refusal::{Refusal, data};
use crate::report::Reports;
use crate::stop;

/// How the questions came to an end.
pub enum Ending {
    /// All were asked.
    Complete,
    /// Asking was called off.
    Stopped(Stop),
    /// It cannot go on or must not; the detail says why.
    Failed(VerdictKind, String),
}

impl From<DecodeError> for Ending {
    fn from(error: DecodeError) -> Ending {
        match error {
            DecodeError::Aborted => Ending::Stopped(Stop::Interrupted),
            other => Ending::Failed(VerdictKind::EngineFailed, other.to_string()),
        }
    }
}

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
    pub fn all(&mut self, asks: &[Ask]) -> Result<Ending, Refusal> {
        for ask in asks {
            if let Some(why) = stop::requested() {
                return Ok(Ending::Stopped(why));
            }
            if self
                .deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
            {
                let (answered, asks) = (self.counts.answered, asks.len());
                let detail = format!("time was up after {answered} of {asks} questions");
                return Ok(Ending::Failed(VerdictKind::TimedOut, detail));
            }
            let asked = match self.plan.mode {
                Mode::Letter => self.letter(*ask)?,
                Mode::Generate => self.generate(*ask)?,
            };
            match asked {
                Ok(()) => {}
                Err(NoAnswer::Skip(why)) => self.skip(*ask, why)?,
                Err(NoAnswer::Engine(error)) => return Ok(error.into()),
            }
            if let Some(point) = self.answerer.meter().trace() {
                self.reports.record(&Record::Power(point))?;
            }
        }
        Ok(Ending::Complete)
    }

    fn letter(&mut self, ask: Ask) -> Result<Result<(), NoAnswer>, Refusal> {
        let (question, prompt, letters) = match self.prompter.forced(ask) {
            Err(PromptError::LettersNotSeparable) => {
                return Ok(Err(NoAnswer::Skip(WhySkipped::LettersNotSeparable)));
            }
            other => other.map_err(data)?,
        };
        match self.answerer.letter(ask, &question, prompt, letters) {
            Ok(row) => self.reports.record(&Record::Question(row))?,
            Err(no_answer) => return Ok(Err(no_answer)),
        }
        self.counts.answered += 1;
        Ok(Ok(()))
    }

    fn generate(&mut self, ask: Ask) -> Result<Result<(), NoAnswer>, Refusal> {
        let (question, prompt) = self.prompter.open(ask).map_err(data)?;
        match self.answerer.generate(ask, &question, prompt) {
            Ok(row) => self.reports.record(&Record::Question(row))?,
            Err(no_answer) => return Ok(Err(no_answer)),
        }
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
                Err(no_answer) => return Ok(Err(no_answer)),
            }
        }
        Ok(Ok(()))
    }

    fn skip(&mut self, ask: Ask, why: WhySkipped) -> Result<(), Refusal> {
        let task = self.prompter.task_of(ask).map_err(data)?;
        self.reports
            .record(&Record::Skipped(Skipped { ask, task, why }))?;
        self.counts.skipped += 1;
        Ok(())
    }
}
