//! llama.cpp's grammar sampler.

use std::ffi::CStr;
use std::marker::PhantomData;
use std::ptr::NonNull;

use llama_cpp_sys_2 as sys;

use super::Model;
use crate::token::Token;

/// Owns a sampler that follows a grammar over the vocabulary of a model.
pub(crate) struct Grammar<'m> {
    sampler: NonNull<sys::llama_sampler>,
    model: PhantomData<&'m Model>,
}

impl Drop for Grammar<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `llama_sampler_init_grammar`, freed once.
        unsafe { sys::llama_sampler_free(self.sampler.as_ptr()) }
    }
}

impl<'m> Grammar<'m> {
    /// `text` is GBNF with a rule `root`; `None` where it cannot be read.
    pub(crate) fn new(model: &'m Model, text: &CStr) -> Option<Grammar<'m>> {
        // SAFETY: the vocabulary of a live model, which outlives this, and NUL-terminated texts.
        let sampler = unsafe {
            sys::llama_sampler_init_grammar(model.vocab(), text.as_ptr(), c"root".as_ptr())
        };
        NonNull::new(sampler).map(|sampler| Grammar {
            sampler,
            model: PhantomData,
        })
    }

    /// Lowers the logits of tokens that may not come next to negative infinity. The tokens must be of
    /// the vocabulary.
    pub(crate) fn mask(&self, candidates: &mut [Candidate]) {
        let mut all = sys::llama_token_data_array {
            data: candidates.as_mut_ptr().cast(),
            size: candidates.len(),
            selected: -1,
            sorted: false,
        };
        // SAFETY: a live sampler, and candidates with their number, which it changes in place:
        // `Candidate` has the layout of `llama_token_data`.
        unsafe { sys::llama_sampler_apply(self.sampler.as_ptr(), &raw mut all) }
    }

    /// Goes on behind `token`. It must be one that [`Grammar::mask`] leaves, and end no generation:
    /// llama.cpp gives up the process on others.
    pub(crate) fn accept(&mut self, token: Token) {
        // SAFETY: a live sampler, and what the comment above says.
        unsafe { sys::llama_sampler_accept(self.sampler.as_ptr(), token.0.cast_signed()) }
    }
}

/// A token that may come next.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Candidate {
    pub token: Token,
    pub logit: f32,
    share: f32,
}

impl Candidate {
    pub(crate) fn new(token: Token, logit: f32) -> Candidate {
        Candidate {
            token,
            logit,
            share: 0.0,
        }
    }
}

const _: () = assert!(size_of::<Candidate>() == size_of::<sys::llama_token_data>());
