//! Signals that would end the parent before its worker.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::signals;

/// The worker; 0 while there is none.
static WORKER: AtomicI32 = AtomicI32::new(0);

/// TERM came.
static TERMINATED: AtomicBool = AtomicBool::new(false);

/// Hands TERM and HUP on to the worker: it ends the run, and the rows so far become a whole
/// result.
pub fn pass_on() {
    signals::catch(tell_worker, decide);
}

extern "C" fn tell_worker(_signal: c_int) {
    TERMINATED.store(true, Ordering::Relaxed);
    tell(Signal::SIGTERM);
}

/// Another process serves a desk that knows enough: see `Parent::abort`.
extern "C" fn decide(_signal: c_int) {
    tell(Signal::SIGUSR1);
}

fn tell(signal: Signal) {
    let worker = WORKER.load(Ordering::Relaxed);
    if worker > 0 {
        let _ = kill(Pid::from_raw(worker), signal);
    }
}

/// Whether this process was asked to end.
pub fn asked_to_end() -> bool {
    TERMINATED.load(Ordering::Relaxed)
}

/// From now on signals go to process `worker`.
pub fn has_worker(worker: u32) {
    WORKER.store(worker.try_into().unwrap_or(0), Ordering::Relaxed);
}

/// From now on signals go to nobody.
pub fn has_none() {
    WORKER.store(0, Ordering::Relaxed);
}
