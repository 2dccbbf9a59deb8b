//! Power sources: what a board, or a meter beside it, can say about its power.
//!
//! Every path is below a root that is `/` on a board and a captured tree in a test.

pub mod fnb58;
pub mod hwmon;
pub mod jetson_ina3221;
mod nothing;
pub mod pi5_pmic;
pub mod rapl;
mod select;
pub mod simulated;
mod source;
pub mod trace;

pub use select::{BadChoice, Choice};
pub use source::{About, Source, sample};
