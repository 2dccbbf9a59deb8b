//! llama.cpp's state of the whole process: its set-up, its log and its freed memory.

#[cfg(target_env = "gnu")]
use std::ffi::c_int;
use std::ffi::{CStr, c_char, c_void};
use std::sync::Once;

use llama_cpp_sys_2 as sys;
use log::Level;

use crate::logging::{self, Piece};

/// Sets up llama.cpp once for the process, its log first.
pub(crate) fn init_backend() {
    static INIT: Once = Once::new();
    INIT.call_once(|| {
        // SAFETY: `on_log` is a plain function that needs no user data, and `Once` keeps
        // two threads from setting llama.cpp's global state at the same time.
        unsafe {
            sys::llama_log_set(Some(on_log), std::ptr::null_mut());
            sys::llama_backend_init();
        }
    });
}

#[cfg(target_env = "gnu")]
unsafe extern "C" {
    /// malloc_trim(3): needs no pointers, and any thread may call it at any time.
    safe fn malloc_trim(pad: usize) -> c_int;
}

/// Gives freed memory back to the kernel. glibc, which the boards' static program has in it too,
/// keeps what was freed of buffers below 32 MiB for later. Does nothing with another C library.
pub fn release_freed() {
    #[cfg(target_env = "gnu")]
    malloc_trim(0);
}

/// Receives llama.cpp's log, and ggml's, which share one callback.
unsafe extern "C" fn on_log(level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    let piece = match level {
        sys::GGML_LOG_LEVEL_CONT => Piece::More,
        sys::GGML_LOG_LEVEL_ERROR => Piece::Line(Level::Error),
        sys::GGML_LOG_LEVEL_WARN => Piece::Line(Level::Warn),
        sys::GGML_LOG_LEVEL_INFO => Piece::Line(Level::Info),
        _ => Piece::Line(Level::Debug),
    };
    // SAFETY: llama.cpp passes a NUL-terminated string that lives through this call.
    let text = unsafe { CStr::from_ptr(text) };
    logging::receive(piece, text.to_bytes());
}
