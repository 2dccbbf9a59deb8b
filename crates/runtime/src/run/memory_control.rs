//! What the supervisor tells its worker before the plan: how its memory is counted and limited.

use edgescore_record::MemoryLimiter;
use serde::{Deserialize, Serialize};

/// How a worker's memory is counted and limited. Both ends are one program file, so this is no
/// format.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct MemoryControl<'a> {
    /// What counts its memory and limits it.
    pub limiter: MemoryLimiter,
    /// Why it has no cgroup of its own; empty where it has one.
    pub why: &'a str,
}

impl MemoryControl<'_> {
    /// Whether the worker is in a cgroup of its own.
    pub fn has_cgroup(&self) -> bool {
        matches!(
            self.limiter,
            MemoryLimiter::CgroupV1 | MemoryLimiter::CgroupV2
        )
    }
}
