//! Requests to end a run that is followed.

use std::sync::atomic::{AtomicU8, Ordering};

use edgescore_record::Stop;

/// A request to end the run, from a signal handler or from the code that takes the rows.
#[derive(Debug, Default)]
pub struct StopRequests(AtomicU8);

impl StopRequests {
    /// Requests the end of the run. Interrupted stands before decided.
    pub fn request(&self, stop: Stop) {
        let code = match stop {
            Stop::Decided => 1,
            Stop::Interrupted => 2,
        };
        self.0.fetch_max(code, Ordering::Relaxed);
    }

    /// What was requested.
    pub fn requested(&self) -> Option<Stop> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Stop::Decided),
            _ => Some(Stop::Interrupted),
        }
    }
}
