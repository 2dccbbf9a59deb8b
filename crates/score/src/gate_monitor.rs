//! Watching a gate while the run goes on.

use crate::{ConfidenceSequence, Decision, Limits, Regime, Row, SequenceError};

/// Error rate of a whole gate; each watched line gets its share (Bonferroni).
const ERROR_RATE: f64 = 0.05;

/// The lines of a gate that can be decided before the run is over: accuracy, and latency as
/// "at least half of the answers are within the limit". The other lines are about the whole
/// run: Delta_5 is no share of questions, and memory, energy and power are known at the end.
///
/// The questions must come in uniformly random order.
#[derive(Clone, Debug)]
pub struct GateMonitor {
    accuracy: Option<Watched>,
    latency: Option<(Watched, f64)>,
    /// Whether the gate has lines that only the end can decide.
    needs_the_end: bool,
}

/// A line under watch.
#[derive(Clone, Debug)]
struct Watched {
    sequence: ConfidenceSequence,
    threshold: f64,
    settled: Option<Settled>,
}

/// A line that is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Whether the limit holds.
    pub pass: bool,
    /// Questions it took.
    pub after: u32,
}

impl GateMonitor {
    /// Watches `limits` over a run of at most `questions`. Questions that are skipped later
    /// make the true number smaller; the interval for the larger one is the wider one.
    pub fn new(limits: &Limits, questions: u32) -> Result<GateMonitor, SequenceError> {
        let lines = [limits.min_accuracy, limits.max_latency_s];
        let share = ERROR_RATE / lines.iter().flatten().count().max(1) as f64;
        let watch = |threshold| {
            Ok(Watched {
                sequence: ConfidenceSequence::new(Regime::Pack { questions }, share)?,
                threshold,
                settled: None,
            })
        };
        Ok(GateMonitor {
            accuracy: limits.min_accuracy.map(watch).transpose()?,
            latency: match limits.max_latency_s {
                Some(limit) => Some((watch(0.5)?, limit)),
                None => None,
            },
            needs_the_end: [
                limits.max_delta_5,
                limits.max_memory_gib,
                limits.max_power_w,
                limits.max_energy_j,
                limits.min_edge_score,
            ]
            .iter()
            .any(Option::is_some),
        })
    }

    /// Takes the next row; only counted headline rows matter.
    pub fn update(&mut self, row: &Row) -> Result<(), SequenceError> {
        if !row.counts() {
            return Ok(());
        }
        if let Some(accuracy) = &mut self.accuracy {
            accuracy.update(row.is_correct())?;
        }
        if let (Some((latency, limit)), Some(time)) = (&mut self.latency, row.latency_us) {
            latency.update(f64::from(time.get()) / 1e6 <= *limit)?;
        }
        Ok(())
    }

    /// The accuracy line, once it is decided.
    pub fn accuracy(&self) -> Option<Settled> {
        self.accuracy.as_ref()?.settled
    }

    /// The latency line, once it is decided.
    pub fn latency(&self) -> Option<Settled> {
        self.latency.as_ref()?.0.settled
    }

    /// What the whole gate will say, once that is certain: failed as soon as one line has,
    /// passed when all have and none needs the end of the run.
    pub fn certain(&self) -> Option<bool> {
        let lines = [
            self.accuracy.as_ref().map(|line| line.settled),
            self.latency.as_ref().map(|(line, _)| line.settled),
        ];
        let watched = || lines.iter().flatten();
        if watched().any(|line| line.is_some_and(|settled| !settled.pass)) {
            return Some(false);
        }
        let all = watched().all(Option::is_some) && watched().next().is_some();
        (all && !self.needs_the_end).then_some(true)
    }
}

impl Watched {
    /// A decision stands: a later interval may be wider.
    fn update(&mut self, holds: bool) -> Result<(), SequenceError> {
        if self.settled.is_some() {
            return Ok(());
        }
        self.sequence.update(holds)?;
        let pass = match self.sequence.decided(self.threshold) {
            Decision::Open => return Ok(()),
            Decision::AtLeast => true,
            Decision::Below => false,
        };
        self.settled = Some(Settled {
            pass,
            after: self.sequence.asked(),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use core::num::NonZeroU32;

    use super::*;
    use crate::{Evidence, Letter, Outcome, Rotation};

    fn row(question: u32, correct: bool, milliseconds: u32) -> Row {
        Row {
            question,
            latency_us: NonZeroU32::new(milliseconds * 1000),
            task: 0,
            options: 4,
            key: Letter::A,
            answer: Outcome::Letter(if correct { Letter::A } else { Letter::B }),
            call: None,
            rotation: Rotation::default(),
            evidence: Evidence::None,
        }
    }

    /// How many of 1,000 questions it takes, and what is then certain.
    fn watch(limits: Limits, rows: impl Fn(u32) -> Row) -> (u32, Option<bool>, GateMonitor) {
        let mut watch = GateMonitor::new(&limits, 1000).unwrap();
        for question in 0..1000 {
            watch.update(&rows(question)).unwrap();
            if let Some(pass) = watch.certain() {
                return (question + 1, Some(pass), watch);
            }
        }
        (1000, None, watch)
    }

    #[test]
    fn a_bad_model_fails_early_whatever_else_is_asked() {
        let limits = Limits {
            min_accuracy: Some(0.5),
            max_memory_gib: Some(2.0),
            ..Limits::default()
        };
        let (asked, certain, _) = watch(limits, |i| row(i, i % 4 == 0, 100));
        assert_eq!(certain, Some(false));
        assert!(asked < 60, "{asked}");
    }

    #[test]
    fn a_good_model_passes_early_only_if_nothing_needs_the_end() {
        let accuracy = Limits {
            min_accuracy: Some(0.5),
            ..Limits::default()
        };
        let (asked, certain, seen) = watch(accuracy, |i| row(i, i % 4 != 0, 100));
        assert_eq!(certain, Some(true));
        assert_eq!(
            seen.accuracy(),
            Some(Settled {
                pass: true,
                after: asked
            })
        );
        let with_delta = Limits {
            max_delta_5: Some(0.2),
            ..accuracy
        };
        assert_eq!(watch(with_delta, |i| row(i, i % 4 != 0, 100)).1, None);
    }

    #[test]
    fn latency_is_decided_by_its_median() {
        let limits = Limits {
            max_latency_s: Some(1.0),
            ..Limits::default()
        };
        // Two of three answers are quick: the median holds, the mean (4 s) would not.
        let (asked, certain, _) = watch(limits, |i| {
            row(i, true, if i % 3 == 0 { 10_000 } else { 1000 })
        });
        assert_eq!(certain, Some(true));
        assert!(asked < 200, "{asked}");
        let slow = watch(limits, |i| row(i, true, 1001));
        assert_eq!(
            (slow.1, slow.2.latency().unwrap().pass),
            (Some(false), false)
        );
    }

    #[test]
    fn skipped_and_rotated_rows_are_not_looked_at() {
        let limits = Limits {
            min_accuracy: Some(0.5),
            ..Limits::default()
        };
        let mut watch = GateMonitor::new(&limits, 1).unwrap();
        let mut skipped = row(0, true, 1);
        skipped.answer = Outcome::Skipped;
        watch.update(&skipped).unwrap();
        let mut rotated = row(0, true, 1);
        rotated.rotation = Rotation::new(1);
        watch.update(&rotated).unwrap();
        assert_eq!(watch.certain(), None);
        watch.update(&row(0, true, 1)).unwrap();
        assert_eq!(watch.certain(), Some(true));
    }
}
