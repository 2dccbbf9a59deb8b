//! The pack's layout in bytes, shared by reader and writer. Prose: `docs/FORMATS.md`.

use heapless::Vec;
use serde::{Deserialize, Serialize};

use crate::frame::MAX_BLOCKS;
use crate::kind::{MAX_ACCEPTED, MAX_FUNCTIONS, MAX_STEPS};
use crate::letter::MAX_OPTIONS;
use crate::{Fault, Letter, Matching, Tolerance};

/// First bytes of every pack.
pub const MAGIC: [u8; 8] = *b"EDGEPACK";
/// Newest version. The writer makes the oldest that holds what the pack is to hold, so that a pack of
/// four-option questions is the same, to the byte and the hash, as it was before there were others.
pub const CURRENT_VERSION: u16 = 2;
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

/// The postcard header of version 1. Four sections follow it in this order: strings, tasks, episodes,
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

/// The header of version 2.
#[derive(Serialize, Deserialize)]
pub(crate) struct FramedHeader {
    pub frame: Vec<TextId, MAX_BLOCKS>,
    pub header: Header,
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

/// A question of version 1.
#[derive(Serialize, Deserialize)]
pub(crate) struct FourOptions {
    pub episode: u32,
    pub task: u32,
    pub key: Letter,
    pub text: TextId,
    pub options: [TextId; 4],
    pub reason: TextId,
    pub faults: [Option<Fault>; 4],
}

/// A question of version 2.
#[derive(Serialize, Deserialize)]
pub(crate) struct QuestionEntry {
    pub episode: Option<u32>,
    pub task: u32,
    pub text: TextId,
    /// The header's, where there is none.
    pub instruction: Option<TextId>,
    pub reason: TextId,
    pub kind: KindEntry,
}

impl From<FourOptions> for QuestionEntry {
    fn from(question: FourOptions) -> QuestionEntry {
        let pairs = question.options.into_iter().zip(question.faults);
        let options = pairs.map(|(text, fault)| OptionEntry { text, fault });
        QuestionEntry {
            episode: Some(question.episode),
            task: question.task,
            text: question.text,
            instruction: None,
            reason: question.reason,
            kind: KindEntry::Choice {
                key: question.key,
                options: options.collect(),
            },
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) enum KindEntry {
    Choice {
        key: Letter,
        options: Vec<OptionEntry, MAX_OPTIONS>,
    },
    Number {
        value: f64,
        tolerance: Tolerance,
        unit: TextId,
    },
    Text {
        matching: Matching,
        accepted: Vec<TextId, MAX_ACCEPTED>,
    },
    Tool {
        functions: Vec<TextId, MAX_FUNCTIONS>,
        calls: TextId,
    },
    Turns {
        functions: Vec<TextId, MAX_FUNCTIONS>,
        steps: Vec<StepEntry, MAX_STEPS>,
    },
}

#[derive(Serialize, Deserialize)]
pub(crate) struct OptionEntry {
    pub text: TextId,
    pub fault: Option<Fault>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StepEntry {
    pub calls: TextId,
    pub result: TextId,
}
