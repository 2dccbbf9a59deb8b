//! The cyclic order of the options.

use crate::Letter;
use crate::letter::MAX_OPTIONS;

/// The cyclic order of a question's options: at rotation r, letter i shows the pack's option i + r,
/// modulo their number. Rotation 0 is the pack's own order. Asking all of them tells a preference for
/// a letter from knowledge of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rotation(u8);

impl Rotation {
    /// The rotations of a question with `options` options; one where there are none to turn.
    pub fn all(options: u8) -> impl Iterator<Item = Rotation> + Clone {
        (0..options.clamp(1, MAX_OPTIONS as u8)).map(Rotation)
    }

    /// The rotation by `steps`, of which there are fewer than options.
    pub const fn new(steps: u8) -> Rotation {
        Rotation(steps % MAX_OPTIONS as u8)
    }

    /// Steps, 0 to 9.
    pub const fn steps(self) -> u8 {
        self.0
    }

    /// The pack's letter of the option that a model sees under `shown`, of `options`.
    pub fn original(self, shown: Letter, options: u8) -> Letter {
        turn(shown, self.0, options)
    }

    /// The letter under which a model sees the pack's option `original`, of `options`.
    pub fn shown(self, original: Letter, options: u8) -> Letter {
        let options = options.max(1);
        turn(original, options - self.0 % options, options)
    }
}

fn turn(letter: Letter, steps: u8, options: u8) -> Letter {
    let index = (letter.index() + usize::from(steps)) % usize::from(options.max(1));
    Letter::from_index(index).unwrap_or(letter)
}
