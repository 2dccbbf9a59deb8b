//! A question as it was asked, with its draws beside it.

use edgescore_probe::{Reading, Reason};
use edgescore_record::{Ask, Question, Sample, WhySkipped};

use crate::rules;

/// A question as asked once, in one order of its options.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Which question and order.
    pub ask: Ask,
    /// Position of its task in the task table.
    pub task: u32,
    /// The answer, or why there is none.
    pub outcome: Result<Question, WhySkipped>,
    /// Its draws at a temperature, together.
    pub draws: Draws,
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
