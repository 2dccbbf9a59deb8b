//! The ring between the sampling thread and the measured one.

use std::boxed::Box;
use std::sync::{Mutex, PoisonError};
use std::vec::Vec;

use heapless::spsc::{Consumer, Producer, Queue};

use crate::energy::Sample;

/// Samples that wait at most: 13 minutes at 10 Hz, in 192 KiB.
const CAPACITY: usize = 8192;

/// The two ends of a ring.
pub(super) type Ends = (Producer<'static, Sample>, Consumer<'static, Sample>);

/// Rings that no sampler uses. A thread needs memory that outlives its parent, so rings are
/// never freed, but used again.
static SPARE: Mutex<Vec<Ends>> = Mutex::new(Vec::new());

/// An empty ring.
pub(super) fn take() -> Ends {
    let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
    spare
        .pop()
        .unwrap_or_else(|| Box::leak(Box::new(Queue::<Sample, CAPACITY>::new())).split())
}

/// Gives a ring back.
pub(super) fn give_back((producer, mut consumer): Ends) {
    while consumer.dequeue().is_some() {}
    let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
    spare.push((producer, consumer));
}
