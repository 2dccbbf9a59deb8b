//! Ending a run as soon as what was asked of it is certain.

use edgescore_record::{Order, Record, frame};
use edgescore_score::{ConfidenceSequence, GateMonitor, Limits, Regime};
use edgescore_summary::{row_of, rules};

use super::args::Args;
use crate::failure::Failure;
use crate::gate_profile::Profile;

/// Error rate of an interval for the accuracy: 95 % confidence at every question at once.
const ERROR_RATE: f64 = 0.05;

/// Looks at every answer and says when it is enough.
pub struct Early {
    goal: Goal,
    seen: Option<Seen>,
}

enum Goal {
    /// An interval with at most this on both sides of its middle.
    HalfWidth(f64),
    /// A gate that is decided.
    Gate(Limits),
}

/// What is kept of the answers, once it is known how many there will be.
enum Seen {
    Interval(ConfidenceSequence),
    Gate(GateMonitor),
}

impl Early {
    /// What `args` ask for; `None` if the run is to be complete.
    pub fn new(args: &Args) -> Result<Option<Early>, Failure> {
        let goal = match (args.until_ci, &args.gate) {
            (Some(half_width), _) => Goal::HalfWidth(half_width),
            (None, Some(path)) => Goal::Gate(Profile::read(path)?.limits()?),
            (None, None) => return Ok(None),
        };
        Ok(Some(Early { goal, seen: None }))
    }

    /// Takes a row's content. True when the run may end.
    pub fn take(&mut self, content: &[u8]) -> Result<bool, Failure> {
        match frame::message(content) {
            Some(Record::SessionStart(start)) => {
                if start.order != Order::Shuffled {
                    // What follows holds for a random order only.
                    return Ok(false);
                }
                let questions = rules::questions(&start);
                self.seen = Some(match &self.goal {
                    Goal::HalfWidth(_) => Seen::Interval(
                        ConfidenceSequence::new(Regime::Pack { questions }, ERROR_RATE)
                            .map_err(Failure::data)?,
                    ),
                    Goal::Gate(limits) => {
                        Seen::Gate(GateMonitor::new(limits, questions).map_err(Failure::data)?)
                    }
                });
                Ok(false)
            }
            Some(Record::Question(question)) => {
                let row = row_of(&question).map_err(Failure::data)?;
                match &mut self.seen {
                    Some(Seen::Interval(sequence)) if row.counts() => {
                        sequence.update(row.is_correct()).map_err(Failure::data)?;
                    }
                    Some(Seen::Interval(_)) => {}
                    Some(Seen::Gate(watch)) => watch.update(&row).map_err(Failure::data)?,
                    None => {}
                }
                Ok(self.is_enough())
            }
            _ => Ok(false),
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
