//! What the parent tells its worker before the plan: how the run's memory is counted and held.

use edgescore_record::Keeper;
use serde::{Deserialize, Serialize};

/// How a worker is held. Both ends are one program file, so this is no format.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Holding<'a> {
    /// What counts its memory and holds it to a limit.
    pub keeper: Keeper,
    /// Why it has no cgroup of its own; empty where it has one.
    pub why: &'a str,
}

impl Holding<'_> {
    /// Whether the worker is in a cgroup of its own.
    pub fn has_cgroup(&self) -> bool {
        matches!(self.keeper, Keeper::CgroupV1 | Keeper::CgroupV2)
    }
}
