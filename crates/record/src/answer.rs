//! What was asked and what was answered, in one byte or two each.

use edgescore_taskpack::{Fault, Letter, Rotation};
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

/// The letter that the model chose, the answer key (both as shown, that is after the
/// rotation), how the letter was found, and the fault that a wrong one stands for, where the
/// pack says. On the wire one byte: bits 0-1 the answer key, bits 2-3 [`Found`], bits 4-7 the
/// choice: 0 the answer key; 1 + 4 * (steps - 1) + fault the letter `steps` (1 to 3) behind
/// it, with fault 0 for unknown, else 1 + [`Fault`]; 13 none, and 14 none
/// because the trace before the answer did not end; then bits 2-3 are 0.
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
    /// The trace before the answer did not end, so there is no answer, which counts as wrong.
    Incomplete = 5,
}

impl Answer {
    const KEY: u8 = 0;
    const NO_LETTER: u8 = 13;
    const INCOMPLETE: u8 = 14;

    /// An answer. `choice` is `None` exactly when `found` is [`Found::Nowhere`].
    pub const fn new(key: Letter, choice: Option<(Letter, Found)>) -> Answer {
        let key = key.index() as u8;
        match choice {
            None | Some((_, Found::Nowhere | Found::Incomplete)) => {
                Answer(key | Answer::NO_LETTER << 4)
            }
            Some((letter, found)) => {
                let steps = (letter.index() as u8 + 4 - key) % 4;
                let choice = match steps {
                    0 => Answer::KEY,
                    steps => 1 + 4 * (steps - 1),
                };
                Answer(key | (found as u8) << 2 | choice << 4)
            }
        }
    }

    /// No answer, because the trace before it did not end.
    pub const fn incomplete(key: Letter) -> Answer {
        Answer(key.index() as u8 | Answer::INCOMPLETE << 4)
    }

    /// The answer with the fault of the letter chosen. The answer key has none, so there
    /// `fault` is passed over.
    pub const fn with_fault(self, fault: Option<Fault>) -> Answer {
        let choice = self.0 >> 4;
        if choice == Answer::KEY || choice >= Answer::NO_LETTER {
            return self;
        }
        let fault = match fault {
            None => 0,
            Some(fault) => 1 + fault as u8,
        };
        let choice = choice - (choice - 1) % 4 + fault;
        Answer(self.0 & 0x0f | choice << 4)
    }

    /// The answer key: the letter of the right option, as shown.
    pub const fn key(self) -> Letter {
        letter(self.0)
    }

    /// The letter that the model chose, if one was found.
    pub const fn choice(self) -> Option<Letter> {
        match self.0 >> 4 {
            Answer::KEY => Some(self.key()),
            choice if choice < Answer::NO_LETTER => Some(letter(self.0 + 1 + (choice - 1) / 4)),
            _ => None,
        }
    }

    /// The fault of a wrong letter, if the pack says it.
    pub const fn fault(self) -> Option<Fault> {
        match self.0 >> 4 {
            Answer::KEY | Answer::NO_LETTER.. => None,
            choice => match (choice - 1) % 4 {
                0 => None,
                1 => Some(Fault::Myopic),
                2 => Some(Fault::AverageCase),
                _ => Some(Fault::PolicyBlind),
            },
        }
    }

    /// How the letter was found.
    pub const fn found(self) -> Found {
        match (self.0 >> 4, self.0 >> 2 & 3) {
            (Answer::INCOMPLETE, _) => Found::Incomplete,
            (Answer::NO_LETTER.., _) => Found::Nowhere,
            (_, 0) => Found::Logits,
            (_, 1) => Found::Json,
            (_, 2) => Found::Pattern,
            _ => Found::Standalone,
        }
    }

    /// Whether the model chose the answer key.
    pub fn is_correct(self) -> bool {
        self.choice() == Some(self.key())
    }
}

/// The letter at `index` modulo 4.
const fn letter(index: u8) -> Letter {
    match index & 3 {
        0 => Letter::A,
        1 => Letter::B,
        2 => Letter::C,
        _ => Letter::D,
    }
}

impl core::fmt::Debug for Answer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Answer")
            .field("key", &self.key())
            .field("choice", &self.choice())
            .field("found", &self.found())
            .field("fault", &self.fault())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_survives_its_byte() {
        for key in Letter::ALL {
            assert_eq!(Answer::new(key, None).key(), key);
            assert_eq!(Answer::new(key, None).choice(), None);
            assert_eq!(Answer::new(key, None).found(), Found::Nowhere);
            let incomplete = Answer::incomplete(key);
            assert_eq!((incomplete.key(), incomplete.choice()), (key, None));
            assert_eq!(incomplete.found(), Found::Incomplete);
            for choice in Letter::ALL {
                for found in [
                    Found::Logits,
                    Found::Json,
                    Found::Pattern,
                    Found::Standalone,
                ] {
                    let answer = Answer::new(key, Some((choice, found)));
                    assert_eq!(answer.key(), key);
                    assert_eq!(answer.choice(), Some(choice));
                    assert_eq!(answer.found(), found);
                    assert_eq!(answer.is_correct(), key == choice);
                    assert_eq!(answer.fault(), None);
                    for fault in Fault::ALL {
                        let answer = answer.with_fault(Some(fault));
                        let known = (key != choice).then_some(fault);
                        assert_eq!(answer.fault(), known);
                        assert_eq!((answer.key(), answer.choice()), (key, Some(choice)));
                        assert_eq!(answer.found(), found);
                        assert_eq!(answer.with_fault(None).fault(), None);
                    }
                }
            }
        }
    }

    #[test]
    fn any_byte_is_some_answer() {
        for byte in 0..=u8::MAX {
            let answer = Answer(byte);
            let none = [Found::Nowhere, Found::Incomplete].contains(&answer.found());
            assert_eq!(answer.choice().is_none(), none);
            assert!(answer.fault().is_none() || !answer.is_correct());
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
