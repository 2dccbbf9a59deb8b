//! From samples to energy, in integers and without allocation: no `std` needed.
//!
//! Power is integrated by the trapezoid rule, counters by their differences. The integral is
//! kept as a running sum, so the energy between any two edges is one subtraction.

mod counter;
mod integral;
mod levels;
mod pace;
mod point;
mod sample;
mod scope;
mod trail;
mod window;

pub use counter::Counter;
pub use integral::Integral;
pub use levels::Levels;
pub use pace::{Budget, Pace};
pub use point::{Point, Work};
pub use sample::{Measure, Sample};
pub use scope::Scope;
pub use trail::Trail;
pub use window::{Edge, Window};
