//! The rows of answers.

use std::io::Write;

use edgescore_probe::Microseconds;
use edgescore_record::{
    Ask, Mode, OtherReading, Plan, Question, QuestionEnergy, Record, Sample, Skipped, Text, Timed,
    Trace, WhySkipped,
};

use super::report::Reports;
use crate::error::RunError;
use crate::inference::writing::Notes;
use crate::measure::conditions::ConditionsMonitor;

/// Rows sent.
#[derive(Default)]
pub struct Counts {
    /// Questions answered.
    answered: u32,
    /// Questions skipped.
    skipped: u32,
    /// Why the last one was.
    why: Option<WhySkipped>,
    /// Passes over the questions that ended.
    passes: u32,
}

impl Counts {
    /// How many questions there were, if all were skipped, and why the last one was.
    pub fn all_skipped(&self) -> Option<(u32, WhySkipped)> {
        let why = self.why.filter(|_| self.answered == 0)?;
        Some((self.skipped, why))
    }

    /// How far a run of `asks` questions came.
    pub fn of(&self, asks: usize) -> String {
        let answered = self.answered;
        match self.passes {
            0 => format!("{answered} of {asks} questions"),
            passes => format!("{answered} of {asks} questions, in pass {}", passes + 1),
        }
    }
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

/// A text that was written.
#[derive(Clone, Copy)]
pub struct Written<'t> {
    /// What there is to say of it.
    pub notes: Notes,
    /// All of it.
    pub text: &'t [u8],
    /// The byte where its answer begins; none if the trace before it did not end.
    pub answer: Option<usize>,
}

/// Sends the rows of answers: all of them in the first pass over the questions, and under sustained
/// load their times in every pass. Later answers are the same, and only their times matter.
pub struct AnswerRows<'r, W> {
    /// For how long questions are asked again and again, if they are.
    pub repeat_for: Option<Microseconds>,
    /// Knows the time, and how the board fares.
    pub conditions: &'r mut ConditionsMonitor,
    /// Whether generated texts are sent.
    pub keeps_text: bool,
    /// Counts the rows.
    pub counts: &'r mut Counts,
    /// Takes the rows.
    pub reports: &'r mut Reports<W>,
}

impl<W: Write> AnswerRows<'_, W> {
    /// Whether the time of a sustained load is over.
    pub fn is_over(&self) -> bool {
        let length = self.repeat_for;
        length.is_some_and(|length| self.conditions.elapsed() >= length.into())
    }

    /// A pass has ended: whether there is another. Where all questions are skipped there is no
    /// load.
    pub fn begins_again(&mut self) -> bool {
        let again = self.repeat_for.is_some() && self.counts.answered > 0 && !self.is_over();
        self.counts.passes += u32::from(again);
        again
    }

    /// Whether answers count.
    pub fn is_first_pass(&self) -> bool {
        self.counts.passes == 0
    }

    /// Under sustained load sends how the board fares, if it is time for that.
    pub fn vitals(&mut self) -> Result<(), RunError> {
        if self.repeat_for.is_some()
            && let Some(vitals) = self.conditions.vitals()
        {
            self.reports.record(&Record::Vitals(vitals))?;
        }
        Ok(())
    }

    /// A question was answered.
    pub fn answered(&mut self, row: Question) -> Result<(), RunError> {
        if self.is_first_pass() {
            self.reports.record(&Record::Question(row))?;
            self.counts.answered += 1;
        }
        if self.repeat_for.is_some() {
            let decode = row.generated.map_or(0, |generated| generated.decode.0);
            self.reports.record(&Record::Timed(Timed {
                ask: row.ask,
                pass: self.counts.passes + 1,
                at: self.conditions.elapsed().into(),
                time: Microseconds(row.prefill.0.saturating_add(decode)),
                energy: row.energy.map(QuestionEnergy::total),
            }))?;
        }
        Ok(())
    }

    /// A draw was made.
    pub fn drawn(&mut self, row: Sample) -> Result<(), RunError> {
        self.reports.record(&Record::Sample(row))?;
        Ok(())
    }

    /// A question could not be asked.
    pub fn skipped(&mut self, ask: Ask, task: u32, why: WhySkipped) -> Result<(), RunError> {
        if self.is_first_pass() {
            self.reports
                .record(&Record::Skipped(Skipped { ask, task, why }))?;
            self.counts.skipped += 1;
            self.counts.why = Some(why);
        }
        Ok(())
    }

    /// Sends what there is to say of the `written` text of an answer, before its row: that of a
    /// question or a step of it, or of a draw for it. In later passes there is nothing.
    pub fn note(&mut self, written: Written, ask: Ask, draw: Option<u8>) -> Result<(), RunError> {
        if !self.is_first_pass() {
            return Ok(());
        }
        let Notes { trace, other } = written.notes;
        if let Some(trace) = trace {
            self.reports.record(&Record::Trace(Trace {
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
            self.reports.record(&Record::OtherReading(reading))?;
        }
        if self.keeps_text {
            let bytes = written.text;
            let text = String::from_utf8_lossy(bytes);
            let trace_bytes = written.answer.unwrap_or(bytes.len());
            self.reports.record(&Record::Text(Text {
                ask,
                draw,
                trace_bytes: trace_bytes as u32,
                bytes: bytes.len() as u32,
                text: tail(&text, KEPT),
            }))?;
        }
        Ok(())
    }
}
