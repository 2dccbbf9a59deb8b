//! Ctrl-C as a request to end the run in progress.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use edgescore_record::Stop;

use crate::bars;
use crate::failure::Failure;
use crate::link::{Connection, StopRequests, Waker};

/// What Ctrl-C ends: the run in progress.
static IN_PROGRESS: Mutex<Option<(Arc<StopRequests>, Waker)>> = Mutex::new(None);

/// Ctrl-C was pressed: also between two runs, when none is in progress.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether Ctrl-C was pressed, so that no other run is to begin.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Catches Ctrl-C for the runs over `connection` from now on. Without this the first Ctrl-C would
/// leave the last row unwritten. The second ends this program.
pub fn catch(connection: &Connection) -> Result<Arc<StopRequests>, Failure> {
    let in_progress = || IN_PROGRESS.lock().unwrap_or_else(PoisonError::into_inner);
    let stops = Arc::<StopRequests>::default();
    let before = in_progress().replace((stops.clone(), connection.waker()));
    if before.is_some() {
        if interrupted() {
            stops.request(Stop::Interrupted);
        }
        return Ok(stops);
    }
    let mut interrupts = 0;
    ctrlc::set_handler(move || {
        interrupts += 1;
        if interrupts > 1 {
            bars::clear();
            std::process::exit(130);
        }
        INTERRUPTED.store(true, Ordering::SeqCst);
        if let Some((stops, waker)) = &*in_progress() {
            stops.request(Stop::Interrupted);
            waker.wake();
        }
    })
    .context("cannot catch Ctrl-C")
    .map_err(Failure::Board)?;
    Ok(stops)
}
