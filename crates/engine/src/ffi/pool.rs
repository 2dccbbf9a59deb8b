//! ggml's thread pool.

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
