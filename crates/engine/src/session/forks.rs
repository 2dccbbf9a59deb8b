//! Sequences that begin as copies of the first one and go on together.

use std::ops::Range;

use super::{DecodeError, Part, Session};
use crate::ffi::Pacing;
use crate::logging;

impl Session<'_> {
    /// Makes `sequences`, of those from 1 to `shape.sequences` less one, copies of what the first one
    /// holds.
    pub fn fork(&mut self, sequences: Range<u32>) {
        for (sequence, length) in (1..).zip(&mut self.others) {
            if sequences.contains(&sequence) {
                self.context.remove(sequence);
                self.context.copy(0, sequence);
                *length = self.position;
            }
        }
    }

    /// Moves what sequence `from` holds to `to`, both behind the first one. A pass over sequences that lie
    /// apart is one where their numbers follow each other, else several.
    pub fn move_fork(&mut self, from: u32, to: u32) {
        let Some(length) = self.length(from) else {
            return;
        };
        if from == to || self.length(to).is_none() {
            return;
        }
        self.context.remove(to);
        self.context.copy(from, to);
        self.context.remove(from);
        for (sequence, length) in [(to, length), (from, 0)] {
            if let Some(held) = self.length_mut(sequence) {
                *held = length;
            }
        }
    }

    /// Empties all sequences but the first.
    pub fn forget_forks(&mut self) {
        for sequence in 1..self.shape.sequences {
            self.context.remove(sequence);
        }
        self.others.fill(0);
    }

    /// Appends a part to each of several sequences, in one batch, and computes the logits behind each
    /// of them: [`Self::logits_of`]. All parts together have at most `shape.batch` tokens.
    ///
    /// If the tokens do not fit or are not the model's, nothing happens. After any other error the
    /// session is empty.
    pub fn append_each(
        &mut self,
        parts: &[Part],
        pacing: &mut dyn Pacing,
    ) -> Result<(), DecodeError> {
        self.batch.clear();
        self.ends.clear();
        for part in parts {
            let held = self.length(part.sequence).ok_or(DecodeError::NoSlot)?;
            self.check(part.tokens, held)?;
            let last = part.tokens.len().saturating_sub(1);
            for (place, token) in part.tokens.iter().enumerate() {
                let position = held.saturating_add(place as u32);
                self.batch
                    .push(*token, part.sequence, position, place == last);
            }
            // A batch is checked to be no longer than `shape.batch`, and that is an i32.
            self.ends.push(self.batch.len() as i32 - 1);
        }
        let tokens = self.batch.len();
        if tokens > self.shape.batch as usize {
            return Err(DecodeError::ContextFull {
                held: 0,
                added: tokens,
                context: self.shape.batch,
            });
        }
        pacing.before(self.threads(), tokens);
        logging::forget_errors();
        let code = self.context.decode_each(&mut self.batch, pacing);
        self.done(code)?;
        for part in parts {
            if let Some(length) = self.length_mut(part.sequence) {
                // It fits the context.
                *length += part.tokens.len() as u32;
            }
        }
        self.has_logits = false;
        pacing.after(tokens);
        Ok(())
    }

    /// The logits behind part number `part` of the last [`Self::append_each`].
    pub fn logits_of(&self, part: usize) -> Option<&[f32]> {
        let place = *self.ends.get(part)?;
        self.context.logits(place, self.model.facts().vocabulary)
    }

    /// Tokens that another sequence than the first holds.
    fn length(&self, sequence: u32) -> Option<u32> {
        let place = (sequence as usize).checked_sub(1)?;
        self.others.get(place).copied()
    }

    fn length_mut(&mut self, sequence: u32) -> Option<&mut u32> {
        let place = (sequence as usize).checked_sub(1)?;
        self.others.get_mut(place)
    }
}
