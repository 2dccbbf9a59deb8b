//! What a run takes where nothing is given and nothing is measured.

/// Physical batch: llama.cpp's default.
pub const UBATCH: u32 = 512;

/// Threads: one for each CPU that this process may use.
pub fn cpus() -> u32 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as u32)
}
