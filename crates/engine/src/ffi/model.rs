//! The loaded model and its vocabulary.

use std::ffi::{CStr, c_void};
use std::ops::ControlFlow;
use std::ptr::NonNull;

use llama_cpp_sys_2 as sys;

use super::buffer::{append, clamp_len, count_or_needed};
use crate::special::SpecialToken;
use crate::token::{Token, Tokenize};

/// Attributes of a token (`enum llama_token_attr`).
const UNKNOWN: u32 = sys::LLAMA_TOKEN_ATTR_UNKNOWN;
const CONTROL: u32 = sys::LLAMA_TOKEN_ATTR_CONTROL;
const TAKES_BEFORE: u32 = sys::LLAMA_TOKEN_ATTR_LSTRIP;
const TAKES_BEHIND: u32 = sys::LLAMA_TOKEN_ATTR_RSTRIP;

/// Called with the share of the weights read so far (0 to 1); a break gives up.
pub(crate) type Progress<'a> = &'a mut dyn FnMut(f32) -> ControlFlow<()>;

/// Owns a `llama_model`. Everything it hands out borrows from it.
pub(crate) struct Model(NonNull<sys::llama_model>);

impl Drop for Model {
    fn drop(&mut self) {
        // SAFETY: made by `llama_model_load_from_file`, freed once, and no context is
        // left: a `Context` borrows its model.
        unsafe { sys::llama_model_free(self.0.as_ptr()) }
    }
}

unsafe extern "C" fn on_progress(share: f32, progress: *mut c_void) -> bool {
    // SAFETY: `load` passes a pointer to its `Progress`, which outlives the load, and
    // llama.cpp calls back on the loading thread only.
    let progress = unsafe { &mut *progress.cast::<Progress<'_>>() };
    progress(share).is_continue()
}

impl Model {
    /// Maps and loads a GGUF file, or the whole set when it is the first of a split.
    /// The backend must have been initialised. `None`: refused, or given up by `progress`.
    pub(crate) fn load(path: &CStr, repack: bool, progress: Progress<'_>) -> Option<Self> {
        Self::load_with(path, repack, false, progress)
    }

    /// Reads all but the weights: a context of it knows its sizes and must not compute.
    pub(crate) fn outline(path: &CStr, repack: bool) -> Option<Self> {
        Self::load_with(path, repack, true, &mut |_| ControlFlow::Continue(()))
    }

    fn load_with(
        path: &CStr,
        repack: bool,
        outline: bool,
        mut progress: Progress<'_>,
    ) -> Option<Self> {
        // SAFETY: returns plain data.
        let mut params = unsafe { sys::llama_model_default_params() };
        params.load_mode = match outline {
            true => sys::LLAMA_LOAD_MODE_NONE,
            false => sys::LLAMA_LOAD_MODE_MMAP,
        };
        params.no_alloc = outline;
        params.use_extra_bufts = repack;
        params.progress_callback = Some(on_progress);
        params.progress_callback_user_data = (&raw mut progress).cast();
        // SAFETY: the path is NUL-terminated; the callback's data outlives the call, and
        // llama.cpp does not keep it for later.
        NonNull::new(unsafe { sys::llama_model_load_from_file(path.as_ptr(), params) }).map(Self)
    }

    /// For the other handles of this module.
    pub(super) fn as_ptr(&self) -> *mut sys::llama_model {
        self.0.as_ptr()
    }

    pub(super) fn vocab(&self) -> *const sys::llama_vocab {
        // SAFETY: a live model; the vocabulary lives inside it.
        unsafe { sys::llama_model_get_vocab(self.as_ptr()) }
    }

    pub(crate) fn parameters(&self) -> u64 {
        // SAFETY: a live model.
        unsafe { sys::llama_model_n_params(self.as_ptr()) }
    }

    pub(crate) fn tensor_bytes(&self) -> u64 {
        // SAFETY: a live model.
        unsafe { sys::llama_model_size(self.as_ptr()) }
    }

    pub(crate) fn trained_context(&self) -> u32 {
        // SAFETY: a live model.
        let tokens = unsafe { sys::llama_model_n_ctx_train(self.as_ptr()) };
        u32::try_from(tokens).unwrap_or(0)
    }

    /// Width of the sliding attention window, 0 when attention sees everything.
    pub(crate) fn sliding_window(&self) -> u32 {
        // SAFETY: a live model.
        let tokens = unsafe { sys::llama_model_n_swa(self.as_ptr()) };
        u32::try_from(tokens).unwrap_or(0)
    }

    pub(crate) fn vocabulary(&self) -> u32 {
        // SAFETY: the vocabulary of a live model.
        let tokens = unsafe { sys::llama_vocab_n_tokens(self.vocab()) };
        u32::try_from(tokens).unwrap_or(0)
    }

    /// Tokenizing without a tokenizer ends the process (an assertion in llama.cpp).
    pub(crate) fn has_tokenizer(&self) -> bool {
        // SAFETY: the vocabulary of a live model.
        unsafe { sys::llama_vocab_type(self.vocab()) != sys::LLAMA_VOCAB_TYPE_NONE }
    }

    pub(crate) fn has_encoder(&self) -> bool {
        // SAFETY: a live model.
        unsafe { sys::llama_model_has_encoder(self.as_ptr()) }
    }

    pub(crate) fn is_diffusion(&self) -> bool {
        // SAFETY: a live model.
        unsafe { sys::llama_model_is_diffusion(self.as_ptr()) }
    }

    pub(crate) fn is_recurrent(&self) -> bool {
        // SAFETY: a live model.
        unsafe { sys::llama_model_is_recurrent(self.as_ptr()) }
    }

    pub(crate) fn is_hybrid(&self) -> bool {
        // SAFETY: a live model.
        unsafe { sys::llama_model_is_hybrid(self.as_ptr()) }
    }

    pub(crate) fn quantisation(&self) -> String {
        // SAFETY: a live model; the name is a static string.
        let name =
            unsafe { CStr::from_ptr(sys::llama_ftype_name(sys::llama_model_ftype(self.as_ptr()))) };
        name.to_string_lossy().into_owned()
    }

    pub(crate) fn description(&self) -> String {
        // SAFETY: a live model, and `read` passes the buffer's real size.
        read(|text, room| unsafe { sys::llama_model_desc(self.as_ptr(), text, room) })
            .unwrap_or_default()
    }

    /// A scalar metadata value as text. llama.cpp has no arrays here.
    pub(crate) fn meta(&self, key: &CStr) -> Option<String> {
        // SAFETY: a live model, a NUL-terminated key, and `read` passes the buffer's size.
        read(|text, room| unsafe {
            sys::llama_model_meta_val_str(self.as_ptr(), key.as_ptr(), text, room)
        })
    }

    /// The default chat template, as the file has it.
    pub(crate) fn chat_template(&self) -> Option<&CStr> {
        // SAFETY: a live model; the text, if any, lives inside it.
        unsafe {
            let text = sys::llama_model_chat_template(self.as_ptr(), std::ptr::null());
            (!text.is_null()).then(|| CStr::from_ptr(text))
        }
    }

    /// The beginning-of-sequence token, and whether `add_special` adds it.
    pub(crate) fn bos(&self) -> Option<(Token, bool)> {
        let vocab = self.vocab();
        // SAFETY: the vocabulary of a live model.
        let (bos, added) = unsafe {
            (
                sys::llama_vocab_bos(vocab),
                sys::llama_vocab_get_add_bos(vocab),
            )
        };
        let bos = u32::try_from(bos).ok()?;
        Some((Token(bos), added))
    }

    /// The control tokens, and the one for unknown text, as llama.cpp looks for them in a prompt.
    pub(crate) fn special_tokens(&self) -> Vec<SpecialToken> {
        let vocab = self.vocab();
        let mut tokens = Vec::new();
        for id in 0..self.vocabulary() {
            // SAFETY: the vocabulary of a live model and an id of it; the text lives inside it.
            let (attributes, text) = unsafe {
                let attributes = sys::llama_vocab_get_attr(vocab, id.cast_signed());
                (
                    attributes as u32,
                    CStr::from_ptr(sys::llama_vocab_get_text(vocab, id.cast_signed())),
                )
            };
            if attributes & (CONTROL | UNKNOWN) != 0 {
                tokens.push(SpecialToken {
                    token: Token(id),
                    text: text.to_string_lossy().into_owned(),
                    takes_before: attributes & TAKES_BEFORE != 0,
                    takes_behind: attributes & TAKES_BEHIND != 0,
                });
            }
        }
        tokens
    }

    /// Appends the tokens of `text`, which must not be longer than
    /// [`TextTooLong::LIMIT_BYTES`](crate::TextTooLong::LIMIT_BYTES).
    pub(crate) fn tokenize(&self, text: &str, how: Tokenize, out: &mut Vec<Token>) {
        // SAFETY: the vocabulary of a live model. The pointers go with their lengths, and
        // `Token` has the layout of the `i32` that llama.cpp writes (ids are not negative).
        unsafe {
            append(out, |start, room| {
                let count = sys::llama_tokenize(
                    self.vocab(),
                    text.as_ptr().cast(),
                    clamp_len(text.len()),
                    start.cast(),
                    clamp_len(room),
                    how.add_special,
                    how.parse_special,
                );
                count_or_needed(count, room)
            });
        }
    }

    /// Appends the text of a token. The token must be in the vocabulary.
    pub(crate) fn piece(&self, token: Token, special: bool, out: &mut Vec<u8>) {
        // SAFETY: the vocabulary of a live model, and a buffer with its size.
        unsafe {
            append(out, |start, room| {
                let count = sys::llama_token_to_piece(
                    self.vocab(),
                    token.0.cast_signed(),
                    start.cast(),
                    clamp_len(room),
                    0,
                    special,
                );
                count_or_needed(count, room)
            });
        }
    }

    pub(crate) fn ends_generation(&self, token: Token) -> bool {
        // SAFETY: the vocabulary of a live model; any id may be asked about.
        unsafe { sys::llama_vocab_is_eog(self.vocab(), token.0.cast_signed()) }
    }
}

/// Reads a text from a function with the manners of `snprintf`: it returns the length
/// without the terminator, whatever the room, or a negative number for "no such text".
fn read(mut call: impl FnMut(*mut std::ffi::c_char, usize) -> i32) -> Option<String> {
    let mut text: Vec<u8> = Vec::with_capacity(128);
    let mut found = true;
    // SAFETY: `call` wrote `length` bytes and a terminator if both fit into the room, so
    // `length` bytes are initialised; otherwise more room is asked for.
    unsafe {
        append(&mut text, |start, room| {
            match usize::try_from(call(start.cast(), room)) {
                Ok(length) if length < room => Ok(length),
                Ok(length) => Err(length + 1),
                Err(_) => {
                    found = false;
                    Ok(0)
                }
            }
        });
    }
    found.then(|| String::from_utf8_lossy(&text).into_owned())
}
