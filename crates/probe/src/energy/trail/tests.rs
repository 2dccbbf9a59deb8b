use super::super::{Integral, Measure, Sample};
use super::*;
use crate::Reading;
use proptest::prelude::*;

const SECOND: Microseconds = Microseconds(1_000_000);

/// A trail and what feeds it.
struct Fed {
    integral: Integral,
    trail: Trail,
}

impl Fed {
    fn new() -> Fed {
        Fed {
            integral: Integral::new(Microseconds(100_000)),
            trail: Trail::new(SECOND),
        }
    }

    fn power(&mut self, at_us: u64, microwatts: u64) {
        let point = self.integral.push(Sample {
            at: Microseconds(at_us),
            reading: Reading::Value(Measure::Power(Microwatts(microwatts))),
        });
        if let Reading::Value(point) = point {
            self.trail.push(point);
        }
    }
}

#[test]
fn a_steady_board_has_its_power_as_mean_and_worst() {
    let mut fed = Fed::new();
    for tick in 0..=15 {
        fed.power(tick * 100_000, 4_000_000);
    }
    assert_eq!(fed.trail.mean(), Some((Microwatts(4_000_000), SECOND)));
    assert_eq!(fed.trail.worst(), Some(Microwatts(4_000_000)));
    assert_eq!(fed.trail.over(), Microseconds(0));
}

#[test]
fn a_time_shorter_than_a_window_is_judged_as_one() {
    let mut fed = Fed::new();
    fed.trail.restart(Some(Microwatts(3_900_000)));
    fed.power(0, 3_000_000);
    assert_eq!(fed.trail.mean(), None);
    fed.power(400_000, 5_000_000);
    let mean = Some((Microwatts(4_000_000), Microseconds(400_000)));
    assert_eq!(fed.trail.mean(), mean);
    assert_eq!(fed.trail.worst(), Some(Microwatts(4_000_000)));
    assert_eq!(fed.trail.over(), Microseconds(400_000));
    // The first whole window takes its place.
    fed.power(1_400_000, 1_000_000);
    assert_eq!(fed.trail.worst(), Some(Microwatts(3_000_000)));
    assert_eq!(fed.trail.over(), Microseconds(0));
}

#[test]
fn a_burst_is_the_worst_window_and_counts_as_time_over() {
    let mut fed = Fed::new();
    fed.trail.restart(Some(Microwatts(4_000_000)));
    // 3 W, and 8 W from 2 s to 3 s. The ramps are one sample wide.
    for tick in 0..=60 {
        let power = if (20..30).contains(&tick) {
            8_000_000
        } else {
            3_000_000
        };
        fed.power(tick * 100_000, power);
    }
    // The best placed second holds 0.9 s at 8 W and two half ramps of 0.05 s at 5.5 W.
    assert_eq!(fed.trail.worst(), Some(Microwatts(7_750_000)));
    // Each window that holds more than 0.2 s of burst is over 4 W: ends from 2.2 s to 3.7 s.
    assert_eq!(fed.trail.over(), Microseconds(1_600_000));
}

#[test]
fn restart_forgets() {
    let mut fed = Fed::new();
    for tick in 0..=20 {
        fed.power(tick * 100_000, 9_000_000);
    }
    fed.trail.restart(None);
    assert_eq!((fed.trail.mean(), fed.trail.worst()), (None, None));
}

proptest! {
    /// Worst window and time over, against the sums done the slow way.
    #[test]
    fn the_worst_window_is_found(powers in prop::collection::vec(0u64..9_000_000, 12..120)) {
        const LIMIT: u64 = 4_500_000;
        let mut fed = Fed::new();
        fed.trail.restart(Some(Microwatts(LIMIT)));
        for (tick, power) in (0..).zip(&powers) {
            fed.power(tick * 100_000, *power);
        }
        // Trapezoids of a whole window: both ends count half. In 1/2 µW.
        let twice_mean = |w: &[u64]| (2 * w.iter().sum::<u64>() - w[0] - w[10]) / 10;
        let worst = powers.windows(11).map(twice_mean).max().unwrap() / 2;
        let found = fed.trail.worst().unwrap().0;
        prop_assert!(found.abs_diff(worst) <= 1, "{found} {worst}");
        let over = powers.windows(11).filter(|w| twice_mean(w) / 2 > LIMIT).count() as u64;
        let found = fed.trail.over().0 / 100_000;
        prop_assert!(found.abs_diff(over) <= 1, "{found} {over}");
    }

    /// Thousands of edges a second neither overflow the trail nor bend its mean.
    #[test]
    fn edges_may_crowd(gaps in prop::collection::vec(1u64..2_000, 3000..6000)) {
        let mut fed = Fed::new();
        let mut at = 0;
        for gap in gaps {
            at += gap;
            fed.power(at, 4_000_000);
            if let Some((mean, _)) = fed.trail.mean() {
                prop_assert!(mean.0.abs_diff(4_000_000) <= 1, "{mean:?}");
            }
        }
        prop_assert!(fed.trail.points.len() < 300);
    }
}
