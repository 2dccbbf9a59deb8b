//! The only unsafe code of the crate: owning handles over llama.cpp's C API, safe to call
//! except where a comment says what the caller must keep.
#![allow(unsafe_code)]

mod context;
pub(crate) mod features;
mod gguf;
mod model;
mod pool;
mod repack;
mod template;

#[cfg(target_env = "gnu")]
use std::ffi::c_int;
use std::ffi::{CStr, c_char, c_void};
use std::sync::Once;

use llama_cpp_sys_2 as sys;
use log::Level;

use crate::logging::{self, Piece};

pub(crate) use context::Context;
pub(crate) use gguf::{Gguf, Tensor};
pub(crate) use model::Model;
pub(crate) use repack::repacked_bytes;
pub(crate) use template::{apply_template, builtin_templates};

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

/// Appends to `out` what a C function writes, growing `out` at most once.
///
/// # Safety
/// `write(start, room)` must initialise the first `n <= room` elements at `start` and
/// return `Ok(n)`, or return `Err(needed)` with the room that will do.
unsafe fn append<T>(
    out: &mut Vec<T>,
    mut write: impl FnMut(*mut T, usize) -> Result<usize, usize>,
) {
    loop {
        let spare = out.spare_capacity_mut();
        match write(spare.as_mut_ptr().cast(), spare.len()) {
            Ok(written) => {
                // SAFETY: the caller's promise: so many elements are initialised, and
                // they lie inside the capacity.
                unsafe { out.set_len(out.len() + written) };
                return;
            }
            Err(needed) => out.reserve(needed),
        }
    }
}

/// `count` if it is one, else the room that a negative count asks for. `room` is what the
/// call was given.
fn count_or_needed(count: i32, room: usize) -> Result<usize, usize> {
    match usize::try_from(count) {
        Ok(count) if count <= room => Ok(count),
        _ => Err(count.unsigned_abs() as usize),
    }
}

/// A length in the 31 bits that llama.cpp counts in; longer buffers are used in part.
fn clamp_len(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX)
}
