//! Arithmetic: one instruction, as often as the CPU can.

use std::thread;
use std::time::{Duration, Instant};

use super::kernel::Kernel;
use crate::{OperationsPerSecond, Reading, Reason};

/// How often it is measured, for how long each time. The first wakes the clocks.
const TIMES: u32 = 2;
const TIME: Duration = Duration::from_millis(80);
/// Rounds between two looks at the clock: a fraction of a millisecond.
const ROUNDS: u32 = 4096;

/// What an instruction reaches on all CPUs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    /// The instruction, as its manual names it.
    pub instruction: &'static str,
    /// Multiplications and additions, each counted.
    pub rate: OperationsPerSecond,
}

/// The peak of `kernel` on `threads`; [`Reason::Unsupported`] where the CPU has none.
pub(super) fn peak(kernel: Option<Kernel>, threads: usize) -> Reading<Peak> {
    let Some(kernel) = kernel else {
        return Reading::Missing(Reason::Unsupported);
    };
    let best = (0..TIMES).map(|_| all(kernel, threads)).fold(0.0, f64::max);
    Reading::Value(Peak {
        instruction: kernel.name,
        rate: OperationsPerSecond(best as u64),
    })
}

fn all(kernel: Kernel, threads: usize) -> f64 {
    thread::scope(|scope| {
        let threads = (0..threads).map(|_| scope.spawn(move || one(kernel)));
        // All are started before the first is waited for.
        let threads: std::vec::Vec<_> = threads.collect();
        threads.into_iter().filter_map(|t| t.join().ok()).sum()
    })
}

fn one(kernel: Kernel) -> f64 {
    let start = Instant::now();
    let mut rounds = 0;
    while start.elapsed() < TIME {
        (kernel.run)(ROUNDS);
        rounds += u64::from(ROUNDS);
    }
    (rounds * kernel.operations) as f64 / start.elapsed().as_secs_f64()
}
