//! Signals to supervisor and worker: dying of one would lose the last rows.

use std::ffi::c_int;

use nix::sys::signal::{SigHandler, Signal, signal};

/// What a signal does. Only what is safe in signal context: atomics and kill(2).
pub type Handler = extern "C" fn(c_int);

/// TERM and HUP call `end`, USR1 calls `decide`. Ctrl-C on the host's terminal reaches these
/// processes too and is ignored: the host decides what it means and sends that over the link.
#[allow(unsafe_code)]
pub fn catch(end: Handler, decide: Handler) {
    let handlers = [
        (Signal::SIGINT, SigHandler::SigIgn),
        (Signal::SIGTERM, SigHandler::Handler(end)),
        (Signal::SIGHUP, SigHandler::Handler(end)),
        (Signal::SIGUSR1, SigHandler::Handler(decide)),
    ];
    for (number, handler) in handlers {
        // SAFETY: by the contract of `Handler`.
        unsafe {
            let _ = signal(number, handler);
        }
    }
}
