//! A batch of tokens of several sequences.

use llama_cpp_sys_2 as sys;

use super::buffer::clamp_len;
use crate::token::Token;

/// Tokens of several sequences for one batch.
#[derive(Default)]
pub(crate) struct SequenceBatch {
    tokens: Vec<Token>,
    positions: Vec<i32>,
    sequences: Vec<sys::llama_seq_id>,
    outputs: Vec<i8>,
    /// The number of sequences of each token.
    one: Vec<i32>,
    pointers: Vec<*mut sys::llama_seq_id>,
}

impl SequenceBatch {
    pub(crate) fn clear(&mut self) {
        self.tokens.clear();
        self.positions.clear();
        self.sequences.clear();
        self.outputs.clear();
    }

    /// Adds `token` of `sequence`, and whether its logits are wanted.
    pub(crate) fn push(&mut self, token: Token, sequence: u32, position: u32, output: bool) {
        self.tokens.push(token);
        self.positions.push(position.cast_signed());
        self.sequences.push(sequence.cast_signed());
        self.outputs.push(i8::from(output));
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// All of it, as llama.cpp takes it; valid until it is changed.
    pub(super) fn raw(&mut self) -> sys::llama_batch {
        let count = self.tokens.len();
        self.one.resize(count, 1);
        self.pointers.clear();
        let of_token = self.sequences.iter_mut().map(std::ptr::from_mut);
        self.pointers.extend(of_token);
        sys::llama_batch {
            n_tokens: clamp_len(count),
            // `Token` has the layout of `llama_token`.
            token: self.tokens.as_mut_ptr().cast(),
            embd: std::ptr::null_mut(),
            pos: self.positions.as_mut_ptr(),
            n_seq_id: self.one.as_mut_ptr(),
            seq_id: self.pointers.as_mut_ptr(),
            logits: self.outputs.as_mut_ptr(),
        }
    }
}
