//! How far apart rows come that accompany a run of any length.

/// Rows before their distance doubles.
const ROWS: u32 = 128;

/// Rows a second apart at first; the distance doubles after every 128 of them, so an hour has some
/// 600 and a day 1,200.
#[derive(Default)]
pub struct Spacing {
    rows: u32,
}

impl Spacing {
    /// Whether the next row is due `elapsed_us` microseconds after the one before it.
    pub fn is_due(&self, elapsed_us: u64) -> bool {
        elapsed_us >= 1_000_000u64 << (self.rows / ROWS).min(40)
    }

    /// A row was made.
    pub fn count(&mut self) {
        self.rows = self.rows.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_has_few_rows() {
        let rows = |length_s: u64| {
            let (mut spacing, mut last) = (Spacing::default(), 0);
            for now in 0..length_s {
                if spacing.is_due((now - last) * 1_000_000) {
                    spacing.count();
                    last = now;
                }
            }
            spacing.rows
        };
        assert_eq!([60, 3600, 86_400].map(rows), [59, 616, 1192]);
    }
}
