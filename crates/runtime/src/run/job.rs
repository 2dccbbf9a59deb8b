//! What a run works on: read and checked before anything is measured.

use std::time::Instant;

use edgescore_probe::Bytes;
use edgescore_record::prompt_file::PromptFile;
use edgescore_record::{Ask, Plan};
use edgescore_taskpack::{Hash, Pack};

use super::memory_control::MemoryControl;

/// The plan of a run and what it names.
pub struct Job<'r> {
    /// The plan.
    pub plan: &'r Plan<'r>,
    /// Its pack.
    pub pack: &'r Pack<'r>,
    /// How its questions become prompts.
    pub prompts: &'r PromptFile<'r>,
    /// The questions in the order of asking.
    pub asks: &'r [Ask],
    /// Name of the model.
    pub model_name: &'r str,
    /// Size of the model, all parts of a split one together.
    pub model_bytes: Bytes,
    /// SHA-256 of the model.
    pub model_hash: Hash,
    /// How the memory of this process is counted and limited.
    pub memory: &'r MemoryControl<'r>,
    /// When the run began.
    pub began: Instant,
}
