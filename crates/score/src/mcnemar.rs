//! McNemar's test for two models on the same questions.

use serde::{Deserialize, Serialize};

/// Questions that exactly one of the two models got right. The others say nothing about
/// which model is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discordance {
    /// Only the first model was right.
    pub only_first: u32,
    /// Only the second model was right.
    pub only_second: u32,
}

/// Two-sided p-values against "both models are equally good".
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct McNemar {
    /// Exact conditional (binomial) test: never above its level, and conservative.
    pub exact: f64,
    /// Mid-p version: the exact value less the probability of what was seen. Recommended by
    /// Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13:91, 2013.
    pub mid_p: f64,
}

/// McNemar's test. Without discordant questions both p-values are 1 (the mid-p formula's own
/// value there, 1/2, would read as evidence where there is none).
pub fn mcnemar(discordance: Discordance) -> McNemar {
    let Discordance {
        only_first,
        only_second,
    } = discordance;
    let total = u64::from(only_first) + u64::from(only_second);
    if total == 0 {
        return McNemar {
            exact: 1.0,
            mid_p: 1.0,
        };
    }
    let fewer = only_first.min(only_second);
    let seen = binomial_half(total, fewer);
    if only_first == only_second {
        return McNemar {
            exact: 1.0,
            mid_p: 1.0 - seen / 2.0,
        };
    }
    // P(X <= fewer) from the top down: each term is the last times k / (total - k + 1).
    let mut term = seen;
    let mut tail = seen;
    for k in (1..=u64::from(fewer)).rev() {
        term *= k as f64 / (total - k + 1) as f64;
        tail += term;
    }
    let exact = (2.0 * tail).min(1.0);
    McNemar {
        exact,
        mid_p: (2.0 * tail - seen).min(1.0),
    }
}

/// P(X = k) for X binomial with `total` trials and probability 1/2, in logarithms because
/// 2^-total underflows beyond 1,074 trials.
fn binomial_half(total: u64, k: u32) -> f64 {
    let ln_choose: f64 = (1..=u64::from(k))
        .map(|i| ((total - u64::from(k) + i) as f64 / i as f64).ln())
        .sum();
    (ln_choose - total as f64 * core::f64::consts::LN_2).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn test(only_first: u32, only_second: u32) -> McNemar {
        mcnemar(Discordance {
            only_first,
            only_second,
        })
    }

    /// The two worked examples of Fagerland et al. 2013: airway hyper-responsiveness with 1
    /// and 7 discordant pairs, complete response with 6 and 16.
    #[test]
    fn fagerland_2013() {
        let airway = test(1, 7);
        assert!((airway.exact - 0.0703).abs() < 5e-5, "{airway:?}");
        assert!((airway.mid_p - 0.0391).abs() < 5e-5, "{airway:?}");
        let response = test(6, 16);
        assert!((response.exact - 0.0525).abs() < 5e-5, "{response:?}");
        assert!((response.mid_p - 0.0347).abs() < 5e-5, "{response:?}");
    }

    /// Approval of the prime minister, Agresti, Categorical Data Analysis, table 10.1: 150
    /// and 86 of 1,600 changed their mind; exact p = 3.716e-5 (R package exact2x2).
    #[test]
    fn agresti_approval_ratings() {
        let approval = test(150, 86);
        assert!((approval.exact - 3.716e-5).abs() < 5e-9, "{approval:?}");
    }

    #[test]
    fn ties_and_nothing() {
        assert_eq!(
            test(0, 0),
            McNemar {
                exact: 1.0,
                mid_p: 1.0
            }
        );
        // C(6,3)/64 = 20/64; mid-p = 1 - 10/64.
        assert_eq!(test(3, 3).exact, 1.0);
        assert!((test(3, 3).mid_p - 54.0 / 64.0).abs() < 1e-12);
    }

    #[test]
    fn thousands_of_discordant_pairs() {
        // 2^-3722 is below the smallest f64. The normal approximation gives 0.0318 with the
        // continuity correction, which stands for the exact test, and 0.0305 without.
        let large = test(1795, 1927);
        assert!((large.exact - 0.0318).abs() < 1e-4, "{large:?}");
        assert!((large.mid_p - 0.0305).abs() < 1e-4, "{large:?}");
    }

    proptest! {
        #[test]
        fn bounded_symmetric_and_monotone(a in 0u32..300, b in 0u32..300) {
            let here = test(a, b);
            prop_assert_eq!(here, test(b, a));
            prop_assert!(0.0 < here.mid_p && here.mid_p <= here.exact && here.exact <= 1.0);
            // Moving a question to the worse model's side is weaker evidence.
            if a > b + 1 {
                prop_assert!(test(a - 1, b + 1).exact >= here.exact);
            }
        }

        #[test]
        fn exact_is_the_binomial_sum(a in 0u32..30, b in 0u32..30) {
            prop_assume!(a != b);
            let total = a + b;
            let choose = |k: u32| (1..=k).fold(1.0, |c, i| c * f64::from(total - k + i) / f64::from(i));
            let tail: f64 = (0..=a.min(b)).map(choose).sum::<f64>() / 2f64.powi(total as i32);
            prop_assert!((test(a, b).exact - (2.0 * tail).min(1.0)).abs() < 1e-10);
        }
    }
}
