//! Energy counters that wrap, stop or jump.

use crate::{Microjoules, Microseconds, Reading, Reason};

/// No board or package that this program runs on draws more than 1 kW (1000 µJ/µs), so a
/// larger step is a counter that was reset, not energy.
const MAX_POWER_W: u64 = 1000;

/// Counters are updated in steps; this much of the greatest power may arrive at once.
const SLACK: Microseconds = Microseconds(1_000_000);

/// Turns a hardware counter that wraps into one that does not.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    range: Microjoules,
    stale_after: Microseconds,
    last: Option<(Microseconds, u64)>,
    changed: Microseconds,
    total: u64,
    broken: bool,
}

impl Counter {
    /// A counter that runs from 0 to `range` and starts again (`max_energy_range_uj` of
    /// powercap), and that is out of order when it stands still for `stale_after`.
    pub const fn new(range: Microjoules, stale_after: Microseconds) -> Counter {
        Counter {
            range,
            stale_after,
            last: None,
            changed: Microseconds(0),
            total: 0,
            broken: false,
        }
    }

    /// Energy since the first reading. Once the counter was reset, the energy before it is
    /// lost and every further reading is [`Reason::Error`].
    pub fn advance(&mut self, at: Microseconds, raw: u64) -> Reading<Microjoules> {
        if raw > self.range.0 {
            return Reading::Missing(Reason::Error);
        }
        let Some((before_at, before)) = self.last else {
            self.last = Some((at, raw));
            self.changed = at;
            return Reading::Value(Microjoules(0));
        };
        let Some(elapsed) = at.0.checked_sub(before_at.0) else {
            return Reading::Missing(Reason::Error);
        };
        // After a wrap: what was left of the range, and what has been counted since.
        let step = match raw >= before {
            true => raw - before,
            false => self.range.0 - before + raw,
        };
        let most = elapsed.saturating_add(SLACK.0).saturating_mul(MAX_POWER_W);
        let total = self.total.checked_add(step).filter(|_| step <= most);
        let Some(total) = total.filter(|_| !self.broken) else {
            self.broken = true;
            return Reading::Missing(Reason::Error);
        };
        if step > 0 {
            self.changed = at;
        }
        self.last = Some((at, raw));
        self.total = total;
        if at.0.saturating_sub(self.changed.0) >= self.stale_after.0 {
            return Reading::Missing(Reason::Stale);
        }
        Reading::Value(Microjoules(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    const STALE: Microseconds = Microseconds(500_000);

    #[test]
    fn a_wrap_is_counted() {
        // 262143.328850 J: the range of an Intel package (2^32 steps of 61 µJ).
        let mut counter = Counter::new(Microjoules(262_143_328_850), STALE);
        let at = |ms: u64| Microseconds(ms * 1000);
        counter.advance(at(0), 262_143_000_000);
        let after = counter.advance(at(100), 1_000_000);
        assert_eq!(after, Reading::Value(Microjoules(328_850 + 1_000_000)));
    }

    #[test]
    fn a_reset_is_no_wrap() {
        let mut counter = Counter::new(Microjoules(262_143_328_850), STALE);
        counter.advance(Microseconds(0), 5_000_000_000);
        // 257 kJ in 0.1 s would be 2.5 MW.
        let error = Reading::Missing(Reason::Error);
        assert_eq!(counter.advance(Microseconds(100_000), 0), error);
        assert_eq!(counter.advance(Microseconds(200_000), 100), error);
    }

    #[test]
    fn a_counter_that_stands_still_is_stale() {
        let mut counter = Counter::new(Microjoules(1 << 40), STALE);
        counter.advance(Microseconds(0), 7);
        let soon = counter.advance(Microseconds(499_999), 7);
        assert_eq!(soon, Reading::Value(Microjoules(0)));
        let late = counter.advance(Microseconds(500_000), 7);
        assert_eq!(late, Reading::Missing(Reason::Stale));
        let moved = counter.advance(Microseconds(600_000), 8);
        assert_eq!(moved, Reading::Value(Microjoules(1)));
    }

    #[test]
    fn a_value_beyond_the_range_and_a_clock_that_goes_back_are_errors() {
        let mut counter = Counter::new(Microjoules(1000), STALE);
        let error = Reading::Missing(Reason::Error);
        assert_eq!(counter.advance(Microseconds(10), 1001), error);
        counter.advance(Microseconds(10), 5);
        assert_eq!(counter.advance(Microseconds(9), 6), error);
        let next = counter.advance(Microseconds(11), 6);
        assert_eq!(next, Reading::Value(Microjoules(1)));
    }

    proptest! {
        /// A reading is stale exactly when the counter has not moved for the time given.
        #[test]
        fn stale_means_not_moved(moves in prop::collection::vec(any::<bool>(), 1..100)) {
            let mut counter = Counter::new(Microjoules(1 << 40), STALE);
            counter.advance(Microseconds(0), 0);
            let (mut raw, mut still) = (0, 0);
            for (i, moved) in (1..).zip(moves) {
                raw += u64::from(moved);
                still = if moved { 0 } else { still + 1 };
                let expected = match still {
                    0..5 => Reading::Value(Microjoules(raw)),
                    _ => Reading::Missing(Reason::Stale),
                };
                prop_assert_eq!(counter.advance(Microseconds(i * 100_000), raw), expected);
            }
        }

        /// Whatever the counter's range and start, the sum of its steps comes out, however
        /// often it wraps.
        #[test]
        fn energy_survives_wraps(
            range in 20_000_000u64..400_000_000,
            start in 0u64..20_000_000,
            steps in prop::collection::vec(1u64..10_000_000, 1..200),
        ) {
            let mut counter = Counter::new(Microjoules(range), STALE);
            counter.advance(Microseconds(0), start);
            let mut raw = start;
            let mut readings = Vec::new();
            for (i, step) in (1..).zip(&steps) {
                // A real counter of range R takes the values 0..=R-1 after R joules.
                raw = (raw + step) % range;
                readings.push(counter.advance(Microseconds(i * 100_000), raw));
            }
            let sum: u64 = steps.iter().sum();
            prop_assert_eq!(readings.last(), Some(&Reading::Value(Microjoules(sum))));
        }
    }
}
