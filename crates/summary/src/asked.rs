//! A question as it was asked, with its draws beside it.

use edgescore_probe::{Reading, Reason};
use edgescore_record::{Answer, Ask, Question, Record, Sample, Trace, WhySkipped};
use edgescore_taskpack::Letter;

use crate::rules;

/// A question as asked once, in one order of its options.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which question and order.
    pub ask: Ask,
    /// Position of its task in the task table.
    pub task: u32,
    /// The answer, or why there is none.
    pub outcome: Result<Question, WhySkipped>,
    /// What else is known of the answer.
    pub notes: Notes,
    /// Its draws at a temperature, together.
    pub draws: Draws,
}

/// What is known of an answer besides its row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The trace before it.
    pub trace: Option<Trace>,
    /// What the other parser reads, where that is something else.
    pub other: Option<Option<Letter>>,
    /// Its text.
    pub text: Option<KeptText>,
}

/// A generated text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptText {
    /// The text, or its end.
    pub text: String,
    /// Byte of it where the answer begins.
    pub answer: usize,
    /// Whether its beginning is missing.
    pub cut: bool,
}

impl Notes {
    /// Takes a row that stands before an answer's.
    pub(crate) fn take(&mut self, record: &Record) {
        match record {
            Record::Trace(trace) => self.trace = Some(*trace),
            Record::OtherReading(reading) => self.other = Some(reading.choice),
            Record::Text(text) => {
                let missing = (text.bytes as usize).saturating_sub(text.text.len());
                let answer = (text.trace_bytes as usize).saturating_sub(missing);
                match &mut self.text {
                    // A later step of a conversation.
                    Some(before) if text.draw.is_none() && text.ask.step() > 0 => {
                        before.text.push_str("\n\n");
                        before.text.push_str(text.text);
                        before.cut |= missing > 0;
                    }
                    _ => {
                        self.text = Some(KeptText {
                            text: text.text.to_owned(),
                            answer: text.text.ceil_char_boundary(answer),
                            cut: missing > 0,
                        });
                    }
                }
            }
            _ => {}
        }
    }
}

/// A kept text with the answer that was read in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerText {
    /// Which question and order.
    pub ask: Ask,
    /// Position of its task in the task table.
    pub task: u32,
    /// The answer.
    pub answer: Answer,
    /// The text.
    pub text: KeptText,
}

impl AnswerText {
    pub(crate) fn of(asked: &Asked) -> Option<AnswerText> {
        Some(AnswerText {
            ask: asked.ask,
            task: asked.task,
            answer: asked.outcome.as_ref().ok()?.answer,
            text: asked.notes.text.clone()?,
        })
    }
}

impl KeptText {
    /// The trace, which may be empty, and the answer.
    pub fn split(&self) -> (&str, &str) {
        self.text
            .split_at_checked(self.answer)
            .unwrap_or((&self.text, ""))
    }
}

/// The draws of one question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Draws {
    /// How many.
    pub drawn: u8,
    /// How many were right; an unparsed draw is wrong.
    pub correct: u8,
    /// Tokens generated in all of them.
    pub tokens: u64,
    /// Of these, tokens that took decode time.
    pub decoded: u64,
    /// Decode time of all of them, in microseconds.
    pub decode_us: u64,
    /// Gross energy of their decode, in microjoules, without those that have none.
    pub energy_uj: u64,
    /// Why one has none.
    pub no_energy: Option<Reason>,
}

impl Draws {
    pub(crate) fn add(&mut self, sample: &Sample) {
        self.drawn = self.drawn.saturating_add(1);
        self.correct = self
            .correct
            .saturating_add(u8::from(sample.answer.is_correct()));
        self.tokens += u64::from(sample.generated.tokens);
        self.decoded += u64::from(rules::decoded_tokens(&sample.generated));
        self.decode_us = self.decode_us.saturating_add(sample.generated.decode.0);
        match sample.energy {
            Reading::Value(energy) => self.energy_uj = self.energy_uj.saturating_add(energy.0),
            Reading::Missing(reason) => self.no_energy = Some(reason),
        }
    }
}
