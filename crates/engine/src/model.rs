//! Loading a GGUF file, and what can be asked of a loaded model.

use std::ffi::{CStr, CString};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use edgescore_record::Weights;

use crate::buffers::Buffers;
use crate::ffi;
use crate::logging;
use crate::special::SpecialTokens;
use crate::token::{TextTooLong, Token, Tokenize, UnknownToken};

/// What the file says about the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// `general.architecture`, for example `qwen2`.
    pub architecture: String,
    /// `general.name`, if the file has one.
    pub name: Option<String>,
    /// llama.cpp's one-line summary, for example `qwen2 1B Q4_0`.
    pub description: String,
    /// llama.cpp's name of the file type, for example `Q4_K - Medium`.
    pub quantisation: String,
    /// Number of weights.
    pub parameters: u64,
    /// Size of all tensors, as they are in the file.
    pub tensor_bytes: u64,
    /// Context length the model was trained with, in tokens.
    pub trained_context: u32,
    /// What a token takes of the weights; `None` if a file of a model in several has an odd name.
    pub token_weights: Option<TokenWeights>,
    /// Number of tokens in the vocabulary: the length of the logits.
    pub vocabulary: u32,
    /// Width in tokens of the sliding attention window of some or all layers; 0 for none.
    pub sliding_window: u32,
    /// All layers keep a recurrent state (Mamba, RWKV): it cannot be rolled back.
    pub recurrent: bool,
    /// Some layers keep a recurrent state, others a KV cache (LFM2, Granite 4).
    pub hybrid: bool,
}

/// What one token takes of the weights. Of a mixture of experts those that it is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenWeights {
    /// Weights that each token of a prompt is multiplied with: without the output's, which only
    /// the last token meets.
    pub multiplied: u64,
    /// Bytes of weights that are read to decode a token.
    pub read_bytes: u64,
}

/// A loaded model: weights and tokenizer.
pub struct Model {
    raw: ffi::Model,
    facts: Facts,
    /// No token ends its answers: a copy without weights, to be timed, says so of itself.
    endless: bool,
    buffers: Buffers,
}

impl Model {
    /// Loads a GGUF file; the first file of a split model stands for all of them.
    ///
    /// Mapped weights are page cache, which the kernel can drop and read again. Repacked weights
    /// are a copy in anonymous memory where ggml has another layout for the quantisation: a
    /// 1.55 GiB Q4_0 model gains 1.51 GiB. On a Raspberry Pi 5 they give 1.9 to 2.7 times the
    /// prefill speed and 0.93 to 0.99 times the decode speed.
    ///
    /// `progress` gets the share of the weights read so far, 0 to 1, and gives up the load
    /// by a break. The mapping itself is made before its first call: on a cold cache that
    /// alone reads the file.
    pub fn load(
        path: &Path,
        weights: Weights,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<Self, LoadError> {
        let mut given_up = false;
        let mut watch = |share| {
            let flow = progress(share);
            given_up |= flow.is_break();
            flow
        };
        let repack = weights == Weights::Repacked;
        let loaded = Self::open(path, |path| ffi::Model::load(path, repack, &mut watch));
        loaded.map_err(|problem| LoadError {
            path: path.to_owned(),
            problem: match given_up {
                true => LoadProblem::GivenUp,
                false => problem,
            },
        })
    }

    /// Loads a file by `load` and checks that the model continues texts.
    pub(crate) fn open(
        path: &Path,
        load: impl FnOnce(&CStr) -> Option<ffi::Model>,
    ) -> Result<Self, LoadProblem> {
        let file_bytes = check_file(path)?;
        let path = CString::new(path.as_os_str().as_bytes())
            .map_err(|e| LoadProblem::Unreadable(e.into()))?;
        ffi::init_backend();
        logging::forget_errors();
        let (raw, buffers) = logging::with_buffers(|| load(&path));
        let raw = raw.ok_or_else(|| why_refused(&path, file_bytes))?;
        let facts = facts(&raw, &path);
        let endless = raw.meta(c"edgescore.endless").as_deref() == Some("true");
        match cannot_generate(&raw, &facts) {
            Some(problem) => Err(problem),
            None => Ok(Self {
                raw,
                facts,
                endless,
                buffers,
            }),
        }
    }

    /// How much memory the weights take, and in which form.
    pub fn buffers(&self) -> Buffers {
        self.buffers
    }

    /// What the file says about the model.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// A metadata value of the file as text, for example of `general.license`. Arrays are
    /// not given.
    pub fn meta(&self, key: &str) -> Option<String> {
        self.raw.meta(&CString::new(key).ok()?)
    }

    /// Replaces `out` by the tokens of `text`. No allocation on the Rust side once `out` is
    /// large enough.
    pub fn tokenize(
        &self,
        text: &str,
        how: Tokenize,
        out: &mut Vec<Token>,
    ) -> Result<(), TextTooLong> {
        let bytes = text.len();
        if bytes > TextTooLong::LIMIT_BYTES {
            return Err(TextTooLong { bytes });
        }
        out.clear();
        self.raw.tokenize(text, how, out);
        Ok(())
    }

    /// Appends the bytes of a token to `out`: a token may hold part of a UTF-8 character.
    /// Control tokens such as `<|im_end|>` have bytes only if `special`.
    pub fn piece(
        &self,
        token: Token,
        special: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), UnknownToken> {
        let vocabulary = self.facts.vocabulary;
        if token.0 >= vocabulary {
            return Err(UnknownToken { token, vocabulary });
        }
        self.raw.piece(token, special, out);
        Ok(())
    }

    /// The token ends an answer (end of text, end of turn).
    pub fn ends_generation(&self, token: Token) -> bool {
        !self.endless && self.raw.ends_generation(token)
    }

    /// The control tokens of the vocabulary.
    pub fn special_tokens(&self) -> SpecialTokens {
        SpecialTokens::new(self.raw.special_tokens())
    }

    /// The token that begins a sequence, and whether the model wants one before every prompt.
    pub fn bos(&self) -> Option<(Token, bool)> {
        self.raw.bos()
    }

    /// The prompt that llama.cpp's C API makes of `messages` (role, content) with the template of
    /// the model file, open for an answer. It runs no Jinja: it recognises a template by phrases
    /// in its text and applies code of its own. `None` where it recognises none.
    pub fn matched_prompt(&self, messages: &[(&str, &str)]) -> Option<String> {
        ffi::matched_prompt(self.raw.chat_template()?, messages)
    }

    pub(crate) fn raw(&self) -> &ffi::Model {
        &self.raw
    }
}

/// The file's length, if it can be read and starts like a GGUF.
fn check_file(path: &Path) -> Result<u64, LoadProblem> {
    let unreadable = |e: io::Error| match e.kind() {
        io::ErrorKind::NotFound => LoadProblem::NotFound,
        _ => LoadProblem::Unreadable(e),
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut start = Vec::with_capacity(4);
    (&file)
        .take(4)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    if start != b"GGUF" {
        return Err(LoadProblem::NotGguf);
    }
    Ok(file.metadata().map_err(unreadable)?.len())
}

/// Looks for the reason that llama.cpp states least clearly: a copy that stopped half way.
fn why_refused(path: &CStr, file_bytes: u64) -> LoadProblem {
    let reason = logging::reason();
    match ffi::Gguf::open(path).map(|file| file.extent()) {
        Some(needed_bytes) if file_bytes < needed_bytes => LoadProblem::Truncated {
            file_bytes,
            needed_bytes,
        },
        _ => LoadProblem::Refused(reason),
    }
}

fn facts(raw: &ffi::Model, path: &CStr) -> Facts {
    Facts {
        architecture: raw.meta(c"general.architecture").unwrap_or_default(),
        name: raw.meta(c"general.name"),
        description: raw.description(),
        quantisation: raw.quantisation(),
        parameters: raw.parameters(),
        tensor_bytes: raw.tensor_bytes(),
        trained_context: raw.trained_context(),
        token_weights: token_weights(raw, path),
        vocabulary: raw.vocabulary(),
        sliding_window: raw.sliding_window(),
        recurrent: raw.is_recurrent(),
        hybrid: raw.is_hybrid(),
    }
}

/// Goes over the tensors of the file, by llama.cpp's names for them (`llama-arch.cpp`).
fn token_weights(raw: &ffi::Model, path: &CStr) -> Option<TokenWeights> {
    let count = raw
        .meta(c"split.count")
        .and_then(|count| count.parse().ok());
    let files: Vec<ffi::Gguf> = parts(path, count.unwrap_or(1))?
        .iter()
        .map(|part| ffi::Gguf::open(part))
        .collect::<Option<_>>()?;
    let tensors = || files.iter().flat_map(|file| file.tensors());
    let is = |tensor: &ffi::Tensor, name: &str| tensor.name.to_bytes().ends_with(name.as_bytes());
    // Not by its ending: there is attn_output.weight.
    let has_output = tensors().any(|tensor| tensor.name == c"output.weight");
    let experts = Experts::of(raw);
    let (mut multiplied, mut read_bytes) = (0u64, 0u64);
    for tensor in tensors() {
        let looked_up = is(&tensor, "token_embd.weight") || is(&tensor, "position_embd.weight");
        let output = match has_output {
            true => tensor.name == c"output.weight",
            // Tied: the embeddings are the output's weights too.
            false => tensor.name == c"token_embd.weight",
        };
        let share = |whole| match is(&tensor, "_exps.weight") {
            true => experts.share(whole),
            false => whole,
        };
        if !looked_up && !output {
            multiplied = multiplied.saturating_add(share(tensor.values));
        }
        if !looked_up || output {
            read_bytes = read_bytes.saturating_add(share(tensor.bytes));
        }
    }
    Some(TokenWeights {
        multiplied,
        read_bytes,
    })
}

/// The files of a model in `count` of them, of which `path` is the first, by llama.cpp's names.
fn parts(path: &CStr, count: u32) -> Option<Vec<CString>> {
    if count <= 1 {
        return Some(vec![path.to_owned()]);
    }
    let name = |part: u32| format!("-{part:05}-of-{count:05}.gguf");
    let start = path.to_bytes().strip_suffix(name(1).as_bytes())?;
    (1..=count)
        .map(|part| CString::new([start, name(part).as_bytes()].concat()).ok())
        .collect()
}

/// How many experts a token is sent to, of how many.
struct Experts {
    used: u64,
    of: u64,
}

impl Experts {
    fn of(raw: &ffi::Model) -> Experts {
        let architecture = raw.meta(c"general.architecture").unwrap_or_default();
        let number = |key: &str| {
            let key = CString::new(format!("{architecture}.{key}")).ok()?;
            raw.meta(&key)?.parse().ok()
        };
        match (number("expert_used_count"), number("expert_count")) {
            (Some(used), Some(of @ 1..)) if used <= of => Experts { used, of },
            _ => Experts { used: 1, of: 1 },
        }
    }

    fn share(&self, whole: u64) -> u64 {
        whole / self.of * self.used
    }
}

/// A model that llama.cpp loads but that does not predict a next token from the tokens
/// before it. Encoders without attention keys are found by [`crate::Session::new`].
fn cannot_generate(raw: &ffi::Model, facts: &Facts) -> Option<LoadProblem> {
    let causal_key = CString::new(format!("{}.attention.causal", facts.architecture)).ok()?;
    let bidirectional = raw.meta(&causal_key).is_some_and(|value| value == "false");
    if raw.has_encoder() || raw.is_diffusion() || bidirectional {
        return Some(LoadProblem::NotADecoder(facts.architecture.clone()));
    }
    (!raw.has_tokenizer()).then_some(LoadProblem::NoTokenizer)
}

/// Why a model was not loaded.
#[derive(Debug)]
pub struct LoadError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: LoadProblem,
}

/// What is wrong with a model file.
#[derive(Debug)]
pub enum LoadProblem {
    /// There is no such file.
    NotFound,
    /// The file is there but cannot be read.
    Unreadable(io::Error),
    /// The file does not start with `GGUF`.
    NotGguf,
    /// The file ends before its last tensor.
    Truncated {
        /// Length of the file.
        file_bytes: u64,
        /// Length that its header promises.
        needed_bytes: u64,
    },
    /// llama.cpp refused the file; the reason is from its log.
    Refused(String),
    /// The model is of an architecture (named) that does not continue a text: an encoder,
    /// an encoder-decoder or a diffusion model.
    NotADecoder(String),
    /// The file has weights but no tokenizer.
    NoTokenizer,
    /// The `progress` callback broke off the load.
    GivenUp,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path.display())?;
        match &self.problem {
            LoadProblem::NotFound => write!(f, "no such file: check the path to the model"),
            LoadProblem::Unreadable(e) => write!(f, "cannot be read: {e}"),
            LoadProblem::NotGguf => write!(
                f,
                "not a GGUF file: convert the model with llama.cpp's convert_hf_to_gguf.py, or \
                 fetch a GGUF build of it"
            ),
            LoadProblem::Truncated {
                file_bytes,
                needed_bytes,
            } => write!(
                f,
                "cut short at {file_bytes} of {needed_bytes} bytes: copy the file again"
            ),
            LoadProblem::Refused(reason) => write!(
                f,
                "llama.cpp refuses the model: {reason}; copy the file again, and if it is whole, \
                 convert the model again with a llama.cpp of about this age"
            ),
            LoadProblem::NotADecoder(architecture) => write!(
                f,
                "a model of architecture {architecture} does not continue a text: use a causal \
                 decoder model"
            ),
            LoadProblem::NoTokenizer => write!(
                f,
                "the file has no tokenizer: convert the model again, with its tokenizer"
            ),
            LoadProblem::GivenUp => write!(f, "loading was broken off"),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            LoadProblem::Unreadable(e) => Some(e),
            _ => None,
        }
    }
}
