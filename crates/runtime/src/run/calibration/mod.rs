//! Threads and physical batch: measured once for a board, model and build, and kept.
//!
//! Other threads and batches round differently. That the choice is kept is what makes a run's
//! answers the same the next time; a model that is too small for a difference is not measured.

mod kept;

use std::time::{Duration, Instant};

use edgescore_engine::{DecodeError, Model, Session, SessionOptions, Token};
use edgescore_probe::Bytes;
use edgescore_record::{Plan, Tuning, Weights};
use edgescore_taskpack::Hash;

use kept::Kept;

/// Physical batch where none is measured: llama.cpp's default.
pub const UBATCH: u32 = 512;
/// Smaller ones, which a CPU with small caches may prefer. Larger ones take larger buffers.
const SMALLER: [u32; 2] = [256, 128];
/// Models below this take longer to measure than they would gain.
const SMALLEST: Bytes = Bytes(64 << 20);
/// Tokens that are computed for each choice: a whole batch of the largest.
const TOKENS: usize = UBATCH as usize;
/// Another choice must be faster by this to be taken: timings of one and the same differ by 2 %.
const BETTER: f64 = 1.03;

/// Threads where none are measured: one for each CPU that this process may use.
pub fn cpus() -> u32 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as u32)
}

/// Sets the threads and the physical batch that `plan` leaves open, for prompts that begin like
/// `prompt`.
pub fn tune(
    plan: &Plan,
    model: &Model,
    (hash, weights): (Hash, Weights),
    prompt: &[Token],
    options: &mut SessionOptions,
) -> Result<Tuning, DecodeError> {
    if plan.threads != 0 && plan.ubatch != 0 {
        return Ok(Tuning::Given);
    }
    let tokens = prompt.get(..TOKENS).unwrap_or(prompt);
    let is_small = model.facts().tensor_bytes < SMALLEST.0;
    if !plan.calibrate || is_small || tokens.len() < TOKENS / 2 {
        return Ok(Tuning::Default);
    }
    let kept = Kept::find(plan, hash, weights);
    if let Some((threads, ubatch)) = kept.as_ref().and_then(Kept::read) {
        (options.threads, options.ubatch) = (threads, ubatch);
        return Ok(Tuning::Kept);
    }
    if plan.threads == 0 {
        // One CPU less: the rest of the board may need it more.
        let fewer = (cpus() > 2).then(|| cpus() - 1);
        let choices = fewer.map(|threads| SessionOptions {
            threads,
            ..*options
        });
        *options = fastest(model, tokens, *options, choices)?;
    }
    if plan.ubatch == 0 {
        let from = *options;
        let choices = SMALLER.map(|ubatch| SessionOptions { ubatch, ..from });
        *options = fastest(model, tokens, from, choices)?;
    }
    if let Some(kept) = kept {
        kept.write(options.threads, options.ubatch);
    }
    Ok(Tuning::Measured)
}

/// The fastest of the `choices`, or `first` if none is clearly faster. Each is timed twice, in
/// turn, and its better time counts.
fn fastest(
    model: &Model,
    tokens: &[Token],
    first: SessionOptions,
    choices: impl IntoIterator<Item = SessionOptions>,
) -> Result<SessionOptions, DecodeError> {
    let mut timed: Vec<(SessionOptions, Duration)> = choices
        .into_iter()
        .map(|options| (options, Duration::MAX))
        .collect();
    if timed.is_empty() {
        return Ok(first);
    }
    timed.insert(0, (first, Duration::MAX));
    for _ in 0..2 {
        for (options, best) in &mut timed {
            *best = time(model, tokens, *options)?.min(*best);
        }
    }
    let (mut chosen, mut limit) = (first, f64::INFINITY);
    for (options, time) in timed {
        let seconds = time.as_secs_f64();
        if seconds < limit {
            (chosen, limit) = (options, seconds / BETTER);
        }
    }
    Ok(chosen)
}

/// Time of a prefill. Options that llama.cpp refuses are never the fastest.
fn time(model: &Model, tokens: &[Token], options: SessionOptions) -> Result<Duration, DecodeError> {
    // A token more, to wake threads and pages before the clock.
    let context = tokens.len() as u32 + 1;
    let Ok(mut session) = Session::new(model, &SessionOptions { context, ..options }) else {
        return Ok(Duration::MAX);
    };
    session.extend(tokens.get(..1).unwrap_or_default())?;
    let start = Instant::now();
    session.prefill(tokens)?;
    Ok(start.elapsed())
}
