//! Ending a run as soon as what was asked of it is certain.

use edgescore_record::{Order, Question, Record};
use edgescore_score::{ConfidenceSequence, GateMonitor, Limits, Regime};
use edgescore_summary::{row_of, rules};

use crate::failure::Failure;

/// Error rate of an interval for the accuracy: 95 % confidence at every question at once.
const ERROR_RATE: f64 = 0.05;

/// What a run is to show.
pub enum Goal {
    /// An interval with at most this on both sides of its middle.
    HalfWidth(f64),
    /// Whether these limits hold.
    Gate(Limits),
}

/// Takes every answer and tells when the goal is reached.
pub struct EarlyStop {
    goal: Goal,
    seen: Option<Seen>,
}

/// What is kept of the answers, once it is known how many there will be.
enum Seen {
    Interval(ConfidenceSequence),
    Gate(GateMonitor),
}

impl EarlyStop {
    /// Stops when `goal` is reached.
    pub fn new(goal: Goal) -> EarlyStop {
        EarlyStop { goal, seen: None }
    }

    /// Takes a record. True when the run may end.
    pub fn take(&mut self, record: &Record) -> Result<bool, Failure> {
        match record {
            // What follows holds for a random order only.
            Record::SessionStart(start) if start.order == Order::Shuffled => {
                self.seen = Some(self.begin(rules::questions(start))?);
                Ok(false)
            }
            Record::Turned(row) if self.seen.is_some() => {
                self.seen = Some(self.begin(row.questions)?);
                Ok(false)
            }
            Record::Question(question) => {
                self.add(question)?;
                Ok(self.is_enough())
            }
            _ => Ok(false),
        }
    }

    fn begin(&self, questions: u32) -> Result<Seen, Failure> {
        Ok(match &self.goal {
            Goal::HalfWidth(_) => Seen::Interval(
                ConfidenceSequence::new(Regime::Pack { questions }, ERROR_RATE)
                    .map_err(Failure::data)?,
            ),
            Goal::Gate(limits) => {
                Seen::Gate(GateMonitor::new(limits, questions).map_err(Failure::data)?)
            }
        })
    }

    fn add(&mut self, question: &Question) -> Result<(), Failure> {
        let row = row_of(question).map_err(Failure::data)?;
        match &mut self.seen {
            Some(Seen::Interval(sequence)) if row.counts() => {
                sequence.update(row.is_correct()).map_err(Failure::data)
            }
            Some(Seen::Gate(watch)) => watch.update(&row).map_err(Failure::data),
            Some(Seen::Interval(_)) | None => Ok(()),
        }
    }

    fn is_enough(&self) -> bool {
        match (&self.goal, &self.seen) {
            (Goal::HalfWidth(wanted), Some(Seen::Interval(sequence))) => {
                sequence.asked() > 0 && sequence.interval().half_width() <= *wanted
            }
            (Goal::Gate(_), Some(Seen::Gate(watch))) => watch.certain().is_some(),
            _ => false,
        }
    }
}
