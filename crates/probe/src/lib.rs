//! What a board can say about itself: physical values with their units, readings or the
//! reason why there is none, and (feature `std`) the sources that read `/proc` and `/sys`.
#![no_std]

#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "std")]
mod board;
#[cfg(feature = "std")]
mod memory;
mod reading;
mod units;

#[cfg(feature = "std")]
pub use board::BoardFacts;
#[cfg(feature = "std")]
pub use memory::MemorySample;
pub use reading::{Reading, Reason};
pub use units::{Bytes, Microjoules, Microseconds};
