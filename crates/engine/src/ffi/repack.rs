//! Which weights of a GGUF file ggml would repack.

use std::ffi::{CStr, c_void};
use std::ptr::{self, NonNull};

use llama_cpp_sys_2 as sys;

use super::gguf::Gguf;

/// A matrix as llama.cpp asks about it has this many tokens on its other side.
const TOKENS: i64 = 512;

/// A ggml context, freed at the end.
struct Tensors(NonNull<sys::ggml_context>);

impl Drop for Tensors {
    fn drop(&mut self) {
        // SAFETY: made by ggml and freed once.
        unsafe { sys::ggml_free(self.0.as_ptr()) }
    }
}

/// Bytes of the tensors in a file that ggml's CPU backend would hold in a buffer type of its
/// own. `None` if the header cannot be read. The backend must have been initialised.
///
/// Asked as llama.cpp's loader asks: may this matrix, in that buffer, be multiplied?
pub(crate) fn repacked_bytes(path: &CStr) -> Option<u64> {
    let tensors = header(path)?;
    let mut total: u64 = 0;
    // SAFETY: live contexts. Tensors of `tensors` are walked in ggml's own way, and each name
    // is NUL-terminated.
    unsafe {
        let device = sys::ggml_backend_dev_by_type(sys::GGML_BACKEND_DEVICE_TYPE_CPU);
        let buffer_types = extra_buffer_types(device);
        let raw = tensors.0.as_ptr();
        let tied = sys::ggml_get_tensor(raw, c"output.weight".as_ptr()).is_null();
        let mut tensor = sys::ggml_get_first_tensor(raw);
        while !tensor.is_null() {
            let name = CStr::from_ptr((*tensor).name.as_ptr()).to_bytes();
            if is_multiplied(name, tied)
                && buffer_types
                    .iter()
                    .any(|kind| multiplies(device, *kind, tensor))
            {
                total = total.saturating_add(sys::ggml_nbytes(tensor) as u64);
            }
            tensor = sys::ggml_get_next_tensor(raw, tensor);
        }
    }
    Some(total)
}

/// Embeddings are looked up row by row, except where they are the output matrix as well.
fn is_multiplied(name: &[u8], tied: bool) -> bool {
    let contains = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    match name {
        b"token_embd.weight" => tied,
        _ => name.ends_with(b".weight") && !contains(b"embd"),
    }
}

/// The tensors of a file, without their data.
fn header(path: &CStr) -> Option<Tensors> {
    let mut tensors = ptr::null_mut();
    // SAFETY: it may be written.
    unsafe { Gguf::open_with(path, &raw mut tensors) }?;
    NonNull::new(tensors).map(Tensors)
}

/// The buffer types in which the backend rearranges weights.
///
/// # Safety
/// `device` must be the CPU's.
unsafe fn extra_buffer_types(
    device: sys::ggml_backend_dev_t,
) -> Vec<sys::ggml_backend_buffer_type_t> {
    let mut found = Vec::new();
    // SAFETY: ggml documents the type behind this name, and ends the list by a null.
    unsafe {
        let registry = sys::ggml_backend_dev_backend_reg(device);
        let name = c"ggml_backend_dev_get_extra_bufts";
        let address = sys::ggml_backend_reg_get_proc_address(registry, name.as_ptr());
        let list =
            std::mem::transmute::<*mut c_void, sys::ggml_backend_dev_get_extra_bufts_t>(address);
        let Some(mut next) = list.map(|list| list(device)) else {
            return found;
        };
        while !next.is_null() && !(*next).is_null() {
            found.push(*next);
            next = next.add(1);
        }
    }
    found
}

/// Whether `weight` in a buffer of this type can be multiplied by activations.
///
/// # Safety
/// Live pointers; `weight` must have no buffer.
unsafe fn multiplies(
    device: sys::ggml_backend_dev_t,
    kind: sys::ggml_backend_buffer_type_t,
    weight: *mut sys::ggml_tensor,
) -> bool {
    // SAFETY: the context has room for the few tensors made in it; the empty buffer is taken
    // from the weight before it is freed.
    unsafe {
        let params = sys::ggml_init_params {
            mem_size: sys::ggml_tensor_overhead() * 8,
            mem_buffer: ptr::null_mut(),
            no_alloc: true,
        };
        let Some(scratch) = NonNull::new(sys::ggml_init(params)).map(Tensors) else {
            return false;
        };
        let raw = scratch.0.as_ptr();
        let [width, _, experts, _] = (*weight).ne;
        let operation = match sys::ggml_n_dims(weight) {
            2 => {
                let input = sys::ggml_new_tensor_2d(raw, sys::GGML_TYPE_F32, width, TOKENS);
                sys::ggml_mul_mat(raw, weight, input)
            }
            // One matrix for each expert.
            3 => {
                let used = experts.min(2);
                let input = sys::ggml_new_tensor_3d(raw, sys::GGML_TYPE_F32, width, used, TOKENS);
                let which = sys::ggml_new_tensor_2d(raw, sys::GGML_TYPE_I32, used, TOKENS);
                sys::ggml_mul_mat_id(raw, weight, input, which)
            }
            _ => return false,
        };
        let buffer = sys::ggml_backend_buft_alloc_buffer(kind, 0);
        (*weight).buffer = buffer;
        let supported = sys::ggml_backend_dev_supports_op(device, operation);
        (*weight).buffer = ptr::null_mut();
        sys::ggml_backend_buffer_free(buffer);
        supported
    }
}
