//! Numbers of a page.

/// Two decimals: a hundredth of a percent of a page's width is below a pixel.
pub fn places(value: f64) -> f64 {
    (100.0 * value).round() / 100.0
}
