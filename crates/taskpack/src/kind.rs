//! What a question asks for, and what is right.

use heapless::Vec;
use serde::{Deserialize, Serialize};

use crate::letter::MAX_OPTIONS;
use crate::{Fault, Letter, Rotation};

/// Texts of an answer that are right, at most.
pub const MAX_ACCEPTED: usize = 16;
/// Functions that a question offers, at most.
pub const MAX_FUNCTIONS: usize = 32;
/// Steps of a conversation, at most.
pub const MAX_STEPS: usize = 8;

/// What a question asks for, and what is right.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and a board that reads packs allocates nothing"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'a> {
    /// The letter of one of several options.
    Choice(Choice<'a>),
    /// A number.
    Number(Number<'a>),
    /// A short text.
    Text(Wording<'a>),
    /// A call of one of several functions, or of none.
    Tool(ToolUse<'a>),
    /// A conversation in which functions are called one after the other.
    Turns(Turns<'a>),
}

/// The options of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    /// The correct option.
    pub key: Letter,
    /// Options A, B and so on, 2 to 10.
    pub options: Vec<Opt<'a>, MAX_OPTIONS>,
}

/// An option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opt<'a> {
    /// What it says.
    pub text: &'a str,
    /// What is wrong with it, where it is wrong and that is known.
    pub fault: Option<Fault>,
}

impl<'a> Choice<'a> {
    /// How many options there are.
    pub fn count(&self) -> u8 {
        self.options.len() as u8
    }

    /// The letters under which a model sees them.
    pub fn letters(&self) -> &'static [Letter] {
        Letter::of(self.count())
    }

    /// The letter of the correct option at `rotation`.
    pub fn shown_key(&self, rotation: Rotation) -> Letter {
        rotation.shown(self.key, self.count())
    }

    /// The text of the option shown under `letter` at `rotation`; empty of a letter that the question
    /// does not have.
    pub fn option(&self, letter: Letter, rotation: Rotation) -> &'a str {
        self.at(letter, rotation).map_or("", |option| option.text)
    }

    /// The fault of the option shown under `letter` at `rotation`.
    pub fn fault(&self, letter: Letter, rotation: Rotation) -> Option<Fault> {
        self.at(letter, rotation)?.fault
    }

    fn at(&self, letter: Letter, rotation: Rotation) -> Option<&Opt<'a>> {
        let place = rotation.original(letter, self.count()).index();
        self.options.get(place)
    }
}

/// A number that is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number<'a> {
    /// The right one, in `unit`.
    pub value: f64,
    /// How far an answer may be from it.
    pub tolerance: Tolerance,
    /// The unit in which it is asked for; may be empty.
    pub unit: &'a str,
}

/// How far a number may be from the right one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Tolerance {
    /// By this much.
    Absolute(f64),
    /// By this share of the right one.
    Relative(f64),
}

/// A text that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording<'a> {
    /// When an answer is one of those.
    pub matching: Matching,
    /// Those that are right.
    pub accepted: Vec<&'a str, MAX_ACCEPTED>,
}

/// When two texts are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Matching {
    /// Every character is, white space around the text aside.
    Exact,
    /// Without regard to case, to white space, and to punctuation around the text.
    Normalised,
    /// The accepted text is a pattern of the whole answer: `*` any characters, `?` one, `#` a digit,
    /// `[a-f]` one of these, `\` takes the next as it is. Case counts.
    Pattern,
}

/// Functions that may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolUse<'a> {
    /// Each as JSON: `name`, `description`, and `parameters`, a JSON Schema.
    pub functions: Vec<&'a str, MAX_FUNCTIONS>,
    /// The right calls: a JSON array of objects with `name` and `arguments`; empty where no call is
    /// right.
    pub calls: &'a str,
}

/// A conversation whose every step is judged. What a step was answered is not what the next one
/// begins with: that is the right call and the result given here, so that steps are independent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turns<'a> {
    /// Each as JSON, as [`ToolUse::functions`].
    pub functions: Vec<&'a str, MAX_FUNCTIONS>,
    /// The steps.
    pub steps: Vec<Step<'a>, MAX_STEPS>,
}

/// A step of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The right calls, as [`ToolUse::calls`].
    pub calls: &'a str,
    /// What the functions give back; empty of the last step.
    pub result: &'a str,
}
