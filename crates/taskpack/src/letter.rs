//! Option letters.

use serde::{Deserialize, Serialize};

/// One of the four options of a question. Every question has exactly four.
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
}

impl Letter {
    /// The four letters in order.
    pub const ALL: [Letter; 4] = [Letter::A, Letter::B, Letter::C, Letter::D];

    /// Position of the letter, 0 for A to 3 for D.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The letter at position `index`; `None` above 3.
    pub const fn from_index(index: usize) -> Option<Letter> {
        match index {
            0 => Some(Letter::A),
            1 => Some(Letter::B),
            2 => Some(Letter::C),
            3 => Some(Letter::D),
            _ => None,
        }
    }

    /// The letter written as `character`, upper case only; `None` for any other.
    pub const fn from_char(character: char) -> Option<Letter> {
        match character {
            'A' => Some(Letter::A),
            'B' => Some(Letter::B),
            'C' => Some(Letter::C),
            'D' => Some(Letter::D),
            _ => None,
        }
    }

    /// The letter as a character.
    pub const fn as_char(self) -> char {
        match self {
            Letter::A => 'A',
            Letter::B => 'B',
            Letter::C => 'C',
            Letter::D => 'D',
        }
    }
}

impl core::fmt::Display for Letter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.as_char())
    }
}
