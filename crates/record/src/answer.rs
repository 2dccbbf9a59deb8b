//! What was asked and what was answered, in one byte or two each.

use edgescore_taskpack::{Letter, Rotation};
use serde::{Deserialize, Serialize};

/// Which question was asked in which order of its options: question * 4 + rotation, so that
/// the 3,722 questions of 6G-Bench fit the two bytes of a 14-bit varint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ask(u32);

impl Ask {
    /// Question `question` (position in the pack, below 2^30) at `rotation`.
    pub const fn new(question: u32, rotation: Rotation) -> Ask {
        Ask((question << 2) | rotation.steps() as u32)
    }

    /// Position of the question in the pack.
    pub const fn question(self) -> u32 {
        self.0 >> 2
    }

    /// The order in which its options were shown.
    pub const fn rotation(self) -> Rotation {
        Rotation::new((self.0 & 3) as u8)
    }
}

/// The letter a model gave, the letter that was right (both as shown, that is after the
/// rotation), and how the letter was found. On the wire one byte: bits 0-1 the right letter,
/// bits 2-4 the given letter or 4 for none, bits 5-7 [`Found`].
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer(u8);

/// How the letter was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Found {
    /// The greatest of the four letters' logits (letter mode).
    Logits = 0,
    /// A JSON object's key `answer`, `choice`, `label` or `option`.
    Json = 1,
    /// The text `"answer": "X"` outside a valid JSON object.
    Pattern = 2,
    /// The first A, B, C or D standing alone.
    Standalone = 3,
    /// No letter was found: a parse failure, which counts as wrong.
    Nowhere = 4,
}

impl Answer {
    const NO_LETTER: u8 = 4;

    /// An answer. `given` is `None` exactly when `found` is [`Found::Nowhere`].
    pub const fn new(right: Letter, given: Option<(Letter, Found)>) -> Answer {
        let (letter, found) = match given {
            Some((letter, found)) => (letter.index() as u8, found),
            None => (Answer::NO_LETTER, Found::Nowhere),
        };
        Answer(right.index() as u8 | letter << 2 | (found as u8) << 5)
    }

    /// The letter that was right.
    pub const fn right(self) -> Letter {
        match self.0 & 3 {
            0 => Letter::A,
            1 => Letter::B,
            2 => Letter::C,
            _ => Letter::D,
        }
    }

    /// The letter the model gave, if one was found.
    pub const fn given(self) -> Option<Letter> {
        Letter::from_index((self.0 >> 2 & 7) as usize)
    }

    /// How the letter was found.
    pub const fn found(self) -> Found {
        match self.0 >> 5 {
            0 => Found::Logits,
            1 => Found::Json,
            2 => Found::Pattern,
            3 => Found::Standalone,
            _ => Found::Nowhere,
        }
    }

    /// Whether the given letter is the right one.
    pub fn is_correct(self) -> bool {
        self.given() == Some(self.right())
    }
}

impl core::fmt::Debug for Answer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Answer")
            .field("right", &self.right())
            .field("given", &self.given())
            .field("found", &self.found())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_survives_its_byte() {
        for right in Letter::ALL {
            assert_eq!(Answer::new(right, None).right(), right);
            assert_eq!(Answer::new(right, None).given(), None);
            assert_eq!(Answer::new(right, None).found(), Found::Nowhere);
            for given in Letter::ALL {
                for found in [
                    Found::Logits,
                    Found::Json,
                    Found::Pattern,
                    Found::Standalone,
                ] {
                    let answer = Answer::new(right, Some((given, found)));
                    assert_eq!(answer.right(), right);
                    assert_eq!(answer.given(), Some(given));
                    assert_eq!(answer.found(), found);
                    assert_eq!(answer.is_correct(), right == given);
                }
            }
        }
    }

    #[test]
    fn a_question_and_its_rotation_survive_their_number() {
        for question in [0, 1, 3721, (1 << 30) - 1] {
            for rotation in Rotation::ALL {
                let ask = Ask::new(question, rotation);
                assert_eq!((ask.question(), ask.rotation()), (question, rotation));
            }
        }
    }
}
