//! Progress bars: all are drawn in one place, so that none writes over another and what is said
//! meanwhile stands above them.

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use edgescore_summary::plain_lines;
use indicatif::{MultiProgress, ProgressBar};
use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

use crate::{screen, verbosity};

/// The terminal as it was before the first bar.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

fn shown() -> &'static MultiProgress {
    static SHOWN: OnceLock<MultiProgress> = OnceLock::new();
    SHOWN.get_or_init(MultiProgress::new)
}

/// Shows `bar`, unless standard error is no terminal or this program is to be quiet.
pub fn show(bar: ProgressBar) -> Option<ProgressBar> {
    if shown().is_hidden() || verbosity::is_quiet() {
        return None;
    }
    hide_ctrl_c();
    Some(shown().add(bar))
}

/// Says a line on standard error.
pub fn say(line: &str) {
    match shown().is_hidden() {
        true => screen::say(line),
        // A terminal that is gone has no reader.
        false => drop(shown().println(plain_lines(line))),
    }
}

/// Takes all bars away and leaves the terminal as it was.
pub fn clear() {
    let _ = shown().clear();
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(before) = before {
        let _ = tcsetattr(io::stderr(), OptionalActions::Now, &before);
    }
}

/// The terminal stops to echo `^C`. A bar ends at the right edge, so `^C` would begin the next line,
/// and the bar above it could not be taken away any more.
fn hide_ctrl_c() {
    let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    let terminal = io::stderr();
    // In the background the kernel would stop a process that changes the terminal.
    let in_front = tcgetpgrp(&terminal).is_ok_and(|group| group == getpgrp());
    if before.is_some() || !in_front {
        return;
    }
    if let Ok(found) = tcgetattr(&terminal) {
        let mut changed = found.clone();
        changed.local_modes.remove(LocalModes::ECHOCTL);
        let _ = tcsetattr(&terminal, OptionalActions::Now, &changed);
        *before = Some(found);
    }
}
