//! Why a pack cannot be read.

use core::fmt;

use crate::format::{CURRENT_VERSION, MIN_VERSION};

/// Why bytes are not a readable pack. The message names the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackError {
    /// The magic is missing.
    NotAPack,
    /// Written by a newer program; holds the version found.
    TooNew(u16),
    /// Written in a version that is no longer read; holds the version found.
    TooOld(u16),
    /// The bytes end before the content does.
    Truncated,
    /// The content contradicts itself; names the place.
    Corrupt(&'static str),
    /// The content's SHA-256 is not the one the pack states.
    HashMismatch,
    /// There is no question at this index; holds the index and the count.
    NoSuchQuestion(u32, u32),
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PackError::NotAPack => f.write_str(
                "not a task pack (the first eight bytes are not EDGEPACK): make one with `edgescore pack build`",
            ),
            PackError::TooNew(found) => write!(
                f,
                "pack format version {found} is newer than this program reads ({MIN_VERSION} to {CURRENT_VERSION}): update edgescore on this side"
            ),
            PackError::TooOld(found) => write!(
                f,
                "pack format version {found} is older than this program reads ({MIN_VERSION} to {CURRENT_VERSION}): build the pack again"
            ),
            PackError::Truncated => {
                f.write_str("the pack is truncated: copy or build it again")
            }
            PackError::Corrupt(place) => {
                write!(f, "the pack is corrupt at its {place}: copy or build it again")
            }
            PackError::HashMismatch => f.write_str(
                "the pack's content does not match its SHA-256: copy or build it again",
            ),
            PackError::NoSuchQuestion(index, count) => write!(
                f,
                "question {index} does not exist: the pack holds questions 0 to {}",
                count.saturating_sub(1)
            ),
        }
    }
}

impl core::error::Error for PackError {}
