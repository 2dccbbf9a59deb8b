//! Physical values whose type is the unit, and how people type them.

mod spelled;
mod types;

pub use spelled::NotAQuantity;
pub use types::{
    Bytes, BytesPerSecond, Hertz, Microjoules, Microseconds, Microwatts, MilliCelsius,
    OperationsPerSecond,
};
