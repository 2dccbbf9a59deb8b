//! From a question to the message that a model reads.

use core::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use crate::frame::{Slot, first_slot, slots};
use crate::{Kind, Question, Rotation};

/// The order of the parts of a user message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// The order of the frame. In packs of version 1 it is that of 6G-Bench's reference builder, byte
    /// for byte: task, episode, question, options, instruction (arXiv:2602.08675, reference notebook).
    Reference,
    /// The episode first, the rest as it is: questions of one episode share everything up to the task,
    /// so their prefill too.
    SharedPrefix,
}

/// Bytes of a user message up to the ends of what other messages begin with too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// What all questions of the episode share; nothing in layout reference.
    pub episode: usize,
    /// What all rotations of the question share.
    pub question: usize,
}

impl Question<'_> {
    /// Writes the user message of this question.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write_user_message(
        &self,
        layout: Layout,
        rotation: Rotation,
        out: &mut impl Write,
    ) -> Result<Ends, fmt::Error> {
        let mut out = Counted { out, bytes: 0 };
        let mut ends = Ends::default();
        let first = |block: &&str| {
            layout == Layout::SharedPrefix && slots(block).any(|slot| slot == Slot::Episode)
        };
        let kept =
            |block: &&str| !self.frame.leaves_out || !slots(block).any(|slot| self.is_empty(slot));
        let blocks = self.frame.blocks.iter().copied().filter(kept);
        let shared = blocks.clone().filter(first);
        let shared_blocks = shared.clone().count();
        let rest = blocks.clone().filter(|block| !first(block));
        let count = blocks.count();
        let mut own_ends = false;
        for (index, block) in shared.chain(rest).enumerate() {
            let mut text = block;
            while let Some((before, slot, behind)) = first_slot(text) {
                out.write_str(before)?;
                if slot == Slot::Options && !own_ends {
                    own_ends = true;
                    ends.question = out.bytes;
                }
                self.write_slot(slot, rotation, &mut out)?;
                text = behind;
            }
            out.write_str(text)?;
            if index + 1 < count {
                out.write_str("\n\n")?;
            }
            if index + 1 == shared_blocks {
                ends.episode = out.bytes;
            }
        }
        if !own_ends {
            ends.question = out.bytes;
        }
        Ok(ends)
    }

    fn is_empty(&self, slot: Slot) -> bool {
        match slot {
            Slot::TaskId => self.task.id.is_empty(),
            Slot::TaskName => self.task.name.is_empty(),
            Slot::Definition => self.task.definition.is_empty(),
            Slot::Episode => self
                .episode
                .is_none_or(|episode| episode.summary.is_empty()),
            Slot::Question => self.text.is_empty(),
            Slot::Options => !matches!(self.kind, Kind::Choice(_)),
            Slot::Instruction => self.instruction.is_empty(),
        }
    }

    fn write_slot(&self, slot: Slot, rotation: Rotation, out: &mut impl Write) -> fmt::Result {
        out.write_str(match slot {
            Slot::TaskId => self.task.id,
            Slot::TaskName => self.task.name,
            Slot::Definition => self.task.definition,
            Slot::Episode => self.episode.map_or("", |episode| episode.summary),
            Slot::Question => self.text,
            Slot::Options => return self.write_options(rotation, out),
            Slot::Instruction => self.instruction,
        })
    }

    fn write_options(&self, rotation: Rotation, out: &mut impl Write) -> fmt::Result {
        let Kind::Choice(choice) = &self.kind else {
            return Ok(());
        };
        for letter in choice.letters() {
            if letter.index() > 0 {
                out.write_char('\n')?;
            }
            write!(out, "{letter}: {}", choice.option(*letter, rotation))?;
        }
        Ok(())
    }
}

struct Counted<'w, W> {
    out: &'w mut W,
    bytes: usize,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes += text.len();
        self.out.write_str(text)
    }
}
