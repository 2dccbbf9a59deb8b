//! What a board can and cannot measure, thing by thing, each read at this moment.

mod finding;

#[cfg(feature = "std")]
mod conditions;
#[cfg(feature = "std")]
mod look;
#[cfg(feature = "std")]
mod memory;
#[cfg(feature = "std")]
mod power;

pub use finding::{Figure, Finding, Meaning, Topic};
#[cfg(feature = "std")]
pub use look::{Survey, survey};
