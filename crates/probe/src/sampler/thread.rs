//! The thread that samples at a fixed rate.

use std::boxed::Box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use heapless::spsc::Producer;

use crate::energy::Sample;
use crate::power::{Source, sample};
use crate::{Microseconds, clock};

/// What both threads use. Whoever reads the source holds it until its sample is in order, so
/// samples of the two threads never overtake each other.
pub(super) struct Shared {
    source: Mutex<Box<dyn Source>>,
    stop: AtomicBool,
}

impl Shared {
    pub fn new(source: Box<dyn Source>) -> Shared {
        Shared {
            source: Mutex::new(source),
            stop: AtomicBool::new(false),
        }
    }

    /// The source, for one sample.
    pub fn source(&self) -> MutexGuard<'_, Box<dyn Source>> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the thread to end; it must be unparked as well.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What the thread leaves behind.
pub(super) struct Worker {
    pub ring: Producer<'static, Sample>,
    pub regularity: Regularity,
}

/// How regularly samples were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Regularity {
    /// Samples taken on time or late, without edges.
    pub ticks: u64,
    /// Times that passed without a sample because the thread came a period late or more.
    pub skipped: u64,
    /// Samples that found the ring full: nobody took an edge for too long.
    pub overflowed: u64,
    /// Largest delay of a tick.
    pub latest: Microseconds,
}

/// Samples every `period` until it is told to stop. Allocates nothing.
pub(super) fn run(
    shared: &Shared,
    ring: Producer<'static, Sample>,
    period: Microseconds,
) -> Worker {
    let mut worker = Worker {
        ring,
        regularity: Regularity::default(),
    };
    let mut due = clock::now().0.saturating_add(period.0);
    while !shared.stop.load(Ordering::Relaxed) {
        let now = clock::now().0;
        if now < due {
            thread::park_timeout(Microseconds(due - now).into());
            continue;
        }
        worker.tick(shared, now - due);
        // Times that have passed are not made up for: a burst of samples would measure one
        // moment many times.
        let after = clock::now().0;
        let periods = after.saturating_sub(due) / period.0.max(1);
        worker.regularity.skipped += periods;
        due = due.saturating_add((periods + 1).saturating_mul(period.0));
    }
    worker
}

impl Worker {
    fn tick(&mut self, shared: &Shared, late: u64) {
        let regularity = &mut self.regularity;
        regularity.ticks += 1;
        regularity.latest = regularity.latest.max(Microseconds(late));
        let mut source = shared.source();
        if self.ring.enqueue(sample(&mut **source)).is_err() {
            regularity.overflowed += 1;
        }
    }
}
