//! The running sum of energy over samples.

use super::point::{Picojoules, Point};
use super::sample::{Measure, Sample};
use super::window::Edge;
use crate::{Microseconds, Reading, Reason};

/// Sums the energy of samples as they come.
///
/// A sample that is missing is bridged: the trapezoid spans the neighbours. Time so bridged
/// counts as lost, and [`Window`](super::Window) refuses a power figure with more than 0.1 % of it.
#[derive(Clone, Copy, Debug)]
pub struct Integral {
    period: Microseconds,
    last: Option<(Microseconds, Measure)>,
    state: Reading<()>,
    energy_pj: Picojoules,
    samples: u64,
    failed: u64,
    lost: Microseconds,
    largest_gap: Microseconds,
}

impl Integral {
    /// An integral over samples that should come every `period`.
    pub const fn new(period: Microseconds) -> Integral {
        Integral {
            period,
            last: None,
            state: Reading::Missing(Reason::Off),
            energy_pj: 0,
            samples: 0,
            failed: 0,
            lost: Microseconds(0),
            largest_gap: Microseconds(0),
        }
    }

    /// Takes a sample. The new point, or the reason why the sum does not reach it.
    pub fn push(&mut self, sample: Sample) -> Reading<Point> {
        let point = self.add(sample);
        self.state = point.map(drop);
        match point {
            Reading::Value(_) => self.samples += 1,
            Reading::Missing(_) => self.failed += 1,
        }
        point
    }

    /// Takes a sample that was read at the edge of a window.
    pub fn edge(&mut self, sample: Sample) -> Edge {
        let point = self.push(sample);
        Edge {
            point,
            at: sample.at,
            lost: self.lost,
            samples: self.samples,
            counter: matches!(self.last, Some((_, Measure::Energy(_)))),
        }
    }

    /// Whether the newest sample was a value.
    pub fn state(&self) -> Reading<()> {
        self.state
    }

    /// Samples that were values.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Samples that were missing or out of order.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Time that was bridged because samples were late or missing.
    pub fn lost(&self) -> Microseconds {
        self.lost
    }

    /// Longest time between two values.
    pub fn largest_gap(&self) -> Microseconds {
        self.largest_gap
    }

    fn add(&mut self, sample: Sample) -> Reading<Point> {
        let measure = match sample.reading {
            Reading::Value(measure) => measure,
            Reading::Missing(reason) => return Reading::Missing(reason),
        };
        if let Some((at, before)) = self.last {
            // The clock went back: nothing can be said about the time between.
            let Some(elapsed) = sample.at.0.checked_sub(at.0) else {
                return Reading::Missing(Reason::Error);
            };
            self.energy_pj += match (before, measure) {
                // Halved before they are added: the sum of two full products has 129 bits.
                (Measure::Power(before), Measure::Power(after)) => {
                    let half = |power: u64| u128::from(power) * u128::from(elapsed) / 2;
                    half(before.0) + half(after.0)
                }
                (Measure::Energy(before), Measure::Energy(after)) if after >= before => {
                    u128::from(after.0 - before.0) * 1_000_000
                }
                _ => return Reading::Missing(Reason::Error),
            };
            self.count_gap(elapsed);
        }
        self.last = Some((sample.at, measure));
        Reading::Value(Point {
            at: sample.at,
            energy_pj: self.energy_pj,
        })
    }

    /// A sample that is late by more than half a period is a lost one: the rest of the
    /// interval was measured by nobody.
    fn count_gap(&mut self, elapsed: u64) {
        if elapsed > self.period.0.saturating_add(self.period.0 / 2) {
            self.lost.0 = self.lost.0.saturating_add(elapsed - self.period.0);
        }
        self.largest_gap = self.largest_gap.max(Microseconds(elapsed));
    }
}
