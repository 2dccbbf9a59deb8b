//! What computes tokens, of an engine in this process: what is measured and paced.

use std::ops::Range;

use edgescore_engine::{DecodeError, Pacing, Part, Session, Shape, StateError, Token};

use crate::error::RunError;

/// A sequence of tokens in a model's memory, and the logits behind it. Where [`Shape::sequences`] is more
/// than 1, others begin as copies of it and go on together.
pub trait Decoder {
    /// What was made of the options.
    fn shape(&self) -> Shape;

    /// Appends `tokens` and computes the logits behind the last of them, if they are wanted; in pieces of at most
    /// `piece` tokens with `pacing` around each, where the engine can be stopped between them.
    ///
    /// # Errors
    /// The tokens do not fit, or the engine fails.
    fn append(
        &mut self,
        tokens: &[Token],
        wants_logits: bool,
        piece: usize,
        pacing: &mut dyn Pacing,
    ) -> Result<(), RunError>;

    /// The logits behind the last token, one for each token of the vocabulary; none where none were computed.
    fn logits(&self) -> Option<&[f32]>;

    /// Cuts the sequence back to `position` tokens. False, and nothing changed, where that is impossible.
    fn truncate(&mut self, position: u32) -> bool;

    /// Whether [`Decoder::truncate`] goes back to any position. Others go back by [`Decoder::restore`].
    fn rewinds(&self) -> bool;

    /// Empties all sequences.
    fn clear(&mut self);

    /// Lets threads that wait for work sleep.
    fn rest(&self) {}

    /// Bytes of a state that would be saved now; 0 where it is not known.
    fn state_bytes(&self) -> u64 {
        0
    }

    /// Replaces `state` by a copy of what the first sequence holds.
    ///
    /// # Errors
    /// The engine cannot.
    fn save(&self, _state: &mut Vec<u8>) -> Result<(), StateError> {
        Err(no_state())
    }

    /// Goes back to a state that was saved.
    ///
    /// # Errors
    /// The engine cannot.
    fn restore(&mut self, _state: &[u8]) -> Result<(), StateError> {
        Err(no_state())
    }

    /// Makes `sequences` copies of what the first one holds.
    fn fork(&mut self, _sequences: Range<u32>) {}

    /// Moves what sequence `from` holds to `to`, both behind the first one.
    fn move_fork(&mut self, _from: u32, _to: u32) {}

    /// Empties all sequences but the first.
    fn forget_forks(&mut self) {}

    /// Appends a part to each of several sequences, with the logits behind each.
    ///
    /// # Errors
    /// The tokens do not fit, or the engine fails or has one sequence.
    fn append_each(&mut self, _parts: &[Part], _pacing: &mut dyn Pacing) -> Result<(), RunError> {
        Err(DecodeError::NoSlot.into())
    }

    /// The logits behind part number `part` of the last [`Decoder::append_each`].
    fn logits_of(&self, _part: usize) -> Option<&[f32]> {
        None
    }
}

fn no_state() -> StateError {
    StateError {
        reason: "this engine keeps none".to_owned(),
    }
}

impl Decoder for Session<'_> {
    fn shape(&self) -> Shape {
        Session::shape(self)
    }

    fn append(
        &mut self,
        tokens: &[Token],
        wants_logits: bool,
        piece: usize,
        pacing: &mut dyn Pacing,
    ) -> Result<(), RunError> {
        Ok(Session::append(self, tokens, wants_logits, piece, pacing)?)
    }

    fn logits(&self) -> Option<&[f32]> {
        Session::logits(self)
    }

    fn truncate(&mut self, position: u32) -> bool {
        Session::truncate(self, position)
    }

    fn rewinds(&self) -> bool {
        Session::rewinds(self)
    }

    fn clear(&mut self) {
        Session::clear(self);
    }

    fn rest(&self) {
        self.threads().rest();
    }

    fn state_bytes(&self) -> u64 {
        Session::state_bytes(self)
    }

    fn save(&self, state: &mut Vec<u8>) -> Result<(), StateError> {
        Session::save(self, state)
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), StateError> {
        Session::restore(self, state)
    }

    fn fork(&mut self, sequences: Range<u32>) {
        Session::fork(self, sequences);
    }

    fn move_fork(&mut self, from: u32, to: u32) {
        Session::move_fork(self, from, to);
    }

    fn forget_forks(&mut self) {
        Session::forget_forks(self);
    }

    fn append_each(&mut self, parts: &[Part], pacing: &mut dyn Pacing) -> Result<(), RunError> {
        Ok(Session::append_each(self, parts, pacing)?)
    }

    fn logits_of(&self, part: usize) -> Option<&[f32]> {
        Session::logits_of(self, part)
    }
}
