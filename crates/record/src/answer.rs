//! What was answered.

use core::fmt;

use edgescore_taskpack::{Fault, Letter};
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::CallAxes;

/// What was answered, beside what is right.
///
/// On the wire an answer to a question of four options is one byte: bits 0-1 the answer key, bits 2-3
/// [`Found`], bits 4-7 the choice: 0 the answer key; 1 + 4 * (steps - 1) + fault the letter `steps`
/// (1 to 3) behind it, with fault 0 for unknown, else 1 + [`Fault`]; 13 none, and 14 none because the
/// trace before the answer did not end; then bits 2-3 are 0. Any other is the byte 0xF0 and the answer
/// as it is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Of a question with options.
    Choice(Chosen),
    /// Of any other.
    Judged(Judged),
}

/// A letter, where one was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Options of the question.
    pub options: u8,
    /// The letter of the right option, as shown, that is after the rotation.
    pub key: Letter,
    /// The letter that the model chose, as shown, if one was found.
    pub choice: Option<Letter>,
    /// How it was found.
    pub found: Found,
    /// The fault of a wrong letter, if the pack says it.
    pub fault: Option<Fault>,
}

/// What became of an answer that is no letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// What was asked for.
    pub kind: AnswerKind,
    /// Whether it is right.
    pub standing: Standing,
    /// What is right of a call, in a conversation of the first that is not; nothing of other kinds.
    pub axes: CallAxes,
    /// Steps of a conversation that are right.
    pub right_steps: u8,
    /// Its steps.
    pub steps: u8,
}

/// What is asked for, where that is no letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerKind {
    /// A number.
    Number,
    /// A text.
    Text,
    /// A call of a function, or none.
    Tool,
    /// Calls in a conversation.
    Turns,
}

/// Whether an answer that is no letter is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// It is.
    Right,
    /// It is not.
    Wrong,
    /// None was found in the text, which counts as wrong.
    Unparsed,
    /// The trace before the answer did not end, so there is none, which counts as wrong.
    Incomplete,
}

/// How a letter was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Found {
    /// The greatest of the letters' logits (letter mode).
    Logits = 0,
    /// A JSON object's key `answer`, `choice`, `label` or `option`.
    Json = 1,
    /// The text `"answer": "X"` outside a valid JSON object.
    Pattern = 2,
    /// The first letter of an option standing alone.
    Standalone = 3,
    /// No letter was found: a parse failure, which counts as wrong.
    Nowhere = 4,
    /// The trace before the answer did not end, so there is no answer, which counts as wrong.
    Incomplete = 5,
    /// The answer is the text of one option.
    OptionText = 6,
}

impl Answer {
    /// The answer to a question of `options` options. `choice` is `None` exactly when no letter was
    /// found.
    pub fn new(options: u8, key: Letter, choice: Option<(Letter, Found)>) -> Answer {
        Answer::Choice(Chosen {
            options,
            key,
            choice: choice.map(|(letter, _)| letter),
            found: choice.map_or(Found::Nowhere, |(_, found)| found),
            fault: None,
        })
    }

    /// No answer to a question of `options` options, because the trace before it did not end.
    pub fn incomplete(options: u8, key: Letter) -> Answer {
        Answer::Choice(Chosen {
            options,
            key,
            choice: None,
            found: Found::Incomplete,
            fault: None,
        })
    }

    /// The answer with the fault of the letter chosen. The answer key has none, so there `fault` is
    /// passed over.
    pub fn with_fault(self, fault: Option<Fault>) -> Answer {
        match self {
            Answer::Choice(chosen) if chosen.choice.is_some_and(|letter| letter != chosen.key) => {
                Answer::Choice(Chosen { fault, ..chosen })
            }
            other => other,
        }
    }

    /// The letter that was asked for and given, if one was.
    pub fn chosen(self) -> Option<Chosen> {
        match self {
            Answer::Choice(chosen) => Some(chosen),
            Answer::Judged(_) => None,
        }
    }

    /// The answer key: the letter of the right option, as shown.
    pub fn key(self) -> Option<Letter> {
        Some(self.chosen()?.key)
    }

    /// The letter that the model chose, if one was found.
    pub fn choice(self) -> Option<Letter> {
        self.chosen()?.choice
    }

    /// The fault of a wrong letter, if the pack says it.
    pub fn fault(self) -> Option<Fault> {
        self.chosen()?.fault
    }

    /// Whether it is right.
    pub fn is_correct(self) -> bool {
        match self {
            Answer::Choice(chosen) => chosen.choice == Some(chosen.key),
            Answer::Judged(judged) => judged.standing == Standing::Right,
        }
    }

    /// Whether the trace before it did not end.
    pub fn is_incomplete(self) -> bool {
        match self {
            Answer::Choice(chosen) => chosen.found == Found::Incomplete,
            Answer::Judged(judged) => judged.standing == Standing::Incomplete,
        }
    }
}

/// The choice nibble of the answer key.
const KEY: u8 = 0;
/// Where no letter was found.
const NO_LETTER: u8 = 13;
/// Where the trace did not end.
const INCOMPLETE: u8 = 14;
/// The byte before an answer that is not of four options.
const OTHER: u8 = 0xf0;

/// An answer in full.
#[derive(Serialize, Deserialize)]
enum Full {
    Choice(Chosen),
    Judged(Judged),
}

impl Chosen {
    /// The answer to a question of four options in one byte.
    fn to_byte(self) -> Option<u8> {
        let key = self.key.index() as u8;
        if self.options != 4 || key > 3 {
            return None;
        }
        let (found, choice) = match (self.choice, self.found) {
            (None, Found::Incomplete) => (0, INCOMPLETE),
            (None, Found::Nowhere) => (0, NO_LETTER),
            (
                Some(letter),
                found @ (Found::Logits | Found::Json | Found::Pattern | Found::Standalone),
            ) if letter.index() < 4 => {
                let steps = (letter.index() as u8 + 4 - key) % 4;
                let fault = self.fault.map_or(0, |fault| 1 + fault as u8);
                let choice = match steps {
                    0 if self.fault.is_none() => KEY,
                    0 => return None,
                    steps => 1 + 4 * (steps - 1) + fault,
                };
                (found as u8, choice)
            }
            _ => return None,
        };
        Some(key | found << 2 | choice << 4)
    }

    fn from_byte(byte: u8) -> Chosen {
        let letter = |place: u8| Letter::from_index(usize::from(place & 3)).unwrap_or(Letter::A);
        let key = letter(byte);
        let (choice, found) = (byte >> 4, byte >> 2 & 3);
        let fault = match choice {
            KEY | NO_LETTER.. => None,
            choice => match (choice - 1) % 4 {
                0 => None,
                1 => Some(Fault::Myopic),
                2 => Some(Fault::AverageCase),
                _ => Some(Fault::PolicyBlind),
            },
        };
        Chosen {
            options: 4,
            key,
            choice: match choice {
                KEY => Some(key),
                choice if choice < NO_LETTER => Some(letter(byte + 1 + (choice - 1) / 4)),
                _ => None,
            },
            found: match (choice, found) {
                (INCOMPLETE, _) => Found::Incomplete,
                (NO_LETTER.., _) => Found::Nowhere,
                (_, 0) => Found::Logits,
                (_, 1) => Found::Json,
                (_, 2) => Found::Pattern,
                _ => Found::Standalone,
            },
            fault,
        }
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let full = match *self {
            Answer::Choice(chosen) => match chosen.to_byte() {
                Some(byte) => {
                    let mut tuple = serializer.serialize_tuple(1)?;
                    tuple.serialize_element(&byte)?;
                    return tuple.end();
                }
                None => Full::Choice(chosen),
            },
            Answer::Judged(judged) => Full::Judged(judged),
        };
        let mut tuple = serializer.serialize_tuple(2)?;
        tuple.serialize_element(&OTHER)?;
        tuple.serialize_element(&full)?;
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Answer, D::Error> {
        struct Bytes;

        impl<'de> Visitor<'de> for Bytes {
            type Value = Answer;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an answer")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut bytes: A) -> Result<Answer, A::Error> {
                let ends = || A::Error::custom("the answer ends too early");
                let byte: u8 = bytes.next_element()?.ok_or_else(ends)?;
                if byte != OTHER {
                    return Ok(Answer::Choice(Chosen::from_byte(byte)));
                }
                Ok(match bytes.next_element()?.ok_or_else(ends)? {
                    Full::Choice(chosen) => {
                        let letters = Letter::of(chosen.options);
                        let known = |letter| letters.contains(&letter);
                        if !known(chosen.key) || chosen.choice.is_some_and(|letter| !known(letter))
                        {
                            return Err(A::Error::custom("the answer names no option"));
                        }
                        Answer::Choice(chosen)
                    }
                    Full::Judged(judged) => Answer::Judged(judged),
                })
            }
        }

        deserializer.deserialize_tuple(2, Bytes)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn survives(answer: Answer) -> usize {
        let mut buffer = [0; 32];
        let bytes = postcard::to_slice(&answer, &mut buffer).unwrap();
        let (read, rest) = postcard::take_from_bytes::<Answer>(bytes).unwrap();
        assert_eq!((read, rest), (answer, &[][..]));
        bytes.len()
    }

    #[test]
    fn every_answer_survives_its_bytes() {
        let found = [
            Found::Logits,
            Found::Json,
            Found::Pattern,
            Found::Standalone,
        ];
        for options in 2..=10 {
            let bytes = |answer: Answer| match options {
                4 => assert_eq!(survives(answer), 1, "{answer:?}"),
                _ => assert!(survives(answer) <= 9, "{answer:?}"),
            };
            for key in Letter::of(options) {
                bytes(Answer::new(options, *key, None));
                bytes(Answer::incomplete(options, *key));
                for choice in Letter::of(options) {
                    for found in found {
                        let answer = Answer::new(options, *key, Some((*choice, found)));
                        assert_eq!(answer.is_correct(), key == choice);
                        bytes(answer);
                        for fault in Fault::ALL {
                            let answer = answer.with_fault(Some(fault));
                            assert_eq!(answer.fault(), (key != choice).then_some(fault));
                            bytes(answer);
                        }
                    }
                }
            }
        }
        for standing in [
            Standing::Right,
            Standing::Wrong,
            Standing::Unparsed,
            Standing::Incomplete,
        ] {
            let answer = Answer::Judged(Judged {
                kind: AnswerKind::Turns,
                standing,
                axes: CallAxes::default(),
                right_steps: 2,
                steps: 3,
            });
            assert_eq!(answer.is_correct(), standing == Standing::Right);
            survives(answer);
        }
    }

    #[test]
    fn any_byte_but_the_mark_is_some_answer() {
        for byte in 0..=u8::MAX {
            let read = postcard::take_from_bytes::<Answer>(core::slice::from_ref(&byte));
            let Ok((answer, _)) = read else {
                assert_eq!(byte, OTHER);
                continue;
            };
            let chosen = answer.chosen().unwrap();
            let none = [Found::Nowhere, Found::Incomplete].contains(&chosen.found);
            assert_eq!(chosen.choice.is_none(), none);
            assert!(chosen.fault.is_none() || !answer.is_correct());
        }
    }

    #[test]
    fn a_letter_that_is_no_option_is_refused() {
        // Three options, key D.
        for bytes in [[OTHER, 0, 3, 3, 0, 0, 0], [OTHER, 0, 3, 2, 1, 9, 0]] {
            assert!(postcard::take_from_bytes::<Answer>(&bytes).is_err());
        }
    }
}
