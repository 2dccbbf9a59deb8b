//! The four letters' probabilities in eight bytes.

use edgescore_taskpack::Letter;
use serde::{Deserialize, Serialize};

/// Probabilities of A to D given that the answer is one of them, and the probability mass
/// that the model put on anything else. Resolution 1/65535 (1.5e-5). On the wire: A, B and C
/// as u16 little-endian (D is what they leave of 65535), then `outside` as a varint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probabilities {
    abc: [[u8; 2]; 3],
    outside: u16,
}

const ONE: u16 = u16::MAX;

impl Probabilities {
    /// From the four letters' probabilities, which need not sum to 1 but must be finite, not
    /// negative and not all zero, and the mass outside them in 0 to 1. `None` otherwise.
    pub fn new(letters: [f32; 4], outside: f32) -> Option<Probabilities> {
        let sum: f64 = letters.iter().map(|p| f64::from(*p)).sum();
        let sane = letters.iter().all(|p| p.is_finite() && *p >= 0.0) && sum > 0.0;
        if !sane || !(0.0..=1.0).contains(&outside) {
            return None;
        }
        // Rounding each alone could make the three exceed the whole by one unit; the last
        // one then gives way. Rounded sums keep every part within one unit of its value.
        let [a, b, c, _] = letters.map(|p| f64::from(p) / sum);
        let a_end = round(a);
        let b_end = round(a + b).max(a_end);
        let c_end = round(a + b + c).max(b_end);
        Some(Probabilities {
            abc: [a_end, b_end - a_end, c_end - b_end].map(u16::to_le_bytes),
            outside: round(f64::from(outside)),
        })
    }

    /// Probabilities of A to D; they sum to 1.
    pub fn letters(&self) -> [f64; 4] {
        self.letter_units().map(share)
    }

    /// Probabilities of A to D in units of 1/65535, as stored; they sum to 65535.
    pub fn letter_units(&self) -> [u16; 4] {
        let [a, b, c] = self.abc.map(u16::from_le_bytes);
        let d = ONE.saturating_sub(a).saturating_sub(b).saturating_sub(c);
        [a, b, c, d]
    }

    /// Probability of `letter` among the four.
    pub fn of(&self, letter: Letter) -> f64 {
        let [a, b, c, d] = self.letters();
        match letter {
            Letter::A => a,
            Letter::B => b,
            Letter::C => c,
            Letter::D => d,
        }
    }

    /// Probability mass on the four letters together, among the whole vocabulary.
    pub fn inside(&self) -> f64 {
        share(ONE - self.outside)
    }

    /// Probability mass outside the four letters.
    pub fn outside(&self) -> f64 {
        share(self.outside)
    }
}

fn round(p: f64) -> u16 {
    // `as` saturates, and p is in 0 to 1 up to a rounding error.
    (p * f64::from(ONE) + 0.5) as u16
}

fn share(units: u16) -> f64 {
    f64::from(units) / f64::from(ONE)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_what_is_no_distribution() {
        assert_eq!(Probabilities::new([0.0; 4], 0.5), None);
        assert_eq!(Probabilities::new([f32::NAN, 1.0, 1.0, 1.0], 0.5), None);
        assert_eq!(
            Probabilities::new([f32::INFINITY, 1.0, 1.0, 1.0], 0.5),
            None
        );
        assert_eq!(Probabilities::new([-0.1, 1.0, 1.0, 1.0], 0.5), None);
        assert_eq!(Probabilities::new([1.0; 4], 1.5), None);
    }

    #[test]
    fn a_sure_answer_is_exact() {
        let sure = Probabilities::new([0.0, 0.0, 0.0, 1.0], 0.0).unwrap();
        assert_eq!(sure.letters(), [0.0, 0.0, 0.0, 1.0]);
    }

    proptest! {
        #[test]
        fn every_part_is_within_one_unit(parts in prop::array::uniform4(0.0f32..1.0), outside in 0.0f32..=1.0) {
            let sum: f64 = parts.iter().map(|p| f64::from(*p)).sum();
            prop_assume!(sum > 1e-6);
            let packed = Probabilities::new(parts, outside).unwrap();
            let total: f64 = packed.letters().iter().sum();
            prop_assert!((total - 1.0).abs() < 1e-12);
            for (kept, given) in packed.letters().iter().zip(parts) {
                prop_assert!((kept - f64::from(given) / sum).abs() <= 1.0 / 65535.0 + 1e-9);
            }
            prop_assert!((packed.outside() - f64::from(outside)).abs() <= 0.51 / 65535.0);
        }
    }
}
