//! Many cases of one test.

use std::thread;

/// Checks all cases at once: a survey mostly waits.
pub fn each<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| check(case));
        }
    });
}
