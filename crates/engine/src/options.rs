//! How a session computes.

use std::sync::atomic::AtomicBool;

use edgescore_record::{CacheType, FlashAttention};

/// Where the sequences behind the first one lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// In its memory, which holds this many tokens more: what all of them have beside what they share with
    /// it. Each looks past the cells of all: for texts behind one prompt.
    Shared(u32),
    /// Each in a memory of its own, as large as the first one's: for texts behind prompts of their own.
    Apart,
}

/// How a session computes.
#[derive(Debug, Clone, Copy)]
pub struct SessionOptions {
    /// Tokens a sequence can hold, rounded up by llama.cpp to a multiple of 256; 0 for the
    /// trained context, which can be larger than a board's memory.
    pub context: u32,
    /// Sequences held at once.
    pub sequences: u32,
    /// Where those behind the first one lie.
    pub others: Others,
    /// Tokens handed to llama.cpp at once.
    pub batch: u32,
    /// Tokens computed at once: what the compute buffer is sized for.
    pub ubatch: u32,
    /// Threads that compute a single token.
    pub threads: u32,
    /// Threads that compute several tokens at once, if not as many.
    pub threads_batch: Option<u32>,
    /// Type of the KV cache's elements. [`CacheType::Q8_0`] needs flash attention, and heads of a
    /// multiple of 32.
    pub cache: CacheType,
    /// Whether attention is computed in one pass; [`FlashAttention::Auto`] lets llama.cpp decide:
    /// on where the backend has it, which the CPU does.
    ///
    /// ggml's flash attention sums in another order for one token than for many, so the logits
    /// depend a little on how the tokens were batched: for a random 135M Q4_0 model by 0.05 %
    /// of their spread. Repacked weights do so too. Prefills of the same tokens in the same
    /// batches are alike to the bit, whichever of the batches was computed before
    /// [`Session::truncate`](crate::Session::truncate) or
    /// [`Session::restore`](crate::Session::restore).
    pub flash: FlashAttention,
    /// Whether [`Pacing`](crate::Pacing) is asked at the ends of half layers whether to stop there.
    pub stops: bool,
    /// While this is true, prefill and decode stop between two tensor operations, that is
    /// within milliseconds, with [`DecodeError::Aborted`](crate::DecodeError::Aborted).
    pub abort: Option<&'static AtomicBool>,
}

impl SessionOptions {
    /// The same for one sequence alone.
    pub fn alone(self) -> Self {
        Self {
            sequences: 1,
            others: Others::Shared(0),
            ..self
        }
    }

    /// llama-bench's defaults, for this many tokens and threads.
    pub fn new(context: u32, threads: u32) -> Self {
        Self {
            context,
            sequences: 1,
            others: Others::Shared(0),
            batch: 2048,
            ubatch: 512,
            threads,
            threads_batch: None,
            cache: CacheType::F16,
            flash: FlashAttention::Auto,
            stops: false,
            abort: None,
        }
    }
}
