//! What a GGUF file says about its tensors.

use std::ffi::CStr;
use std::ptr::NonNull;

use llama_cpp_sys_2 as sys;

/// The header of a GGUF file.
pub(crate) struct Gguf(NonNull<sys::gguf_context>);

impl Drop for Gguf {
    fn drop(&mut self) {
        // SAFETY: made by `gguf_init_from_file` and freed once.
        unsafe { sys::gguf_free(self.0.as_ptr()) }
    }
}

/// One tensor of a GGUF file.
pub(crate) struct Tensor<'g> {
    /// Its name, such as `blk.0.ffn_down.weight`.
    pub(crate) name: &'g CStr,
    /// Where its data begins, counted from the end of the header.
    offset: u64,
    pub(crate) bytes: u64,
    /// Number of its values.
    pub(crate) values: u64,
}

impl Gguf {
    /// Reads a header; `None` if it cannot be read.
    pub(crate) fn open(path: &CStr) -> Option<Gguf> {
        // SAFETY: null asks for no tensors.
        unsafe { Gguf::open_with(path, std::ptr::null_mut()) }
    }

    /// Reads a header, and puts a ggml context with the tensors, without data, into `tensors`. They
    /// do not point into the header.
    ///
    /// # Safety
    /// `tensors` is null or may be written.
    pub(super) unsafe fn open_with(
        path: &CStr,
        tensors: *mut *mut sys::ggml_context,
    ) -> Option<Gguf> {
        let params = sys::gguf_init_params {
            no_alloc: true,
            ctx: tensors,
        };
        // SAFETY: a NUL-terminated path; with `no_alloc` only the header is read.
        NonNull::new(unsafe { sys::gguf_init_from_file(path.as_ptr(), params) }).map(Gguf)
    }

    /// Its tensors.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = Tensor<'_>> {
        let raw = self.0.as_ptr();
        // SAFETY: a live GGUF context.
        let count = unsafe { sys::gguf_get_n_tensors(raw) };
        // SAFETY: a live GGUF context, from which the name is borrowed, and ids below its
        // count; the types of a file that was read are known ones, whose blocks are not empty.
        (0..count).map(move |id| unsafe {
            let bytes = sys::gguf_get_tensor_size(raw, id) as u64;
            let kind = sys::gguf_get_tensor_type(raw, id);
            let block = sys::ggml_blck_size(kind).unsigned_abs();
            let blocks = bytes / (sys::ggml_type_size(kind) as u64).max(1);
            Tensor {
                name: CStr::from_ptr(sys::gguf_get_tensor_name(raw, id)),
                offset: sys::gguf_get_tensor_offset(raw, id) as u64,
                bytes,
                values: blocks.saturating_mul(block),
            }
        })
    }

    /// Bytes that the file must have to hold all its tensors.
    pub(crate) fn extent(&self) -> u64 {
        let ends = self.tensors().map(|t| t.offset.saturating_add(t.bytes));
        // SAFETY: a live GGUF context.
        let header = unsafe { sys::gguf_get_data_offset(self.0.as_ptr()) } as u64;
        header.saturating_add(ends.max().unwrap_or(0))
    }
}
