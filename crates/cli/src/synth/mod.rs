//! Synthetic models: GGUF files with a real model's shapes and random weights.
//!
//! Such a file loads, runs and fills memory like the model it is shaped after: the same
//! tensors in the same formats, so speed and memory can be measured before gigabytes are
//! downloaded. Its answers are chance, and its metadata says so under [`SYNTHETIC_KEY`].
//!
//! How close it is: `llama-quantize` turns the f16 file of a seed into the q8_0 and q4_0
//! files of that seed, byte for byte, except for the scales of a q6_K output layer (see
//! [`quant`]), which has the same size. Against the real file only the vocabulary's text is
//! missing, 2.5 MB or 0.3 % of a 1.5B model in q4_0, and nothing with `--tokenizer`.

mod error;
mod quant;
mod script;
mod shape;
mod tensors;
mod tokenizer;
mod vocabulary;
mod weights;
mod write;

pub use error::SynthError;
pub use quant::Quant;
pub use shape::{MODELS, Model, Shape, TINY, named};
pub use write::{SYNTHETIC_KEY, Spec, Summary, write};
