//! What is said while a race goes on.

use crate::{bars, verbosity};

/// Says how the race goes, unless this program is to be quiet.
pub fn say(line: &str) {
    if !verbosity::is_quiet() {
        bars::say(line);
    }
}
