//! Option letters.

use serde::{Deserialize, Serialize};

/// An option of a question. A question has 2 to 10 of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Letter {
    /// First option.
    A,
    /// Second option.
    B,
    /// Third option.
    C,
    /// Fourth option.
    D,
    /// Fifth option.
    E,
    /// Sixth option.
    F,
    /// Seventh option.
    G,
    /// Eighth option.
    H,
    /// Ninth option.
    I,
    /// Tenth option.
    J,
}

impl Letter {
    /// All letters in order.
    pub const ALL: [Letter; MAX_OPTIONS] = [
        Letter::A,
        Letter::B,
        Letter::C,
        Letter::D,
        Letter::E,
        Letter::F,
        Letter::G,
        Letter::H,
        Letter::I,
        Letter::J,
    ];

    /// The letters of a question with `options` options.
    pub fn of(options: u8) -> &'static [Letter] {
        let count = usize::from(options).min(MAX_OPTIONS);
        Letter::ALL.get(..count).unwrap_or(&[])
    }

    /// Position of the letter, 0 for A to 9 for J.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The letter at position `index`; `None` above 9.
    pub const fn from_index(index: usize) -> Option<Letter> {
        match index {
            0 => Some(Letter::A),
            1 => Some(Letter::B),
            2 => Some(Letter::C),
            3 => Some(Letter::D),
            4 => Some(Letter::E),
            5 => Some(Letter::F),
            6 => Some(Letter::G),
            7 => Some(Letter::H),
            8 => Some(Letter::I),
            9 => Some(Letter::J),
            _ => None,
        }
    }

    /// The letter written as `character`, upper case only; `None` for any other.
    pub const fn from_char(character: char) -> Option<Letter> {
        match character {
            'A'..='J' => Letter::from_index(character as usize - 'A' as usize),
            _ => None,
        }
    }

    /// The letter of one of `options` options that is written as `character`, upper case only.
    pub fn named(character: char, options: u8) -> Option<Letter> {
        Letter::from_char(character).filter(|letter| letter.index() < usize::from(options))
    }

    /// The letter as a character.
    pub const fn as_char(self) -> char {
        (b'A' + self as u8) as char
    }
}

/// Options of a question at most.
pub const MAX_OPTIONS: usize = 10;

impl core::fmt::Display for Letter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.as_char())
    }
}
