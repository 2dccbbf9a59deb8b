//! Decimal numbers as boards and people write them, without floating point.

/// Digits with an optional fraction (`4`, `10.87674000`), times 10^`places`, rounded half up.
/// No sign, no exponent; `None` for anything else and for what does not fit.
pub(crate) fn decimal(text: &str, places: u32) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    times(whole, fraction, 10u64.checked_pow(places)?)
}

/// The number `whole`.`fraction` times `factor`, rounded half up.
pub(crate) fn times(whole: &str, fraction: &str, factor: u64) -> Option<u64> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    // 18 digits fit in 64 bits, and their product with a factor in 128.
    let fraction = fraction.get(..18).unwrap_or(fraction);
    let one = 10u128.pow(fraction.len() as u32);
    let part = u128::from(fraction.parse::<u64>().ok()?) * u128::from(factor);
    let value = u128::from(whole.parse::<u64>().ok()?) * u128::from(factor);
    u64::try_from(value + (part + one / 2) / one).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::format;

    #[test]
    fn scales_and_rounds() {
        assert_eq!(decimal("10.87674000", 6), Some(10_876_740));
        assert_eq!(decimal("4", 6), Some(4_000_000));
        assert_eq!(decimal("0.0000005", 6), Some(1));
        assert_eq!(decimal("0.00000049", 6), Some(0));
    }

    #[test]
    fn anything_else_is_none() {
        for odd in [
            "", ".", "1.", ".5", "-1", "+1", "1e3", "1.2.3", "nan", " 1", "1 ",
        ] {
            assert_eq!(decimal(odd, 6), None, "{odd:?}");
        }
        assert_eq!(decimal("18446744073709551615", 1), None);
    }

    proptest! {
        #[test]
        fn reads_back_what_was_written(value in 0u64..1_000_000_000_000) {
            let text = format!("{}.{:06}", value / 1_000_000, value % 1_000_000);
            prop_assert_eq!(decimal(&text, 6), Some(value));
        }
    }
}
