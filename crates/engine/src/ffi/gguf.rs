//! What a GGUF file says about its own length.

use std::ffi::CStr;
use std::ptr::NonNull;

use llama_cpp_sys_2 as sys;

/// Bytes that a GGUF file must have to hold all its tensors. `None` if even its header
/// cannot be read.
pub(crate) fn gguf_extent(path: &CStr) -> Option<u64> {
    let params = sys::gguf_init_params {
        no_alloc: true,
        ctx: std::ptr::null_mut(),
    };
    // SAFETY: a NUL-terminated path; with `no_alloc` only the header is read.
    let gguf = NonNull::new(unsafe { sys::gguf_init_from_file(path.as_ptr(), params) })?;
    // SAFETY: a live GGUF context that is freed last, and tensor ids below its count.
    unsafe {
        let tensors = 0..sys::gguf_get_n_tensors(gguf.as_ptr());
        let data = tensors
            .map(|id| {
                let offset = sys::gguf_get_tensor_offset(gguf.as_ptr(), id) as u64;
                offset.saturating_add(sys::gguf_get_tensor_size(gguf.as_ptr(), id) as u64)
            })
            .max()
            .unwrap_or(0);
        let header = sys::gguf_get_data_offset(gguf.as_ptr()) as u64;
        sys::gguf_free(gguf.as_ptr());
        Some(header.saturating_add(data))
    }
}
