//! Which question was asked, and how.

use edgescore_taskpack::Rotation;
use serde::{Deserialize, Serialize};

/// Which question was asked in which order of its options, or which step of its conversation. Bits 0
/// and 1 are the low bits of the order or step, bits 2 to 29 the question, bits 30 and 31 the high
/// bits of the order or step: in the first four orders the 3,722 questions of 6G-Bench fit the two
/// bytes of a 14-bit varint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ask(u32);

impl Ask {
    /// Question `question` (position in the pack, below 2^28) at `rotation`.
    pub const fn new(question: u32, rotation: Rotation) -> Ask {
        let steps = rotation.steps() as u32;
        Ask((question << 2) & 0x3fff_ffff | steps & 3 | (steps >> 2) << 30)
    }

    /// Step `step`, from 0, of the conversation that question `question` is.
    pub const fn of_step(question: u32, step: u8) -> Ask {
        Ask::new(question, Rotation::new(step))
    }

    /// Position of the question in the pack.
    pub const fn question(self) -> u32 {
        self.0 << 2 >> 4
    }

    /// The order in which its options were shown.
    pub const fn rotation(self) -> Rotation {
        Rotation::new((self.0 & 3 | self.0 >> 30 << 2) as u8)
    }

    /// The step of its conversation.
    pub const fn step(self) -> u8 {
        self.rotation().steps()
    }
}

impl PartialOrd for Ask {
    fn partial_cmp(&self, other: &Ask) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ask {
    fn cmp(&self, other: &Ask) -> core::cmp::Ordering {
        let place = |ask: &Ask| (ask.question(), ask.rotation());
        place(self).cmp(&place(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_and_its_order_survive_their_number() {
        for question in [0, 1, 3721, (1 << 28) - 1] {
            for rotation in Rotation::all(10) {
                let ask = Ask::new(question, rotation);
                assert_eq!((ask.question(), ask.rotation()), (question, rotation));
            }
        }
        assert_eq!(Ask::new(3721, Rotation::new(3)).0, 4 * 3721 + 3);
        assert!(Ask::new(1, Rotation::new(7)) < Ask::new(2, Rotation::new(0)));
    }
}
