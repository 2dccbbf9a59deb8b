//! The context: the memory of sequences, and the computation over it.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use edgescore_record::{CacheType, FlashAttention};
use llama_cpp_sys_2 as sys;

use super::buffer::{append, clamp_len};
use super::model::Model;
use super::pool::{Pool, Pools};
use super::sequence_batch::SequenceBatch;
use super::stops::{Pacing, Stops, Threads, observe};
use crate::logging;
use crate::options::{Others, SessionOptions};
use crate::token::Token;

/// The sequence that is saved and cut back.
const SEQUENCE: sys::llama_seq_id = 0;

/// Owns a `llama_context` and the threads that compute for it.
pub(crate) struct Context<'m> {
    raw: NonNull<sys::llama_context>,
    memory: sys::llama_memory_t,
    /// Fields drop after `drop` has freed the context that uses them. In a box, since llama.cpp has its
    /// address.
    stops: Box<Stops>,
    model: PhantomData<&'m Model>,
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `llama_init_from_model` and freed once, before the pools and,
        // through the borrow, before the model.
        unsafe { sys::llama_free(self.raw.as_ptr()) }
    }
}

unsafe extern "C" fn should_abort(flag: *mut c_void) -> bool {
    // SAFETY: `Context::new` passes a `&'static AtomicBool`.
    let abort = unsafe { (*flag.cast::<AtomicBool>()).load(Ordering::Relaxed) };
    if abort {
        logging::expect_failure();
    }
    abort
}

impl<'m> Context<'m> {
    /// Most threads a context can compute with.
    pub(crate) const MAX_THREADS: u32 = Pool::MAX_THREADS;

    /// LLAMA_MAX_SEQ, a macro that has no binding.
    pub(crate) const MAX_SEQUENCES: u32 = 256;

    /// `None`: llama.cpp refused the options, or memory ran out. Threads must be in
    /// 1..=[`Self::MAX_THREADS`], batch and ubatch at least 1.
    pub(crate) fn new(model: &'m Model, options: &SessionOptions) -> Option<Self> {
        let threads_batch = options.threads_batch.unwrap_or(options.threads);
        let stops = Box::new(Stops::new(Pools::new(options.threads, threads_batch)?));
        let cache = match options.cache {
            CacheType::F16 => sys::GGML_TYPE_F16,
            CacheType::Q8_0 => sys::GGML_TYPE_Q8_0,
        };
        // SAFETY: returns plain data.
        let mut params = unsafe { sys::llama_context_default_params() };
        params.n_ctx = match (options.context, options.others) {
            // As many as the model was trained for.
            (0, _) => 0,
            (context, Others::Shared(more)) => context.saturating_add(more),
            // llama.cpp divides by the sequences, and rounds up to 256.
            (context, Others::Apart) => context
                .next_multiple_of(256)
                .saturating_mul(options.sequences),
        };
        params.n_batch = options.batch;
        params.n_ubatch = options.ubatch;
        params.n_seq_max = options.sequences;
        params.kv_unified = matches!(options.others, Others::Shared(_));
        // Only the last position of a sequence has logits. Left at its default of n_batch,
        // the compute buffer is sized for n_ubatch rows of logits: 300 MiB at 512 rows of
        // 152k tokens.
        params.n_outputs_max = options.sequences;
        params.n_threads = options.threads.cast_signed();
        params.n_threads_batch = threads_batch.cast_signed();
        params.type_k = cache;
        params.type_v = cache;
        params.flash_attn_type = match options.flash {
            FlashAttention::Auto => sys::LLAMA_FLASH_ATTN_TYPE_AUTO,
            FlashAttention::On => sys::LLAMA_FLASH_ATTN_TYPE_ENABLED,
            FlashAttention::Off => sys::LLAMA_FLASH_ATTN_TYPE_DISABLED,
        };
        // Sliding-window layers keep their window and no more, as llama.cpp's tools do.
        params.swa_full = false;
        if options.stops {
            params.cb_eval = Some(observe);
            params.cb_eval_user_data = (&raw const *stops).cast_mut().cast();
        }
        if let Some(flag) = options.abort {
            params.abort_callback = Some(should_abort);
            params.abort_callback_data = (&raw const *flag).cast_mut().cast();
        }
        // SAFETY: a live model that outlives the context by the borrow `'m`, and a flag
        // that lives forever.
        let context = NonNull::new(unsafe { sys::llama_init_from_model(model.as_ptr(), params) })?;
        // SAFETY: a live context, and pools that outlive it: see `Drop`.
        let memory = unsafe {
            let Pools { decode, batch } = &stops.pools;
            let batch = batch.as_ref().map_or(std::ptr::null_mut(), Pool::as_ptr);
            sys::llama_attach_threadpool(context.as_ptr(), decode.as_ptr(), batch);
            sys::llama_get_memory(context.as_ptr())
        };
        Some(Self {
            raw: context,
            memory,
            stops,
            model: PhantomData,
        })
    }

    /// False for architectures without a KV cache or recurrent state (encoders, diffusion):
    /// they have no past to decode from.
    pub(crate) fn has_memory(&self) -> bool {
        !self.memory.is_null()
    }

    /// Tokens that a sequence can hold.
    pub(crate) fn context_tokens(&self) -> u32 {
        // SAFETY: a live context.
        unsafe { sys::llama_n_ctx_seq(self.raw.as_ptr()) }
    }

    pub(crate) fn batch_tokens(&self) -> u32 {
        // SAFETY: a live context.
        unsafe { sys::llama_n_batch(self.raw.as_ptr()) }
    }

    pub(crate) fn ubatch_tokens(&self) -> u32 {
        // SAFETY: a live context.
        unsafe { sys::llama_n_ubatch(self.raw.as_ptr()) }
    }

    /// Computes `tokens` at the end of the sequence and waits for the result.
    /// `outputs[i] != 0` asks for the logits of `tokens[i]`, which at most one may do.
    ///
    /// Returns what `llama_decode` returns: 0 done, 1 no room in the KV cache, 2 aborted,
    /// negative for errors. There must be 1 to `batch_tokens` tokens, all of the
    /// vocabulary.
    pub(crate) fn decode(
        &mut self,
        tokens: &[Token],
        outputs: &mut [i8],
        pacing: &mut dyn Pacing,
    ) -> i32 {
        let count = tokens.len().min(outputs.len());
        let batch = sys::llama_batch {
            n_tokens: clamp_len(count),
            token: tokens.as_ptr().cast_mut().cast(),
            embd: std::ptr::null_mut(),
            // Null: continue at the end of sequence 0.
            pos: std::ptr::null_mut(),
            n_seq_id: std::ptr::null_mut(),
            seq_id: std::ptr::null_mut(),
            logits: outputs.as_mut_ptr(),
        };
        // SAFETY: both arrays hold `count` elements; `Token` has the layout of `llama_token`.
        unsafe { self.compute(batch, pacing) }
    }

    /// Computes tokens of several sequences, as [`Self::decode`] does those of one.
    pub(crate) fn decode_each(
        &mut self,
        batch: &mut SequenceBatch,
        pacing: &mut dyn Pacing,
    ) -> i32 {
        // SAFETY: all arrays of a `SequenceBatch` hold as many elements as it has tokens.
        unsafe { self.compute(batch.raw(), pacing) }
    }

    /// Computes a batch and waits for the result.
    ///
    /// # Safety
    /// Its arrays hold as many elements as it says, or are null. llama.cpp only reads them, within the
    /// call.
    unsafe fn compute(&mut self, batch: sys::llama_batch, pacing: &mut dyn Pacing) -> i32 {
        self.stops.pools.pause_other(batch.n_tokens as usize);
        // SAFETY: a live context; the batch is the caller's promise.
        self.stops.during(pacing, || unsafe {
            let code = sys::llama_decode(self.raw.as_ptr(), batch);
            sys::llama_synchronize(self.raw.as_ptr());
            code
        })
    }

    /// The logits of a token of the last batch by its place in it, -1 for those of its last output;
    /// `vocabulary` floats.
    pub(crate) fn logits(&self, place: i32, vocabulary: u32) -> Option<&[f32]> {
        // SAFETY: a live context. A row of logits is as long as the model's vocabulary and
        // is valid until the next decode, which needs `&mut self`.
        unsafe {
            let row = sys::llama_get_logits_ith(self.raw.as_ptr(), place);
            (!row.is_null()).then(|| std::slice::from_raw_parts(row, vocabulary as usize))
        }
    }

    /// Makes sequence `to`, which is empty, hold what `from` does. Where they lie apart, llama.cpp copies
    /// before it computes the next batch.
    pub(crate) fn copy(&mut self, from: u32, to: u32) {
        let (from, to) = (from.cast_signed(), to.cast_signed());
        // SAFETY: the memory of a live context, or null, which llama.cpp ignores; both sequences are
        // below n_seq_max, which `Session` checks.
        unsafe { sys::llama_memory_seq_cp(self.memory, from, to, -1, -1) }
    }

    /// Empties a sequence.
    pub(crate) fn remove(&mut self, sequence: u32) {
        // SAFETY: as in `copy_to`. All of a sequence can be removed whatever the architecture.
        unsafe { sys::llama_memory_seq_rm(self.memory, sequence.cast_signed(), -1, -1) };
    }

    pub(crate) fn threads(&self) -> Threads<'_> {
        self.stops.threads()
    }

    /// Empties the sequence. The buffers keep their bytes, which nothing reads.
    pub(crate) fn clear(&mut self) {
        // SAFETY: the memory of a live context, or null, which llama.cpp ignores.
        unsafe { sys::llama_memory_clear(self.memory, false) }
    }

    /// First position whose state is held, and one past the last; `None` when empty.
    pub(crate) fn held(&self) -> Option<(u32, u32)> {
        // SAFETY: the memory of a live context, or null, which answers -1.
        let (min, max) = unsafe {
            (
                sys::llama_memory_seq_pos_min(self.memory, SEQUENCE),
                sys::llama_memory_seq_pos_max(self.memory, SEQUENCE),
            )
        };
        Some((u32::try_from(min).ok()?, u32::try_from(max).ok()? + 1))
    }

    /// Removes everything from `position` on. False, and nothing changed, if the
    /// architecture cannot.
    pub(crate) fn remove_from(&mut self, position: u32) -> bool {
        let position = position.cast_signed();
        // SAFETY: the memory of a live context, or null, which answers true.
        unsafe { sys::llama_memory_seq_rm(self.memory, SEQUENCE, position, -1) }
    }

    /// Bytes of the sequence's state, positions included.
    pub(crate) fn state_bytes(&self) -> usize {
        // SAFETY: a live context.
        unsafe { sys::llama_state_seq_get_size(self.raw.as_ptr(), SEQUENCE) }
    }

    /// Appends the state of the sequence. False, and nothing appended, if that failed.
    pub(crate) fn save(&self, out: &mut Vec<u8>) -> bool {
        // SAFETY: a live context; llama.cpp writes at most `room` bytes, all of the size it
        // named, and returns how many, or 0.
        unsafe {
            let size = sys::llama_state_seq_get_size(self.raw.as_ptr(), SEQUENCE);
            let mut written = 0;
            append(out, |start, room| {
                if room < size {
                    return Err(size);
                }
                let raw = self.raw.as_ptr();
                written = sys::llama_state_seq_get_data(raw, start, room, SEQUENCE);
                Ok(written)
            });
            written > 0
        }
    }

    /// Puts a saved state in place of the sequence. False if llama.cpp refused it.
    pub(crate) fn restore(&mut self, state: &[u8]) -> bool {
        // SAFETY: a live context and a buffer with its size, which llama.cpp only reads.
        unsafe {
            let raw = self.raw.as_ptr();
            sys::llama_state_seq_set_data(raw, state.as_ptr(), state.len(), SEQUENCE) > 0
        }
    }
}
