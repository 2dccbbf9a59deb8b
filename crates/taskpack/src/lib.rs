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
mod check;
#[cfg(feature = "std")]
mod draft;
mod error;
mod fault;
mod format;
mod frame;
mod hash;
mod kind;
mod letter;
mod message;
mod pack;
mod question;
mod rotation;
mod section;
mod splitmix;
#[cfg(feature = "std")]
mod write;

#[cfg(feature = "std")]
pub use check::DraftError;
#[cfg(feature = "std")]
pub use draft::{Draft, DraftEpisode, DraftKind, DraftOption, DraftQuestion, DraftStep, DraftTask};
pub use error::PackError;
pub use fault::Fault;
pub use format::{CURRENT_VERSION, MAGIC, MIN_VERSION};
pub use frame::{Frame, MAX_BLOCKS, SIX_G_FRAME};
pub use hash::Hash;
pub use kind::{
    Choice, Kind, MAX_ACCEPTED, MAX_FUNCTIONS, MAX_STEPS, Matching, Number, Opt, Step, Tolerance,
    ToolUse, Turns, Wording,
};
pub use letter::{Letter, MAX_OPTIONS};
pub use message::{Ends, Layout};
pub use pack::Pack;
pub use question::{Episode, Question, Task};
pub use rotation::Rotation;
pub use splitmix::SplitMix64;
