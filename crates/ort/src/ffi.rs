//! The C API of ONNX Runtime GenAI, as far as it is used: `ort_genai_c.h` of its version 0.18; 0.11.4 has the same
//! functions. It says of itself that it is not thread-safe, and one thread uses it here.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_void};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

/// Something that the library owns and this program holds.
type Handle = *mut c_void;
/// What nearly every function returns: null, or an error that is to be destroyed.
type Outcome = *mut c_void;

macro_rules! functions {
    ($($name:ident = $symbol:literal: fn($($argument:ty),*) $(-> $result:ty)?;)+) => {
        struct Functions {
            $($name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)+
        }

        impl Functions {
            fn find(library: &Library) -> Result<Functions, libloading::Error> {
                Ok(Functions {
                    // SAFETY: the types are those of the header.
                    $($name: *unsafe { library.get($symbol) }?,)+
                })
            }
        }
    };
}

functions! {
    error = b"OgaResultGetError\0": fn(Outcome) -> *const c_char;
    destroy_result = b"OgaDestroyResult\0": fn(Outcome);
    destroy_string = b"OgaDestroyString\0": fn(*const c_char);
    shutdown = b"OgaShutdown\0": fn();
    create_config = b"OgaCreateConfig\0": fn(*const c_char, *mut Handle) -> Outcome;
    overlay = b"OgaConfigOverlay\0": fn(Handle, *const c_char) -> Outcome;
    destroy_config = b"OgaDestroyConfig\0": fn(Handle);
    create_model = b"OgaCreateModelFromConfig\0": fn(Handle, *mut Handle) -> Outcome;
    device = b"OgaModelGetDeviceType\0": fn(Handle, *mut *const c_char) -> Outcome;
    destroy_model = b"OgaDestroyModel\0": fn(Handle);
    create_tokenizer = b"OgaCreateTokenizer\0": fn(Handle, *mut Handle) -> Outcome;
    encode = b"OgaTokenizerEncode\0": fn(Handle, *const c_char, Handle) -> Outcome;
    eos = b"OgaTokenizerGetEosTokenIds\0": fn(Handle, *mut *const i32, *mut usize) -> Outcome;
    destroy_tokenizer = b"OgaDestroyTokenizer\0": fn(Handle);
    create_sequences = b"OgaCreateSequences\0": fn(*mut Handle) -> Outcome;
    count = b"OgaSequencesGetSequenceCount\0": fn(Handle, usize) -> usize;
    data = b"OgaSequencesGetSequenceData\0": fn(Handle, usize) -> *const i32;
    destroy_sequences = b"OgaDestroySequences\0": fn(Handle);
    create_params = b"OgaCreateGeneratorParams\0": fn(Handle, *mut Handle) -> Outcome;
    set_number = b"OgaGeneratorParamsSetSearchNumber\0": fn(Handle, *const c_char, f64) -> Outcome;
    destroy_params = b"OgaDestroyGeneratorParams\0": fn(Handle);
    create_generator = b"OgaCreateGenerator\0": fn(Handle, Handle, *mut Handle) -> Outcome;
    append = b"OgaGenerator_AppendTokens\0": fn(Handle, *const i32, usize) -> Outcome;
    logits = b"OgaGenerator_GetLogits\0": fn(Handle, *mut Handle) -> Outcome;
    rewind = b"OgaGenerator_RewindTo\0": fn(Handle, usize) -> Outcome;
    destroy_generator = b"OgaDestroyGenerator\0": fn(Handle);
    rank = b"OgaTensorGetShapeRank\0": fn(Handle, *mut usize) -> Outcome;
    shape = b"OgaTensorGetShape\0": fn(Handle, *mut i64, usize) -> Outcome;
    kind = b"OgaTensorGetType\0": fn(Handle, *mut i32) -> Outcome;
    values = b"OgaTensorGetData\0": fn(Handle, *mut *mut c_void) -> Outcome;
    destroy_tensor = b"OgaDestroyTensor\0": fn(Handle);
}

/// `OgaElementType_float32`.
const FLOAT32: i32 = 1;
/// Logits are [sequences, 1, vocabulary].
const RANK: usize = 3;

/// `OrtApiBase` of `onnxruntime_c_api.h`.
#[repr(C)]
struct ApiBase {
    api: *const c_void,
    version: unsafe extern "C" fn() -> *const c_char,
}

/// The library.
pub struct GenAi {
    functions: Functions,
    /// Version of ONNX Runtime.
    pub runtime: String,
    /// Never unloaded: threads of it may live as long as this process.
    _libraries: ManuallyDrop<[Library; 2]>,
}

impl GenAi {
    /// Loads ONNX Runtime, then GenAI, which looks for it under its name among what is loaded.
    ///
    /// # Errors
    /// One of them cannot be loaded, or lacks a function.
    pub fn load(runtime: &Path, genai: &Path) -> Result<GenAi, libloading::Error> {
        let open = |path: &Path| {
            // SAFETY: what they do when they are loaded is what their users want.
            unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) }
        };
        let runtime = open(runtime)?;
        // SAFETY: the type is that of onnxruntime_c_api.h.
        let base =
            unsafe { runtime.get::<unsafe extern "C" fn() -> *const ApiBase>(b"OrtGetApiBase\0") }?;
        // SAFETY: it returns a constant.
        let version = unsafe { base().as_ref().map(|base| text((base.version)())) };
        let genai = open(genai)?;
        Ok(GenAi {
            functions: Functions::find(&genai)?,
            runtime: version.unwrap_or_default(),
            _libraries: ManuallyDrop::new([runtime, genai]),
        })
    }

    /// Loads the model in `folder`, its genai_config.json overlaid by `overlay`.
    ///
    /// # Errors
    /// What the library says.
    pub fn model(&self, folder: &Path, overlay: &str) -> Result<Model<'_>, String> {
        let folder = c_string(folder.as_os_str().as_bytes())?;
        let overlay = c_string(overlay.as_bytes())?;
        let functions = &self.functions;
        // SAFETY: the strings end in a zero and live as long as the calls.
        let config = self.made(functions.destroy_config, |out| unsafe {
            (functions.create_config)(folder.as_ptr(), out)
        })?;
        // SAFETY: as above; the handle is a config.
        self.check(unsafe { (functions.overlay)(config.handle, overlay.as_ptr()) })?;
        // SAFETY: the handle is a config.
        let model = self.made(functions.destroy_model, |out| unsafe {
            (functions.create_model)(config.handle, out)
        })?;
        Ok(Model { genai: self, model })
    }

    /// What `create` made.
    fn made(
        &self,
        destroy: unsafe extern "C" fn(Handle),
        create: impl FnOnce(*mut Handle) -> Outcome,
    ) -> Result<Owned<'_>, String> {
        let mut handle = ptr::null_mut();
        self.check(create(&raw mut handle))?;
        if handle.is_null() {
            return Err("it made nothing and says no error".to_owned());
        }
        Ok(Owned {
            handle,
            destroy,
            library: PhantomData,
        })
    }

    fn check(&self, outcome: Outcome) -> Result<(), String> {
        if outcome.is_null() {
            return Ok(());
        }
        // SAFETY: it is an error, which is destroyed once.
        unsafe {
            let error = text((self.functions.error)(outcome));
            (self.functions.destroy_result)(outcome);
            Err(error)
        }
    }
}

impl Drop for GenAi {
    fn drop(&mut self) {
        // SAFETY: everything that it made borrowed it, so it is gone.
        unsafe { (self.functions.shutdown)() };
    }
}

/// A handle that is destroyed when it is dropped.
struct Owned<'g> {
    handle: Handle,
    destroy: unsafe extern "C" fn(Handle),
    library: PhantomData<&'g GenAi>,
}

impl Drop for Owned<'_> {
    fn drop(&mut self) {
        // SAFETY: it was made by the function that belongs to this one.
        unsafe { (self.destroy)(self.handle) };
    }
}

/// A model that was loaded.
pub struct Model<'g> {
    genai: &'g GenAi,
    model: Owned<'g>,
}

impl Model<'_> {
    /// What it runs on, such as `CPU`.
    ///
    /// # Errors
    /// What the library says.
    pub fn device(&self) -> Result<String, String> {
        let functions = &self.genai.functions;
        let mut device = ptr::null();
        // SAFETY: the handle is a model; the string is copied, then destroyed once.
        unsafe {
            self.genai
                .check((functions.device)(self.model.handle, &raw mut device))?;
            let copy = text(device);
            (functions.destroy_string)(device);
            Ok(copy)
        }
    }

    /// Its tokenizer.
    ///
    /// # Errors
    /// What the library says.
    pub fn tokenizer(&self) -> Result<Tokenizer<'_>, String> {
        let functions = &self.genai.functions;
        // SAFETY: the handle is a model.
        let tokenizer = self.genai.made(functions.destroy_tokenizer, |out| unsafe {
            (functions.create_tokenizer)(self.model.handle, out)
        })?;
        Ok(Tokenizer {
            genai: self.genai,
            tokenizer,
        })
    }

    /// A sequence of at most `context` tokens.
    ///
    /// # Errors
    /// What the library says.
    pub fn generator(&self, context: u32) -> Result<Generator<'_>, String> {
        let functions = &self.genai.functions;
        // SAFETY: the handle is a model.
        let params = self.genai.made(functions.destroy_params, |out| unsafe {
            (functions.create_params)(self.model.handle, out)
        })?;
        for (name, value) in [(c"batch_size", 1), (c"max_length", context)] {
            // SAFETY: the handle is one of parameters, the name ends in a zero.
            let outcome =
                unsafe { (functions.set_number)(params.handle, name.as_ptr(), f64::from(value)) };
            self.genai.check(outcome)?;
        }
        // SAFETY: the handles are those of a model and of parameters for it.
        let generator = self.genai.made(functions.destroy_generator, |out| unsafe {
            (functions.create_generator)(self.model.handle, params.handle, out)
        })?;
        Ok(Generator {
            genai: self.genai,
            generator,
        })
    }
}

/// Turns text into tokens.
pub struct Tokenizer<'m> {
    genai: &'m GenAi,
    tokenizer: Owned<'m>,
}

impl Tokenizer<'_> {
    /// The tokens of `text`, and what the tokenizer adds to every text.
    ///
    /// # Errors
    /// What the library says, or the text has a zero byte.
    pub fn encode(&self, text: &str) -> Result<Vec<i32>, String> {
        let functions = &self.genai.functions;
        let text = c_string(text.as_bytes())?;
        // SAFETY: it is given a place for a handle.
        let sequences = self.genai.made(functions.destroy_sequences, |out| unsafe {
            (functions.create_sequences)(out)
        })?;
        // SAFETY: the handles are those of a tokenizer and of sequences; the text ends in a zero.
        unsafe {
            self.genai.check((functions.encode)(
                self.tokenizer.handle,
                text.as_ptr(),
                sequences.handle,
            ))?;
            let count = (functions.count)(sequences.handle, 0);
            let data = (functions.data)(sequences.handle, 0);
            Ok(slice(data, count).to_vec())
        }
    }

    /// The tokens that end an answer.
    ///
    /// # Errors
    /// What the library says.
    pub fn eos(&self) -> Result<Vec<i32>, String> {
        let (mut data, mut count) = (ptr::null(), 0);
        // SAFETY: the handle is a tokenizer; what it gives lives as long as it.
        unsafe {
            self.genai.check((self.genai.functions.eos)(
                self.tokenizer.handle,
                &raw mut data,
                &raw mut count,
            ))?;
            Ok(slice(data, count).to_vec())
        }
    }
}

/// A sequence of tokens in the memory of a model.
pub struct Generator<'m> {
    genai: &'m GenAi,
    generator: Owned<'m>,
}

impl Generator<'_> {
    /// Computes `tokens` behind what it holds.
    ///
    /// # Errors
    /// What the library says.
    pub fn append(&mut self, tokens: &[i32]) -> Result<(), String> {
        let functions = &self.genai.functions;
        // SAFETY: the handle is a generator, and there are as many tokens as it is told.
        self.genai.check(unsafe {
            (functions.append)(self.generator.handle, tokens.as_ptr(), tokens.len())
        })
    }

    /// Cuts it back to `length` tokens.
    ///
    /// # Errors
    /// What the library says.
    pub fn rewind(&mut self, length: u32) -> Result<(), String> {
        let functions = &self.genai.functions;
        // SAFETY: the handle is a generator.
        self.genai
            .check(unsafe { (functions.rewind)(self.generator.handle, length as usize) })
    }

    /// Replaces `logits` by those behind the last token.
    ///
    /// # Errors
    /// What the library says, or they are no floats of one sequence.
    pub fn logits(&mut self, logits: &mut Vec<f32>) -> Result<(), String> {
        let functions = &self.genai.functions;
        // SAFETY: the handle is a generator.
        let tensor = self.genai.made(functions.destroy_tensor, |out| unsafe {
            (functions.logits)(self.generator.handle, out)
        })?;
        let (mut kind, mut rank, mut shape) = (0, 0, [0; RANK]);
        let mut values = ptr::null_mut();
        // SAFETY: the handle is a tensor, its shape has as many places as it has dimensions, and it has as many
        // values as these say.
        unsafe {
            self.genai
                .check((functions.kind)(tensor.handle, &raw mut kind))?;
            self.genai
                .check((functions.rank)(tensor.handle, &raw mut rank))?;
            if (kind, rank) != (FLOAT32, RANK) {
                return Err(format!("logits of type {kind} and rank {rank}"));
            }
            self.genai
                .check((functions.shape)(tensor.handle, shape.as_mut_ptr(), RANK))?;
            let [1, 1, count] = shape else {
                return Err(format!("logits of shape {shape:?}"));
            };
            self.genai
                .check((functions.values)(tensor.handle, &raw mut values))?;
            let count = usize::try_from(count).map_err(|_| "logits of no length")?;
            logits.clear();
            logits.extend_from_slice(slice(values.cast_const().cast(), count));
        }
        Ok(())
    }
}

fn c_string(bytes: &[u8]) -> Result<CString, String> {
    CString::new(bytes).map_err(|_| "a text with a zero byte cannot be given to it".to_owned())
}

/// A copy of a string; empty for none.
///
/// # Safety
/// It is null or ends in a zero.
unsafe fn text(string: *const c_char) -> String {
    match string.is_null() {
        true => String::new(),
        // SAFETY: as the caller says.
        false => unsafe { CStr::from_ptr(string) }
            .to_string_lossy()
            .into_owned(),
    }
}

/// `count` values; none where there are none.
///
/// # Safety
/// There are as many.
unsafe fn slice<'v, T>(data: *const T, count: usize) -> &'v [T] {
    match data.is_null() || count == 0 {
        true => &[],
        // SAFETY: as the caller says.
        false => unsafe { std::slice::from_raw_parts(data, count) },
    }
}
