//! Result rows, with the draws of a question beside it.

use edgescore_probe::{Reading, Reason};
use edgescore_record::{Ask, Question, Record, Sample, WhySkipped};

/// A question as asked once, in one order of its options.
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
    /// Of these, tokens that took decode time: all but the first of each draw, which comes
    /// out of the prefill.
    pub decoded: u64,
    /// Decode time of all of them, in microseconds.
    pub decode_us: u64,
    /// Gross energy of their decode, in microjoules, without those that have none.
    pub energy_uj: u64,
    /// Why one has none.
    pub no_energy: Option<Reason>,
}

impl Draws {
    fn add(&mut self, sample: &Sample) {
        self.drawn = self.drawn.saturating_add(1);
        self.correct = self
            .correct
            .saturating_add(u8::from(sample.answer.is_correct()));
        let tokens = u64::from(sample.generated.tokens);
        self.tokens += tokens;
        self.decoded += tokens.saturating_sub(1);
        self.decode_us = self.decode_us.saturating_add(sample.generated.decode.0);
        match sample.energy {
            Reading::Value(energy) => self.energy_uj = self.energy_uj.saturating_add(energy.0),
            Reading::Missing(reason) => self.no_energy = Some(reason),
        }
    }
}

/// Collects the questions of a result. Samples stand behind the question they belong to.
#[derive(Default)]
pub struct Collector {
    /// What was asked, in the order of asking.
    pub asked: Vec<Asked>,
}

impl Collector {
    /// Takes the next row.
    pub fn take(&mut self, record: &Record) {
        let (ask, task, outcome) = match record {
            Record::Question(question) => (question.ask, question.task, Ok(*question)),
            Record::Skipped(skipped) => (skipped.ask, skipped.task, Err(skipped.why)),
            Record::Sample(sample) => {
                if let Some(last) = self.asked.last_mut()
                    && last.ask == sample.ask
                {
                    last.draws.add(sample);
                }
                return;
            }
            _ => return,
        };
        self.asked.push(Asked {
            ask,
            task,
            outcome,
            draws: Draws::default(),
        });
    }
}
