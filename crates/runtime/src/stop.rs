//! The two ways to end a run early, set by the thread that reads the supervisor's commands.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use edgescore_record::Stop;

/// Set when the run must end at once, inside a question. llama.cpp polls it between the
/// nodes of its graph.
pub static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static DECIDED: AtomicBool = AtomicBool::new(false);

/// Asks the run in progress to end.
pub fn request(stop: Stop) {
    match stop {
        Stop::Interrupted => INTERRUPTED.store(true, Ordering::Relaxed),
        Stop::Decided => DECIDED.store(true, Ordering::Relaxed),
    }
}

/// Whether the run was asked to end, and why.
pub fn requested() -> Option<Stop> {
    if is_interrupted() {
        return Some(Stop::Interrupted);
    }
    DECIDED.load(Ordering::Relaxed).then_some(Stop::Decided)
}

/// Sleeps, unless the run is interrupted: that is looked for every 50 ms.
pub fn nap(length: Duration) {
    let from = Instant::now();
    while let Some(left) = length
        .checked_sub(from.elapsed())
        .filter(|left| !left.is_zero())
        && !is_interrupted()
    {
        sleep(left.min(Duration::from_millis(50)));
    }
}

/// Whether the run must end at once.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
