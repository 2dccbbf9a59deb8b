//! GGUF files: their metadata and their table of tensors, read and written.
//!
//! Values are kept as the bytes they have in the file: what is copied from one file to another is
//! not interpreted on the way.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>. Versions 2 and 3
//! encode values alike; version 3 added big-endian files, which this program does not read.

mod read;
pub mod tokenizer;
mod value;
mod write;

pub use read::{ReadError, header, metadata};
pub use value::{ALIGNMENT, Array, Entry, Kind, TensorInfo, Value};
pub use write::{alignment, front, padded};
