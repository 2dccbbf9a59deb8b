//! Energy and mean power between two edges.

use super::point::{Picojoules, Point};
use crate::{Microjoules, Microseconds, Microwatts, Reading, Reason};

/// Largest share of a window that may be bridged: 0.1 %, the drop threshold of EnergyRunner
/// (MLPerf Tiny).
const LOST_PER_MILLE: u128 = 1;

/// The state of an [`Integral`](super::Integral) at one end of a window. Two of them make a
/// [`Window`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Energy up to this edge; a reason when the sample at the edge is missing, because the
    /// energy up to an earlier sample is not the energy up to here.
    pub(super) point: Reading<Point>,
    /// When the edge was.
    pub at: Microseconds,
    pub(super) lost: Microseconds,
    pub(super) samples: u64,
    pub(super) counter: bool,
}

impl Edge {
    /// Energy up to here, or why it is not known.
    pub fn point(&self) -> Reading<Point> {
        self.point
    }

    /// Whether the source counts energy, so that even the shortest window is exact.
    pub fn is_counted(&self) -> bool {
        self.counter
    }

    /// The window from this edge to a `later` one.
    pub fn until(self, later: Edge) -> Window {
        Window {
            from: self,
            to: later,
        }
    }
}

/// The time between two edges and what was measured in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub(super) from: Edge,
    pub(super) to: Edge,
}

impl Window {
    /// Its length.
    pub fn length(&self) -> Microseconds {
        Microseconds(self.to.at.0.saturating_sub(self.from.at.0))
    }

    /// Values that were read in it, its last edge included.
    pub fn samples(&self) -> u64 {
        self.to.samples.saturating_sub(self.from.samples)
    }

    /// Time in it that was bridged because samples were late or missing.
    pub fn lost(&self) -> Microseconds {
        Microseconds(self.to.lost.0.saturating_sub(self.from.lost.0))
    }

    /// Gross energy. A reason when the sample at an edge is missing, when more than 0.1 % of
    /// the window was bridged ([`Reason::Gaps`]; not for counters, which lose nothing between
    /// two readings), or when a counter did not move ([`Reason::Stale`]).
    pub fn gross(&self) -> Reading<Microjoules> {
        self.gross_pj().and_then(microjoules)
    }

    /// Mean power, missing where [`Window::gross`] is, and in a window without length.
    pub fn mean(&self) -> Reading<Microwatts> {
        let length = u128::from(self.length().0);
        self.gross_pj().and_then(|energy| {
            let mean = energy.saturating_add(length / 2).checked_div(length);
            Reading::parsed(
                mean.and_then(|mean| u64::try_from(mean).ok())
                    .map(Microwatts),
            )
        })
    }

    fn gross_pj(&self) -> Reading<Picojoules> {
        let length = u128::from(self.length().0);
        self.bridged_pj().and_then(|energy| {
            if self.to.counter && energy == 0 && length > 0 {
                return Reading::Missing(Reason::Stale);
            }
            let too_many = u128::from(self.lost().0) * 1000 > length * LOST_PER_MILLE;
            match too_many && !self.to.counter {
                true => Reading::Missing(Reason::Gaps),
                false => Reading::Value(energy),
            }
        })
    }

    /// Energy with gaps bridged, however large they are.
    fn bridged_pj(&self) -> Reading<Picojoules> {
        match (self.from.point, self.to.point) {
            (Reading::Value(from), Reading::Value(to)) => {
                match to.energy_pj.checked_sub(from.energy_pj) {
                    Some(energy) if to.at >= from.at => Reading::Value(energy),
                    _ => Reading::Missing(Reason::Error),
                }
            }
            (Reading::Missing(reason), _) | (_, Reading::Missing(reason)) => {
                Reading::Missing(reason)
            }
        }
    }
}

/// Rounded to the nearest microjoule.
fn microjoules(energy: Picojoules) -> Reading<Microjoules> {
    let rounded = u64::try_from(energy.saturating_add(500_000) / 1_000_000);
    Reading::parsed(rounded.ok().map(Microjoules))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
