//! Student's t.

use crate::proportion::Z95;

/// The 97.5 % point of Student's t with `freedom` degrees of freedom, at least 4, to 0.3 %
/// (Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, 26.7.5).
pub(super) fn t95(freedom: u64) -> f64 {
    let (x, n) = (Z95, freedom as f64);
    let g1 = (x.powi(3) + x) / 4.0;
    let g2 = (5.0 * x.powi(5) + 16.0 * x.powi(3) + 3.0 * x) / 96.0;
    let g3 = (3.0 * x.powi(7) + 19.0 * x.powi(5) + 17.0 * x.powi(3) - 15.0 * x) / 384.0;
    x + g1 / n + g2 / n.powi(2) + g3 / n.powi(3)
}

#[cfg(test)]
mod tests {
    use super::t95;

    /// Fisher and Yates, Statistical Tables, table III.
    #[test]
    fn as_in_the_tables() {
        for (freedom, expected) in [
            (4, 2.776),
            (5, 2.571),
            (9, 2.262),
            (29, 2.045),
            (120, 1.980),
        ] {
            let got = t95(freedom);
            assert!((got / expected - 1.0).abs() < 0.003, "{freedom}: {got}");
        }
    }
}
