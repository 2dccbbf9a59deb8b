//! What a run uses and what it meets: energy, memory, heat, waiting; and the power governor.

pub mod conditions;
mod governor;
pub mod memory;
pub mod meter;
pub mod paced;
mod spacing;
