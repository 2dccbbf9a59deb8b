//! ggml's thread pools.

use std::ptr::NonNull;

use llama_cpp_sys_2 as sys;

/// Owns the worker threads of a session.
///
/// The build has no OpenMP, and without a pool ggml starts and joins threads for every
/// graph it computes: once a token. After a graph the workers poll for the next one 6.5
/// million times (0.19 s on a Zen 3 core) before they sleep, as llama.cpp's tools have it.
pub(super) struct Pool(NonNull<sys::ggml_threadpool>);

impl Drop for Pool {
    fn drop(&mut self) {
        // SAFETY: made by `ggml_threadpool_new`, freed once, and its context is gone: a
        // `Context` frees itself before its pools.
        unsafe { sys::ggml_threadpool_free(self.0.as_ptr()) }
    }
}

impl Pool {
    /// GGML_MAX_N_THREADS, a macro that has no binding.
    pub(super) const MAX_THREADS: u32 = 512;

    /// A pool of `threads` threads, the calling one included, asleep until first used.
    /// `threads` must be in 1..=[`Self::MAX_THREADS`].
    pub(super) fn new(threads: u32) -> Option<Self> {
        // SAFETY: plain data in, plain data out; the parameters are copied.
        unsafe {
            let mut params = sys::ggml_threadpool_params_default(threads.cast_signed());
            params.paused = true;
            NonNull::new(sys::ggml_threadpool_new(&raw mut params)).map(Self)
        }
    }

    pub(super) fn as_ptr(&self) -> *mut sys::ggml_threadpool {
        self.0.as_ptr()
    }

    /// Puts the workers to sleep at once; the next graph wakes them.
    pub(super) fn pause(&self) {
        // SAFETY: a live pool; pausing takes its lock, and pausing twice does nothing.
        unsafe { sys::ggml_threadpool_pause(self.as_ptr()) }
    }
}

/// The pools of a context.
pub(super) struct Pools {
    pub(super) decode: Pool,
    /// Only when prefill has another number of threads.
    pub(super) batch: Option<Pool>,
}

impl Pools {
    /// Pools for one token and for several. Both numbers must be in 1..=[`Pool::MAX_THREADS`].
    pub(super) fn new(threads: u32, threads_batch: u32) -> Option<Self> {
        Some(Self {
            decode: Pool::new(threads)?,
            batch: match threads_batch == threads {
                true => None,
                false => Some(Pool::new(threads_batch)?),
            },
        })
    }

    /// Puts all workers to sleep.
    pub(super) fn rest(&self) {
        self.decode.pause();
        if let Some(batch) = &self.batch {
            batch.pause();
        }
    }

    /// Pauses the pool that is not used for `tokens`: it would still poll from its last graph.
    pub(super) fn pause_other(&self, tokens: usize) {
        match &self.batch {
            Some(_) if tokens > 1 => self.decode.pause(),
            Some(batch) => batch.pause(),
            None => {}
        }
    }
}
