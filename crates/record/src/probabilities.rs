//! The letters' probabilities in eight bytes or more.

use core::fmt;

use edgescore_taskpack::{Letter, MAX_OPTIONS};
use heapless::Vec;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Probabilities of the letters given that the answer is one of them, and the probability mass that
/// the model put on anything else. Resolution 1/65535 (1.5e-5).
///
/// On the wire, of four letters: A, B and C as u16 little-endian (D is what they leave of 65535), then
/// `outside` as a varint. Of another number: twice 0xFFFF, which no four shares can be, then all
/// letters as a list of varints, then `outside`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probabilities {
    units: [u16; MAX_OPTIONS],
    options: u8,
    outside: u16,
}

const ONE: u16 = u16::MAX;

impl Probabilities {
    /// From the probabilities of 2 to 10 letters, which need not sum to 1 but must be finite, not
    /// negative and not all zero, and the mass outside them in 0 to 1. `None` otherwise.
    pub fn new(letters: &[f32], outside: f32) -> Option<Probabilities> {
        let sum: f64 = letters.iter().map(|p| f64::from(*p)).sum();
        let sane = letters.iter().all(|p| p.is_finite() && *p >= 0.0) && sum > 0.0;
        if !sane || !(2..=MAX_OPTIONS).contains(&letters.len()) || !(0.0..=1.0).contains(&outside) {
            return None;
        }
        // Rounding each alone could make them exceed the whole by one unit; the last one then gives
        // way. Rounded sums keep every part within one unit of its value.
        let mut units = [0; MAX_OPTIONS];
        let (mut shares, mut end) = (0.0, 0);
        for (unit, p) in units.iter_mut().zip(letters) {
            shares += f64::from(*p) / sum;
            let next = round(shares).max(end);
            (*unit, end) = (next - end, next);
        }
        // The last share ends at 1 up to a rounding error.
        let last = units.get_mut(letters.len() - 1)?;
        *last += ONE - end;
        Some(Probabilities {
            units,
            options: letters.len() as u8,
            outside: round(f64::from(outside)),
        })
    }

    /// How many letters there are.
    pub fn options(&self) -> u8 {
        self.options
    }

    /// Probabilities of the letters; they sum to 1.
    pub fn letters(&self) -> impl Iterator<Item = f64> + Clone {
        self.units()
            .iter()
            .copied()
            .map(share)
            .collect::<Vec<f64, MAX_OPTIONS>>()
            .into_iter()
    }

    /// Probabilities of the letters in units of 1/65535, as stored; they sum to 65535.
    pub fn units(&self) -> &[u16] {
        self.units.get(..usize::from(self.options)).unwrap_or(&[])
    }

    /// Probability of `letter` among them; 0 of a letter that is none of them.
    pub fn of(&self, letter: Letter) -> f64 {
        self.units().get(letter.index()).copied().map_or(0.0, share)
    }

    /// Probability mass on the letters together, among the whole vocabulary.
    pub fn inside(&self) -> f64 {
        share(ONE - self.outside)
    }

    /// Probability mass outside the letters.
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

/// Before letters that are not four.
const OTHER: [[u8; 2]; 2] = [[0xff; 2]; 2];

impl Serialize for Probabilities {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(3)?;
        match *self.units() {
            [a, b, c, _] => tuple.serialize_element(&[a, b, c].map(u16::to_le_bytes))?,
            _ => {
                let list: Vec<u16, MAX_OPTIONS> = self.units().iter().copied().collect();
                tuple.serialize_element(&(OTHER, list))?;
            }
        }
        tuple.serialize_element(&self.outside)?;
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Probabilities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Probabilities, D::Error> {
        struct Units;

        impl<'de> Visitor<'de> for Units {
            type Value = Probabilities;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("probabilities of letters")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Probabilities, A::Error> {
                let ends = || A::Error::custom("the probabilities end too early");
                let first: [[u8; 2]; 2] = parts.next_element()?.ok_or_else(ends)?;
                let mut units = [0; MAX_OPTIONS];
                let options;
                if first == OTHER {
                    let list: Vec<u16, MAX_OPTIONS> = parts.next_element()?.ok_or_else(ends)?;
                    let sum: u32 = list.iter().map(|unit| u32::from(*unit)).sum();
                    if list.len() < 2 || sum != u32::from(ONE) {
                        return Err(A::Error::custom("no probabilities of letters"));
                    }
                    options = list.len() as u8;
                    units
                        .iter_mut()
                        .zip(list)
                        .for_each(|(unit, given)| *unit = given);
                } else {
                    let [a, b] = first.map(u16::from_le_bytes);
                    let c = u16::from_le_bytes(parts.next_element()?.ok_or_else(ends)?);
                    let d = ONE.saturating_sub(a).saturating_sub(b).saturating_sub(c);
                    options = 4;
                    units
                        .iter_mut()
                        .zip([a, b, c, d])
                        .for_each(|(unit, given)| *unit = given);
                }
                Ok(Probabilities {
                    units,
                    options,
                    outside: parts.next_element()?.ok_or_else(ends)?,
                })
            }
        }

        deserializer.deserialize_tuple(4, Units)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_what_is_no_distribution() {
        assert_eq!(Probabilities::new(&[0.0; 4], 0.5), None);
        assert_eq!(Probabilities::new(&[f32::NAN, 1.0, 1.0, 1.0], 0.5), None);
        assert_eq!(
            Probabilities::new(&[f32::INFINITY, 1.0, 1.0, 1.0], 0.5),
            None
        );
        assert_eq!(Probabilities::new(&[-0.1, 1.0, 1.0, 1.0], 0.5), None);
        assert_eq!(Probabilities::new(&[1.0; 4], 1.5), None);
    }

    #[test]
    fn a_sure_answer_is_exact() {
        let sure = Probabilities::new(&[0.0, 0.0, 0.0, 1.0], 0.0).unwrap();
        assert!(sure.letters().eq([0.0, 0.0, 0.0, 1.0]));
    }

    proptest! {
        #[test]
        fn every_part_is_within_one_unit(parts in prop::collection::vec(0.0f32..1.0, 2..=10), outside in 0.0f32..=1.0) {
            let sum: f64 = parts.iter().map(|p| f64::from(*p)).sum();
            prop_assume!(sum > 1e-6);
            let packed = Probabilities::new(&parts, outside).unwrap();
            let total: f64 = packed.letters().sum();
            prop_assert!((total - 1.0).abs() < 1e-12);
            for (kept, given) in packed.letters().zip(parts.iter().copied()) {
                prop_assert!((kept - f64::from(given) / sum).abs() <= 1.0 / 65535.0 + 1e-9);
            }
            let mut buffer = [0; 64];
            let bytes = postcard::to_slice(&packed, &mut buffer).unwrap();
            if parts.len() == 4 {
                prop_assert!(bytes.len() <= 9);
            }
            prop_assert_eq!(postcard::from_bytes::<Probabilities>(bytes).unwrap(), packed);
            prop_assert!((packed.outside() - f64::from(outside)).abs() <= 0.51 / 65535.0);
        }
    }
}
