//! Read bandwidth.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};
use std::vec::Vec;

use crate::{BytesPerSecond, Reading, Reason};

/// Passes over the buffer at least, and how long they go on.
const PASSES: u32 = 3;
const TIME: Duration = Duration::from_millis(150);

/// The best of some passes over `bytes` of memory, shared among `threads`.
pub(super) fn read(bytes: u64, threads: usize) -> Reading<BytesPerSecond> {
    let words = usize::try_from(bytes / 8).unwrap_or(0);
    let mut buffer: Vec<u64> = Vec::new();
    if words == 0 || buffer.try_reserve_exact(words).is_err() {
        return Reading::Missing(Reason::Error);
    }
    // Not zeros: untouched zero pages are all one page.
    buffer.resize(words, 1);
    let share = words.div_ceil(threads.max(1)).max(1);
    let (mut best, mut passes, start) = (Duration::MAX, 0, Instant::now());
    while passes < PASSES || start.elapsed() < TIME {
        let pass = Instant::now();
        thread::scope(|scope| {
            for part in buffer.chunks(share) {
                scope.spawn(move || black_box(sum(part)));
            }
        });
        best = best.min(pass.elapsed());
        passes += 1;
    }
    let rate = words as f64 * 8.0 / best.as_secs_f64();
    Reading::Value(BytesPerSecond(rate as u64))
}

/// Four streams, as one alone does not keep the memory of a large core busy.
fn sum(words: &[u64]) -> u64 {
    let stream = words.len().div_ceil(4).max(1);
    let mut streams = words.chunks(stream);
    let mut next = || streams.next().unwrap_or_default();
    let (a, b, c, d) = (next(), next(), next(), next());
    let whole = a.iter().zip(b).zip(c).zip(d);
    let mut total = 0u64;
    for (((a, b), c), d) in whole {
        total = total
            .wrapping_add(*a)
            .wrapping_add(*b)
            .wrapping_add(*c)
            .wrapping_add(*d);
    }
    total
}
