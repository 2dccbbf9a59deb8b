//! Energy up to a moment, and from one to the next.

use crate::{Microjoules, Microseconds};

/// Energy in 1e-12 J: microwatts times microseconds, so sums are exact. 64 bits would be full
/// after 18 MJ, which is five hours at 1 kW; 128 hold the greatest power times all time.
pub(super) type Picojoules = u128;

/// Energy up to a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The moment.
    pub at: Microseconds,
    /// Energy since the integral's first sample.
    pub(super) energy_pj: Picojoules,
}

impl Point {
    /// What passed from this moment to a `later` one.
    pub fn until(self, later: Point) -> Work {
        let microjoules = later.energy_pj.saturating_sub(self.energy_pj) / 1_000_000;
        Work {
            time: Microseconds(later.at.0.saturating_sub(self.at.0)),
            energy: Microjoules(u64::try_from(microjoules).unwrap_or(u64::MAX)),
        }
    }
}

/// A piece of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// How long it takes.
    pub time: Microseconds,
    /// What it uses, the idle board's share included.
    pub energy: Microjoules,
}
