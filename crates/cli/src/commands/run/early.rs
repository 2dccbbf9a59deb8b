//! Ending a run as soon as what was asked of it is certain.

use edgescore_record::{Order, Record, frame};
use edgescore_score::{ConfidenceSequence, GateMonitor, Regime};

use super::args::Args;
use crate::commands::gate::Profile;
use crate::commands::report::row_of;
use crate::failure::Failure;

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
    Gate(Profile),
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
            (None, Some(path)) => {
                let profile = Profile::read(path)?;
                profile.check()?;
                Goal::Gate(profile)
            }
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
                let questions = start.asks / if start.rotate { 4 } else { 1 };
                self.seen = Some(match &self.goal {
                    Goal::HalfWidth(_) => Seen::Interval(
                        ConfidenceSequence::new(Regime::Pack { questions }, ERROR_RATE)
                            .map_err(Failure::data)?,
                    ),
                    Goal::Gate(profile) => Seen::Gate(
                        GateMonitor::new(&profile.limits(), questions).map_err(Failure::data)?,
                    ),
                });
                Ok(false)
            }
            Some(Record::Question(question)) => {
                let row = row_of(&question)?;
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
