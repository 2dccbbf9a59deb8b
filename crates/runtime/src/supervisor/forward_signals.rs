//! Signals that would end the supervisor before its worker go to the worker.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::signals;

/// The worker; 0 while there is none.
static WORKER: AtomicI32 = AtomicI32::new(0);

/// TERM came.
static TERMINATED: AtomicBool = AtomicBool::new(false);

/// Forwards TERM and HUP to the worker: it ends the run, and the rows so far become a whole
/// result.
pub fn install() {
    signals::catch(terminate, decide);
}

extern "C" fn terminate(_signal: c_int) {
    TERMINATED.store(true, Ordering::Relaxed);
    forward(Signal::SIGTERM);
}

/// Another process serves a host whose result is certain: see `Supervisor::abort`.
extern "C" fn decide(_signal: c_int) {
    forward(Signal::SIGUSR1);
}

fn forward(signal: Signal) {
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
pub fn set_worker(worker: u32) {
    WORKER.store(worker.try_into().unwrap_or(0), Ordering::Relaxed);
}

/// From now on signals go to nobody.
pub fn clear_worker() {
    WORKER.store(0, Ordering::Relaxed);
}
