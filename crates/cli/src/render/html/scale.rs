//! Numbers of a page.

/// Two decimals: a hundredth of a percent of a page's width is below a pixel.
pub fn places(value: f64) -> f64 {
    (100.0 * value).round() / 100.0
}

/// Distance of the lines across: 1, 2 or 5 times a power of ten, so that there are three to seven
/// of them.
pub fn step(top: f64) -> f64 {
    let decade = 10f64.powf((top / 2.0).log10().floor());
    let fits = |factor: &&f64| top / (**factor * decade) >= 2.0;
    let factor = [5.0, 2.0].iter().find(fits).unwrap_or(&1.0);
    factor * decade
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn lines_across_are_at_round_numbers() {
        for (top, expected) in [
            (4.4, 2.0),
            (3.9, 1.0),
            (8.25, 2.0),
            (10.0, 5.0),
            (0.4, 0.2),
            (25.0, 10.0),
        ] {
            let found = step(top);
            assert!((found - expected).abs() < 1e-9, "{top}: {found}");
            assert!((2.0..=6.0).contains(&(top / found)), "{top}: {found}");
        }
    }
}
