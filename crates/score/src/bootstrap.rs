//! Seeded percentile bootstrap of a mean.

use edgescore_taskpack::SplitMix64;

use crate::{Estimate, Interval, Reading, Reason};

/// How to resample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// The same seed gives the same interval.
    pub seed: u64,
    /// Number of resamples; at least 40, so that 2.5 % of them is one.
    pub replicates: u32,
}

impl Default for Bootstrap {
    /// 10,000 resamples: the ends then differ by about 1 % of the width from seed to seed.
    fn default() -> Bootstrap {
        Bootstrap {
            seed: 0x6_6ED6_5C0E,
            replicates: 10_000,
        }
    }
}

/// The mean of `values` with its 95 % percentile interval (Efron, Annals of Statistics 7,
/// 1979). For two models on the same questions, pass the per-question differences: that is
/// the paired bootstrap.
///
/// Missing without values, or with a value that is not finite; the interval is missing with
/// fewer than 40 replicates.
pub fn bootstrap_mean(values: &[f64], how: Bootstrap) -> Reading<Estimate> {
    if values.is_empty() {
        return Reading::Missing(Reason::NoRows);
    }
    if values.iter().any(|value| !value.is_finite()) {
        return Reading::Missing(Reason::Invalid);
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    Reading::Value(Estimate {
        value: mean,
        interval: percentile_interval(values, how),
    })
}

fn percentile_interval(values: &[f64], how: Bootstrap) -> Reading<Interval> {
    let mut random = SplitMix64::new(how.seed);
    let count = values.len() as u64;
    let mut means: Vec<f64> = (0..how.replicates)
        .map(|_| {
            let sum: f64 = (0..count)
                .filter_map(|_| values.get(random.below(count) as usize))
                .sum();
            sum / count as f64
        })
        .collect();
    means.sort_unstable_by(f64::total_cmp);
    let cut = means.len() / 40;
    match (cut.checked_sub(1), means.len().checked_sub(cut)) {
        (Some(low), Some(high)) => match (means.get(low), means.get(high)) {
            (Some(&low), Some(&high)) => Reading::Value(Interval { low, high }),
            _ => Reading::Missing(Reason::Invalid),
        },
        _ => Reading::Missing(Reason::Insufficient {
            have: u64::from(how.replicates),
            need: 40,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn interval(values: &[f64], seed: u64) -> Interval {
        let how = Bootstrap {
            seed,
            replicates: 2000,
        };
        bootstrap_mean(values, how)
            .value()
            .and_then(|estimate| estimate.interval.value())
            .unwrap()
    }

    #[test]
    fn agrees_with_the_binomial() {
        // 400 yes-or-no values at 0.3: the normal interval is 0.3 +- 0.0449.
        let values: Vec<f64> = (0..400).map(|i| f64::from(u8::from(i % 10 < 3))).collect();
        let got = interval(&values, 7);
        assert!((got.low - 0.2551).abs() < 0.006, "{got:?}");
        assert!((got.high - 0.3449).abs() < 0.006, "{got:?}");
    }

    #[test]
    fn too_few_replicates_or_no_values_are_reasons() {
        let how = Bootstrap {
            seed: 1,
            replicates: 39,
        };
        assert_eq!(
            bootstrap_mean(&[1.0, 0.0], how).value().unwrap().interval,
            Reading::Missing(Reason::Insufficient { have: 39, need: 40 })
        );
        assert_eq!(bootstrap_mean(&[], how), Reading::Missing(Reason::NoRows));
        assert_eq!(
            bootstrap_mean(&[f64::NAN], how),
            Reading::Missing(Reason::Invalid)
        );
    }

    proptest! {
        #[test]
        fn deterministic_bounded_and_mirrored(
            values in prop::collection::vec(-1.0..1.0f64, 1..50),
            seed: u64,
        ) {
            let here = interval(&values, seed);
            prop_assert_eq!(here, interval(&values, seed));
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(least - 1e-9 <= here.low && here.low <= here.high && here.high <= most + 1e-9);

            // The other model's advantage is the mirror image.
            let negated: Vec<f64> = values.iter().map(|v| -v).collect();
            let mirrored = interval(&negated, seed);
            prop_assert!((here.low + mirrored.high).abs() < 1e-9);
            prop_assert!((here.high + mirrored.low).abs() < 1e-9);
        }
    }
}
