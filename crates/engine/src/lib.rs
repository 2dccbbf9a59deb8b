//! Models and sessions: the only crate that knows llama.cpp.
//!
//! A [`Model`] is a loaded GGUF file: its facts and its tokenizer. A
//! [`Session`] is a sequence of tokens held in the memory of such a model: prefill, decode, the
//! logits of the last position, the way back to an earlier position, and copies that go on together.
//!
//! Everything runs on the CPU, in a thread pool that lives as long as its session, and
//! the same session options give bit-identical logits from run to run. A session makes
//! no Rust heap allocation after [`Session::new`] (llama.cpp makes its own).
//!
//! llama.cpp's log lines go to the `log` crate under the target `llama.cpp`, one level
//! lower than llama.cpp has them: its errors are `warn` here, its info is `debug`.

mod buffers;
mod ffi;
mod grammar;
mod logging;
mod model;
mod options;
mod outline;
mod session;
mod special;
mod token;

pub use buffers::Buffers;
pub use ffi::features::{CpuFeature, cpu_features, llama_version, system_info};
pub use ffi::release_freed;
pub use ffi::{HalfLayer, Pacing, Threads};
pub use grammar::{BadGrammar, Grammar};
pub use model::{Facts, LoadError, LoadProblem, Model, TokenWeights};
pub use options::{Others, SessionOptions};
pub use outline::{Outline, PlannedSession, repacked_bytes};
pub use session::{DecodeError, Part, Session, SessionError, Shape, StateError};
pub use special::{Segment, SpecialToken, SpecialTokens};
pub use token::{TextTooLong, Token, Tokenize, UnknownToken};
