//! The task pack: tasks, episodes and questions in one file that is read where it lies.
//!
//! A board maps or reads the file into memory and hands the bytes to [`Pack::open`]; every
//! text that comes out borrows from those bytes, and reading a question allocates nothing.
//! Format: `docs/FORMATS.md`. The writer ([`Draft::to_bytes`], feature `std`) is for the host.
#![no_std]
#![warn(clippy::indexing_slicing)]

#[cfg(feature = "std")]
extern crate alloc;

#[cfg(feature = "std")]
mod draft;
mod error;
mod fault;
mod format;
mod hash;
mod letter;
mod pack;
mod prompt;
mod section;
mod splitmix;
#[cfg(feature = "std")]
mod write;

#[cfg(feature = "std")]
pub use draft::{Draft, DraftEpisode, DraftQuestion, DraftTask};
pub use error::PackError;
pub use fault::Fault;
pub use format::{CURRENT_VERSION, MAGIC, MIN_VERSION};
pub use hash::Hash;
pub use letter::Letter;
pub use pack::{Episode, Pack, Question, Task};
pub use prompt::{Layout, Rotation};
pub use splitmix::SplitMix64;
#[cfg(feature = "std")]
pub use write::DraftError;
