//! The loop over the questions.

use std::io::Write;
use std::time::Instant;

use edgescore_record::{
    Ask, Mode, OtherReading, Plan, Record, Skipped, Text, Think, Trace, VerdictKind, WhySkipped,
};

use super::report::Reports;
use crate::error::RunError;
use crate::inference::answering::{Answerer, NoAnswer, Notes};
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

/// Longest text that is kept of an answer, in bytes: 64 tokens are some 300, and with a trace its
/// end is what is read.
const KEPT: usize = 3000;

/// Questions from which on texts are kept only where that is asked for.
const MANY: usize = 1000;

/// Whether the texts of `asks` questions are kept.
pub fn keeps_text(plan: &Plan, asks: usize) -> bool {
    plan.mode == Mode::Generate && plan.keep_text.unwrap_or(asks < MANY)
}

/// The end of `text`, at most `max` bytes, cut between characters.
fn tail(text: &str, max: usize) -> &str {
    let start = text.ceil_char_boundary(text.len().saturating_sub(max));
    text.get(start..).unwrap_or(text)
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
    /// Whether generated texts are sent.
    pub keeps_text: bool,
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
        self.reports.record(&Record::Question(row))?;
        self.counts.answered += 1;
        Ok(())
    }

    fn letter_behind_trace(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        let (question, prompt) = self.prompter.open(ask)?;
        let row = self.answerer.letter_behind_trace(ask, &question, prompt)?;
        note(self.answerer, self.reports, self.keeps_text, (ask, None))?;
        self.reports.record(&Record::Question(row))?;
        self.counts.answered += 1;
        Ok(())
    }

    fn generate(&mut self, ask: Ask) -> Result<(), NoAnswer> {
        let (question, prompt) = self.prompter.open(ask)?;
        let row = self.answerer.generate(ask, &question, prompt)?;
        note(self.answerer, self.reports, self.keeps_text, (ask, None))?;
        self.reports.record(&Record::Question(row))?;
        self.counts.answered += 1;
        let draws = match question.task.pass_at_k {
            true => self.plan.draws,
            false => 0,
        };
        for draw in 0..draws {
            match self.answerer.draw(ask, &question, prompt, draw) {
                Ok(row) => {
                    let draw = (ask, Some(draw));
                    note(self.answerer, self.reports, self.keeps_text, draw)?;
                    self.reports.record(&Record::Sample(row))?;
                }
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

/// Sends what there is to say of the last answer before its row: that of a question, or of a draw
/// for it.
fn note(
    answerer: &Answerer,
    reports: &mut Reports<impl Write>,
    keeps_text: bool,
    (ask, draw): (Ask, Option<u8>),
) -> Result<(), RunError> {
    let Notes { trace, other } = answerer.notes();
    if let Some(trace) = trace {
        reports.record(&Record::Trace(Trace {
            ask,
            draw,
            tokens: trace.tokens,
            time: trace.time,
            energy: trace.energy,
            end: trace.end,
        }))?;
    }
    if let Some(choice) = other {
        let reading = OtherReading { ask, draw, choice };
        reports.record(&Record::OtherReading(reading))?;
    }
    if keeps_text {
        let (bytes, start) = answerer.text();
        let text = String::from_utf8_lossy(bytes);
        let trace_bytes = start.unwrap_or(bytes.len());
        reports.record(&Record::Text(Text {
            ask,
            draw,
            trace_bytes: trace_bytes as u32,
            bytes: bytes.len() as u32,
            text: tail(&text, KEPT),
        }))?;
    }
    Ok(())
}
