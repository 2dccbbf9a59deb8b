//! What a power source reads.

use crate::{Microjoules, Microseconds, Microwatts, Reading};

/// What a power source reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Power at this moment, or its mean since the reading before.
    Power(Microwatts),
    /// Energy since some start; never falls.
    Energy(Microjoules),
}

/// One reading of a power source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When it was read.
    pub at: Microseconds,
    /// What was read.
    pub reading: Reading<Measure>,
}
