//! What a power source is.

use std::string::String;

use crate::energy::{Measure, Sample, Scope};
use crate::{Microseconds, Microwatts, Reading, clock};

/// Something that reads power or energy.
pub trait Source: Send {
    /// What its readings mean.
    fn about(&self) -> &About;

    /// Reads it, at `now` on the monotonic clock. Makes no heap allocation.
    fn read(&mut self, now: Microseconds) -> Reading<Measure>;
}

/// Reads a source. The middle of the reading is its time: an I2C or firmware transaction takes
/// milliseconds.
pub fn sample(source: &mut dyn Source) -> Sample {
    let before = clock::now();
    let reading = source.read(before);
    let after = clock::now();
    Sample {
        at: Microseconds(before.0.midpoint(after.0)),
        reading,
    }
}

/// What the readings of a source mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name on the command line.
    pub name: &'static str,
    /// What the figure includes.
    pub scope: Scope,
    /// Whether a sensor measured it, now and on this board. What was not may never be ranked
    /// beside what was.
    pub measured: bool,
    /// Highest useful rate in samples a second; 0 for a source that is never sampled.
    pub max_rate_hz: u32,
    /// Smallest step of a power reading (for counters at 10 Hz), where it is known.
    pub resolution: Option<Microwatts>,
    /// What the board draws that this figure leaves out.
    pub omits: &'static str,
    /// What was found on this board, such as the rails that are summed.
    pub found: String,
}
