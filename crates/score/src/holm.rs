//! Holm's correction for several comparisons.

/// A p-value outside 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a p-value: it must lie between 0 and 1")]
pub struct InvalidPValue(pub f64);

/// Adjusted p-values in the order given: reject where the adjusted value is at most the
/// family's level, and the chance of any false rejection stays at that level (Holm,
/// Scandinavian Journal of Statistics 6, 1979).
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, InvalidPValue> {
    if let Some(&bad) = p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(InvalidPValue(bad));
    }
    let mut sorted: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));

    let mut largest: f64 = 0.0;
    for (rank, (_, p)) in sorted.iter_mut().enumerate() {
        let hypotheses_left = (p_values.len() - rank) as f64;
        largest = largest.max((*p * hypotheses_left).min(1.0));
        *p = largest;
    }
    sorted.sort_unstable_by_key(|&(index, _)| index);
    Ok(sorted.into_iter().map(|(_, p)| p).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(got: &[f64], want: &[f64]) {
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
    }

    /// R: p.adjust(c(...), "holm").
    #[test]
    fn agrees_with_r() {
        let got = holm(&[0.01, 0.02, 0.03, 0.04, 0.05]).unwrap();
        close(&got, &[0.05, 0.08, 0.09, 0.09, 0.09]);
        let got = holm(&[0.04, 0.001, 0.6, 0.03]).unwrap();
        close(&got, &[0.09, 0.004, 0.6, 0.09]);
        assert!(holm(&[]).unwrap().is_empty());
    }

    #[test]
    fn only_p_values() {
        assert!(holm(&[0.5, f64::NAN]).is_err());
        assert_eq!(holm(&[1.5]), Err(InvalidPValue(1.5)));
    }

    proptest! {
        #[test]
        fn between_plain_and_bonferroni_in_the_same_order(
            p in prop::collection::vec(0.0..=1.0f64, 1..20),
        ) {
            let adjusted = holm(&p).unwrap();
            for (i, (&raw, &now)) in p.iter().zip(&adjusted).enumerate() {
                prop_assert!(raw <= now && now <= (raw * p.len() as f64).min(1.0) + 1e-12);
                for (&other, &other_now) in p.iter().zip(&adjusted).skip(i) {
                    let in_order = if raw <= other { now <= other_now } else { now >= other_now };
                    prop_assert!(in_order, "{} {}", raw, other);
                }
            }
            let reversed: Vec<f64> = p.iter().rev().copied().collect();
            let mut again = holm(&reversed).unwrap();
            again.reverse();
            prop_assert_eq!(adjusted, again);
        }
    }
}
