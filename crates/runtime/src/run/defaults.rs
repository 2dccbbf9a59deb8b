//! What a run takes where nothing is given and nothing is measured.

/// Physical batch at most: llama.cpp's default.
pub const UBATCH: u32 = 512;
/// Physical batch at least: short prompts are still batched with others.
const SMALLEST: u32 = 64;

/// Physical batch where no prompt has more than `longest` tokens: compute buffers grow with it, and what a
/// longer one takes would never be used.
pub fn ubatch(longest: u32) -> u32 {
    longest.next_multiple_of(SMALLEST).clamp(SMALLEST, UBATCH)
}

/// Threads: one for each CPU that this process may use.
pub fn cpus() -> u32 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as u32)
}
