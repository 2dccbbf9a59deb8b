//! Latency percentiles that are refused when there are too few queries.

use serde::Serialize;

use crate::{Reading, Reason, Run};

/// Confidence of the early-stopping bound, as in MLPerf LoadGen.
const CONFIDENCE: f64 = 0.99;

/// One percentile of the latencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Percentile {
    /// Nearest rank: the smallest latency that at least this share of the queries met.
    pub value_us: u32,
    /// 99 % upper bound on the true percentile: LoadGen's early-stopping estimate.
    pub bound_us: u32,
}

/// Time an answer, over the counted headline rows that were timed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latency {
    /// Timed answers.
    pub timed: u64,
    /// Counted answers without a time.
    pub untimed: u64,
    /// Median in microseconds; the mean of the middle two when the count is even.
    pub median_us: Reading<f64>,
    /// 90th percentile; needs 64 queries.
    pub p90: Reading<Percentile>,
    /// 99th percentile; needs 662 queries.
    pub p99: Reading<Percentile>,
}

impl Latency {
    /// Over the counted headline rows of `run`.
    pub fn of(run: &Run) -> Latency {
        let mut untimed = 0;
        let mut times: Vec<u32> = Vec::new();
        for row in run.counted() {
            match row.latency_us {
                Some(time) => times.push(time.get()),
                None => untimed += 1,
            }
        }
        times.sort_unstable();
        Latency {
            timed: times.len() as u64,
            untimed,
            median_us: median(&times),
            p90: percentile(&times, 0.90),
            p99: percentile(&times, 0.99),
        }
    }

    /// No latency, for `reason`, over the same rows.
    pub fn missing(self, reason: Reason) -> Latency {
        Latency {
            median_us: Reading::Missing(reason),
            p90: Reading::Missing(reason),
            p99: Reading::Missing(reason),
            ..self
        }
    }
}

fn median(sorted: &[u32]) -> Reading<f64> {
    let upper = sorted.len() / 2;
    let lower = sorted.len().saturating_sub(1) / 2;
    match (sorted.get(lower), sorted.get(upper)) {
        (Some(&a), Some(&b)) => Reading::Value((f64::from(a) + f64::from(b)) / 2.0),
        _ => Reading::Missing(Reason::NoRows),
    }
}

fn percentile(sorted: &[u32], share: f64) -> Reading<Percentile> {
    let count = sorted.len() as u64;
    let Some(over) = queries_over(count, share) else {
        return Reading::Missing(Reason::Insufficient {
            have: count,
            need: queries_needed(share),
        });
    };
    let rank = (share * count as f64).ceil() as usize;
    let at = |index: Option<usize>| index.and_then(|index| sorted.get(index));
    match (
        at(rank.checked_sub(1)),
        at(sorted.len().checked_sub(over as usize)),
    ) {
        (Some(&value_us), Some(&bound_us)) => Reading::Value(Percentile { value_us, bound_us }),
        _ => Reading::Missing(Reason::NoRows),
    }
}

/// MLPerf LoadGen's early-stopping rule: the largest t of at least 1 such that, were the
/// true share of queries over the percentile 1 - `share`, seeing at most t of `count` over
/// it would have a probability of at most 1 %. The t-th largest latency then bounds the
/// percentile. `None` when not even t = 1 will do.
fn queries_over(count: u64, share: f64) -> Option<u64> {
    let n = count as f64;
    // In logarithms, because share^count underflows beyond 7,000 queries at 0.9.
    let mut ln_term = n * share.ln();
    let mut tail = ln_term.exp();
    let mut over = 0;
    while over < count {
        let k = over as f64;
        ln_term += ((n - k) / (k + 1.0)).ln() + ((1.0 - share) / share).ln();
        tail += ln_term.exp();
        if tail > 1.0 - CONFIDENCE {
            break;
        }
        over += 1;
    }
    (over >= 1).then_some(over)
}

/// The fewest queries at which [`queries_over`] has an answer.
fn queries_needed(share: f64) -> u64 {
    // Below ln(0.01)/ln(share) not even zero over-latency queries would be proof.
    let mut count = ((1.0 - CONFIDENCE).ln() / share.ln()).ceil() as u64;
    while queries_over(count, share).is_none() {
        count += 1;
    }
    count
}

/// Tokens a second, from total tokens and total time, not the mean of rates.
///
/// Missing without tokens; invalid when tokens took no time.
pub fn tokens_per_second(tokens: u64, time_us: u64) -> Reading<f64> {
    if tokens == 0 {
        Reading::Missing(Reason::NoRows)
    } else if time_us == 0 {
        Reading::Missing(Reason::Invalid)
    } else {
        Reading::Value(tokens as f64 * 1e6 / time_us as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgescore_taskpack::SplitMix64;
    use proptest::prelude::*;

    /// What LoadGen prints: 64 queries for p90 and 662 for p99, and the queries it "would
    /// discard" (t - 1) in published MLPerf single-stream logs of 2,048, 2,116 and 2,145
    /// queries: 172, 178 and 181.
    #[test]
    fn agrees_with_loadgen() {
        assert_eq!(queries_needed(0.90), 64);
        assert_eq!(queries_needed(0.99), 662);
        assert_eq!(queries_over(63, 0.90), None);
        assert_eq!(queries_over(64, 0.90), Some(1));
        for (count, discarded) in [(2048, 172), (2116, 178), (2145, 181)] {
            assert_eq!(queries_over(count, 0.90), Some(discarded + 1));
        }
    }

    #[test]
    fn too_few_queries_say_how_many_are_needed() {
        let times: Vec<u32> = (1..=63).collect();
        assert_eq!(
            percentile(&times, 0.90),
            Reading::Missing(Reason::Insufficient { have: 63, need: 64 })
        );
        assert_eq!(
            percentile(&times, 0.99),
            Reading::Missing(Reason::Insufficient {
                have: 63,
                need: 662
            })
        );
        let times: Vec<u32> = (1..=64).collect();
        // Rank ceil(57.6) = 58, and the largest as the bound.
        assert_eq!(
            percentile(&times, 0.90),
            Reading::Value(Percentile {
                value_us: 58,
                bound_us: 64
            })
        );
    }

    #[test]
    fn median_of_even_odd_and_none() {
        assert_eq!(median(&[1, 5, 9]), Reading::Value(5.0));
        assert_eq!(median(&[1, 5, 6, 9]), Reading::Value(5.5));
        assert_eq!(median(&[]), Reading::Missing(Reason::NoRows));
    }

    #[test]
    fn the_bound_holds_in_99_percent_of_runs() {
        let mut random = SplitMix64::new(3);
        let too_low = (0..2000)
            .filter(|_| {
                let mut times: Vec<u32> =
                    (0..300).map(|_| random.below(1_000_000) as u32).collect();
                times.sort_unstable();
                percentile(&times, 0.90).value().unwrap().bound_us < 900_000
            })
            .count();
        // The expectation is at most 20 of 2,000; 37 is four standard deviations more.
        assert!(too_low <= 37, "{too_low} of 2000");
    }

    #[test]
    fn rates_come_from_totals() {
        assert_eq!(tokens_per_second(50, 2_000_000), Reading::Value(25.0));
        assert_eq!(tokens_per_second(0, 0), Reading::Missing(Reason::NoRows));
        assert_eq!(tokens_per_second(5, 0), Reading::Missing(Reason::Invalid));
    }

    proptest! {
        #[test]
        fn ordered_and_scaled(mut times in prop::collection::vec(1u32..1_000_000, 662..1500)) {
            times.sort_unstable();
            let middle = median(&times).value().unwrap();
            let p90 = percentile(&times, 0.90).value().unwrap();
            let p99 = percentile(&times, 0.99).value().unwrap();
            prop_assert!(middle <= f64::from(p90.value_us));
            prop_assert!(p90.value_us <= p90.bound_us && p90.value_us <= p99.value_us);
            prop_assert!(p99.value_us <= p99.bound_us);

            let doubled: Vec<u32> = times.iter().map(|t| t * 2).collect();
            prop_assert_eq!(percentile(&doubled, 0.90).value().unwrap().bound_us, p90.bound_us * 2);
            prop_assert_eq!(median(&doubled).value().unwrap(), middle * 2.0);
        }
    }
}
