//! The only unsafe code of the crate: owning handles over llama.cpp's C API, safe to call
//! except where a comment says what the caller must keep.
#![allow(unsafe_code)]

mod backend;
mod buffer;
mod context;
pub(crate) mod features;
mod gguf;
mod grammar;
mod model;
mod pool;
mod repack;
mod sequence_batch;
mod stops;
mod template;

pub(crate) use backend::init_backend;
pub use backend::release_freed;
pub(crate) use context::Context;
pub(crate) use gguf::{Gguf, Tensor};
pub(crate) use grammar::{Candidate, Grammar};
pub(crate) use model::Model;
pub(crate) use repack::repacked_bytes;
pub(crate) use sequence_batch::SequenceBatch;
pub use stops::{HalfLayer, Pacing, Threads};
pub(crate) use template::matched_prompt;
