//! Counts of right answers, and Wilson's interval.

use serde::{Deserialize, Serialize};

use crate::{Reading, Reason};

/// Accuracy of a uniform guess among four options.
pub const CHANCE: f64 = 0.25;

/// The 97.5 % point of the standard normal distribution: two-sided 95 %.
pub(crate) const Z95: f64 = 1.959_963_984_540_054;

/// A closed interval at 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Half the distance between the ends.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// A value with its 95 % interval, or the reason why there is no interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The point estimate.
    pub value: f64,
    /// Its interval.
    pub interval: Reading<Interval>,
}

impl Estimate {
    /// Where the interval lies against the accuracy of a guess, `chance`. Without an interval nothing
    /// has been shown, which is [`AgainstChance::AtChance`].
    pub fn against(&self, chance: f64) -> AgainstChance {
        match self.interval {
            Reading::Value(interval) if interval.low > chance => AgainstChance::Above,
            Reading::Value(interval) if interval.high < chance => AgainstChance::Below,
            _ => AgainstChance::AtChance,
        }
    }
}

/// Successes among at least one trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Proportion {
    successes: u32,
    trials: u32,
}

/// Where an accuracy's interval lies against that of a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgainstChance {
    /// The whole interval is above chance.
    Above,
    /// The interval contains chance.
    AtChance,
    /// The whole interval is below chance.
    Below,
}

impl Proportion {
    /// `successes` of `trials`; missing when there are no trials or fewer than successes.
    pub fn new(successes: u32, trials: u32) -> Reading<Proportion> {
        if trials == 0 {
            Reading::Missing(Reason::NoRows)
        } else if successes > trials {
            Reading::Missing(Reason::Invalid)
        } else {
            Reading::Value(Proportion { successes, trials })
        }
    }

    /// How many succeeded.
    pub fn successes(self) -> u32 {
        self.successes
    }

    /// Of how many.
    pub fn trials(self) -> u32 {
        self.trials
    }

    /// The share, 0 to 1.
    pub fn value(self) -> f64 {
        f64::from(self.successes) / f64::from(self.trials)
    }

    /// The 95 % score interval without continuity correction (Wilson, "Probable inference,
    /// the law of succession, and statistical inference", JASA 22, 1927).
    pub fn wilson(self) -> Interval {
        let n = f64::from(self.trials);
        let p = self.value();
        let z2 = Z95 * Z95;
        let centre = p + z2 / (2.0 * n);
        let spread = Z95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z2 / n;
        Interval {
            // At the ends the formula gives 0 and 1 up to rounding; the rounding is cut off.
            low: if self.successes == 0 {
                0.0
            } else {
                (centre - spread) / scale
            },
            high: if self.successes == self.trials {
                1.0
            } else {
                (centre + spread) / scale
            },
        }
    }

    /// The share with its Wilson interval.
    pub fn estimate(self) -> Estimate {
        Estimate {
            value: self.value(),
            interval: Reading::Value(self.wilson()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wilson(successes: u32, trials: u32) -> Interval {
        Proportion::new(successes, trials).value().unwrap().wilson()
    }

    /// Table I of Newcombe, "Two-sided confidence intervals for the single proportion",
    /// Statistics in Medicine 17, 1998, method 3 (score without continuity correction).
    #[test]
    fn newcombe_1998_table_1() {
        for (successes, trials, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let got = wilson(successes, trials);
            assert!(
                (got.low - low).abs() < 5e-5,
                "{successes}/{trials}: {got:?}"
            );
            assert!(
                (got.high - high).abs() < 5e-5,
                "{successes}/{trials}: {got:?}"
            );
        }
    }

    #[test]
    fn thirty_questions_cannot_rank_models() {
        // Half right: 33-67 % of 30, 44-56 % of 300, 48.4-51.6 % of 3,722.
        for (trials, low, high, within) in [
            (30, 0.33, 0.67, 5e-3),
            (300, 0.44, 0.56, 5e-3),
            (3722, 0.484, 0.516, 5e-4),
        ] {
            let got = wilson(trials / 2, trials);
            assert!((got.low - low).abs() < within, "{got:?}");
            assert!((got.high - high).abs() < within, "{got:?}");
        }
    }

    #[test]
    fn no_trials_is_a_reason() {
        assert_eq!(Proportion::new(0, 0), Reading::Missing(Reason::NoRows));
        assert_eq!(Proportion::new(2, 1), Reading::Missing(Reason::Invalid));
    }

    proptest! {
        #[test]
        fn wilson_is_bounded_symmetric_and_monotone(trials in 1u32..5000, share in 0.0..=1.0f64) {
            let successes = (share * f64::from(trials)) as u32;
            let p = f64::from(successes) / f64::from(trials);
            let here = wilson(successes, trials);
            prop_assert!(0.0 <= here.low && here.low <= p && p <= here.high && here.high <= 1.0);

            let mirrored = wilson(trials - successes, trials);
            prop_assert!((here.low - (1.0 - mirrored.high)).abs() < 1e-12);

            if successes < trials {
                let next = wilson(successes + 1, trials);
                prop_assert!(next.low > here.low && next.high > here.high);
            }
            let ten_times = wilson(successes * 10, trials * 10);
            prop_assert!(ten_times.half_width() < here.half_width());
        }
    }
}
