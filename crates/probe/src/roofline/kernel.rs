//! What is timed.

/// Operations of the CPU that are timed.
#[derive(Clone, Copy)]
pub(super) struct Kernel {
    /// The instruction, as its manual names it.
    pub name: &'static str,
    /// Operations of one round: each multiplication and each addition is one.
    pub operations: u64,
    /// Computes this many rounds.
    pub run: fn(u32),
}

/// Sums that are computed side by side: two instructions a cycle that take four or five need
/// eight to ten, and sixteen registers hold twelve.
pub(super) const SUMS: usize = 12;

impl Kernel {
    /// Of one instruction a sum, with this many multiplications in `lanes`.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    pub fn new(name: &'static str, lanes: u64, run: fn(u32)) -> Kernel {
        Kernel {
            name,
            operations: 2 * lanes * SUMS as u64,
            run,
        }
    }
}
