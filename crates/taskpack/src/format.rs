//! The pack's layout in bytes, shared by reader and writer. Prose: `docs/FORMATS.md`.

use serde::{Deserialize, Serialize};

use crate::{Fault, Letter};

/// First bytes of every pack.
pub const MAGIC: [u8; 8] = *b"EDGEPACK";
/// Version that the writer makes.
pub const CURRENT_VERSION: u16 = 1;
/// Oldest version that the reader takes.
pub const MIN_VERSION: u16 = 1;

/// Offset of the u16 version.
pub(crate) const VERSION_AT: usize = 8;
/// Offset of the SHA-256 over everything behind it.
pub(crate) const HASH_AT: usize = 10;
/// Offset of the u32 header length; the hashed part starts here.
pub(crate) const CONTENT_AT: usize = 42;

/// Index into the string section.
pub(crate) type TextId = u32;

/// The postcard header. Four sections follow it in this order: strings, tasks, episodes,
/// questions.
#[derive(Serialize, Deserialize)]
pub(crate) struct Header {
    pub name: TextId,
    pub origin: TextId,
    pub system: TextId,
    pub instruction: TextId,
    pub strings: SectionShape,
    pub tasks: SectionShape,
    pub episodes: SectionShape,
    pub questions: SectionShape,
}

/// Size of a section: a table of `count + 1` u32 offsets, then `bytes` bytes of entries.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct SectionShape {
    pub count: u32,
    pub bytes: u32,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct TaskEntry {
    pub id: TextId,
    pub name: TextId,
    pub group: TextId,
    pub definition: TextId,
    pub pass_at_k: bool,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct EpisodeEntry {
    pub id: TextId,
    pub summary: TextId,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct QuestionEntry {
    pub episode: u32,
    pub task: u32,
    pub key: Letter,
    pub text: TextId,
    pub options: [TextId; 4],
    pub reason: TextId,
    pub faults: [Option<Fault>; 4],
}
