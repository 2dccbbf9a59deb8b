//! What the machine could do at best: the two roofs that a computation comes up against,
//! memory bandwidth and arithmetic (Williams, Waterman and Patterson, "Roofline", CACM 52(4),
//! 2009). Both are measured with all CPUs that this process may use, in about 0.6 s.

/// Computes `$step` on each of [`SUMS`] sums that begin as `$start`, `$rounds` times. A macro, as
/// the steps are instructions of the CPU level that the function around them is compiled for.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! repeat {
    ($rounds:expr, $start:expr, |$sum:ident| $step:block) => {
        let mut sums = [$start; SUMS];
        for _ in 0..$rounds {
            for $sum in &mut sums {
                $step
            }
        }
        black_box(sums);
    };
}

mod bandwidth;
#[cfg(target_arch = "aarch64")]
#[path = "arm.rs"]
mod cpu;
#[cfg(target_arch = "x86_64")]
#[path = "x86.rs"]
mod cpu;
mod kernel;
mod multiply;

use std::path::Path;
use std::thread;

use crate::{Bytes, BytesPerSecond, Reading, free_memory};

pub use multiply::Peak;

/// The machine's best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roofline {
    /// Threads that measured it.
    pub threads: u16,
    /// What was read again and again. Where caches hold it, it is their bandwidth.
    pub buffer: Bytes,
    /// Memory that is read in a second, from one end to the other (STREAM's way, reads only:
    /// decode writes nothing to speak of).
    pub bandwidth: Reading<BytesPerSecond>,
    /// Multiplications of 8-bit integers, summed in 32 bits: what quantised weights take.
    pub int8: Reading<Peak>,
    /// Multiplications of 32-bit floats.
    pub f32: Reading<Peak>,
}

/// Buffers below this are read out of the caches of a small board, those above would say the
/// same.
const BUFFER: (u64, u64) = (32 << 20, 256 << 20);

impl Roofline {
    /// Measures. The buffer is as large as a model of `model` bytes, within 32 and 256 MiB, and
    /// at most a quarter of what is free.
    pub fn measure(model: Bytes) -> Roofline {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let free = free_memory(Path::new("/")).value();
        let free = free.map_or(u64::MAX, |free| free.0);
        let bytes = model.0.clamp(BUFFER.0, BUFFER.1).min(free / 4);
        Roofline {
            // More than 65,535 CPUs would be news.
            threads: u16::try_from(threads).unwrap_or(u16::MAX),
            buffer: Bytes(bytes),
            bandwidth: bandwidth::read(bytes, threads),
            int8: multiply::peak(cpu::int8(), threads),
            f32: multiply::peak(cpu::f32(), threads),
        }
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod cpu {
    pub(super) fn int8() -> Option<super::kernel::Kernel> {
        None
    }

    pub(super) fn f32() -> Option<super::kernel::Kernel> {
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_both_roofs() {
        let roofline = Roofline::measure(Bytes(0));
        assert_eq!(roofline.buffer, Bytes(32 << 20));
        // A Pi Zero reads more than 100 MB/s and multiplies more than 100 million floats.
        assert!(roofline.bandwidth.value().unwrap().0 > 100_000_000);
        let (int8, f32) = (roofline.int8.value(), roofline.f32.value());
        for peak in [int8, f32].into_iter().flatten() {
            assert!(peak.rate.0 > 100_000_000, "{}", peak.instruction);
        }
        if cfg!(target_arch = "aarch64") {
            assert!(int8.is_some() && f32.is_some());
        }
    }
}
