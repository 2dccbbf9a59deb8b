//! Interval of a weighted sum of independent proportions.

use crate::{Interval, Proportion};

/// One term of the sum: weight times share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// The weight; may be negative.
    pub weight: f64,
    /// The proportion, independent of the other terms'.
    pub proportion: Proportion,
}

/// 95 % interval of the sum of weight times share.
///
/// The distances from each share to its Wilson ends are combined as standard errors would
/// be (Zou, Huang and Zhang, Computational Statistics and Data Analysis 53, 2009; for the
/// difference of two it is Newcombe's method 10, Statistics in Medicine 17, 1998, 873-890).
/// Unlike the sum of binomial variances it does not shrink to nothing when a task is all
/// right or all wrong, and for one term of weight 1 it is Wilson's interval.
pub fn linear_interval(terms: &[Term]) -> Interval {
    let (mut value, mut below, mut above) = (0.0, 0.0, 0.0);
    for term in terms {
        let share = term.proportion.value();
        let wilson = term.proportion.wilson();
        let down = term.weight * (share - wilson.low);
        let up = term.weight * (wilson.high - share);
        value += term.weight * share;
        if term.weight >= 0.0 {
            below += down * down;
            above += up * up;
        } else {
            below += up * up;
            above += down * down;
        }
    }
    Interval {
        low: value - below.sqrt(),
        high: value + above.sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn term(weight: f64, successes: u32, trials: u32) -> Term {
        Term {
            weight,
            proportion: Proportion::new(successes, trials).value().unwrap(),
        }
    }

    /// Table II of Newcombe, "Interval estimation for the difference between independent
    /// proportions", Statistics in Medicine 17, 1998, method 10.
    #[test]
    fn newcombe_1998_differences() {
        for (a, b, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((10, 10), (0, 20), 0.6791, 1.0),
        ] {
            let got = linear_interval(&[term(1.0, a.0, a.1), term(-1.0, b.0, b.1)]);
            assert!((got.low - low).abs() < 5e-5, "{a:?} {b:?}: {got:?}");
            assert!((got.high - high).abs() < 5e-5, "{a:?} {b:?}: {got:?}");
        }
    }

    proptest! {
        #[test]
        fn one_term_is_wilson_and_a_mean_stays_in_bounds(
            counts in prop::collection::vec((0u32..=50, 50u32..100), 1..12),
        ) {
            let (successes, trials) = counts[0];
            let single = term(1.0, successes, trials);
            let got = linear_interval(&[single]);
            let wilson = single.proportion.wilson();
            prop_assert!((got.low - wilson.low).abs() < 1e-12);
            prop_assert!((got.high - wilson.high).abs() < 1e-12);

            let weight = 1.0 / counts.len() as f64;
            let terms: Vec<_> = counts.iter().map(|&(s, n)| term(weight, s, n)).collect();
            let mean: f64 = terms.iter().map(|t| t.weight * t.proportion.value()).sum();
            let interval = linear_interval(&terms);
            prop_assert!(interval.low > -1e-12 && interval.high < 1.0 + 1e-12);
            prop_assert!(interval.contains(mean));

            let mut reversed = terms.clone();
            reversed.reverse();
            let again = linear_interval(&reversed);
            prop_assert!((again.low - interval.low).abs() < 1e-12);
        }
    }
}
