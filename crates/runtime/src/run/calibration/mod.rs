//! The calibration: threads, physical batch and flash attention, measured once for a board, model
//! and build, and stored.
//!
//! Other choices round differently. That the choice is stored is what makes a run's answers the same
//! the next time; a model that is too small for a difference is not measured. Where other programs use
//! the CPUs, threads are chosen beside them and for one run.

mod stored;

use std::time::{Duration, Instant};

use edgescore_engine::{DecodeError, Facts, Model, Session, SessionOptions, Token, release_freed};
use edgescore_probe::{Bytes, Reading};
use edgescore_record::{CacheType, FlashAttention, Mode, Plan, Tuning, Weights};
use edgescore_taskpack::Hash;

use super::defaults::{UBATCH, cpus};
use crate::inference::logits;
use stored::{Choice, StoredCalibration};

/// Physical batches below the default, which a CPU with small caches may prefer. Larger ones take larger buffers.
const SMALLER: [u32; 2] = [256, 128];
/// Models below this take longer to measure than they would gain.
const SMALLEST: Bytes = Bytes(64 << 20);
/// Tokens that are computed for each choice: a whole batch of the largest.
const TOKENS: usize = UBATCH as usize;
/// CPUs that others use from which on fewer threads may be faster: threads wait for the slowest after
/// every tensor. With one of two CPUs taken, one thread decodes twice as fast as two
/// (docs/bench/2026-11-28-beside).
const TAKEN: f64 = 0.5;
/// Tokens of a trial beside others: their share of the CPUs is evened out over some 100 ms.
const BESIDE: (usize, u32) = (128, 16);
/// Another choice must be faster by this to be taken: timings of one and the same differ by 2 %.
const BETTER: f64 = 1.03;

/// Whether flash attention is to be measured too, if there is memory for a session without it. In
/// letter mode it is not: prefill is faster with it (10 to 34 % in prompts of 2,000 tokens:
/// docs/bench/2026-11-26-flash-letter), decode slower (by a third), and there is no decode. A
/// quantised cache needs it.
pub fn chooses_flash(plan: &Plan, model: &Facts) -> bool {
    let open = plan.flash == FlashAttention::Auto && plan.cache == CacheType::F16;
    open && plan.mode == Mode::Generate && plan.calibrate && is_large(model)
}

fn is_large(model: &Facts) -> bool {
    model.tensor_bytes >= SMALLEST.0
}

/// Sets the threads and the physical batch that `plan` leaves open, and flash attention where
/// `options` leave it open and [`chooses_flash`], for prompts that begin like `prompt`. `taken`: CPUs
/// that others use.
pub fn tune(
    plan: &Plan,
    model: &Model,
    (hash, weights): (Hash, Weights),
    prompt: &[Token],
    taken: Reading<f64>,
    options: &mut SessionOptions,
) -> Result<Tuning, DecodeError> {
    let flash = options.flash == FlashAttention::Auto && chooses_flash(plan, model.facts());
    if plan.threads != 0 && plan.ubatch != 0 && !flash {
        return Ok(Tuning::Given);
    }
    let start = Trial {
        prompt: prompt.get(..TOKENS).unwrap_or(prompt),
        answer: 0,
    };
    if !plan.calibrate || !is_large(model.facts()) {
        return Ok(Tuning::Default);
    }
    if start.prompt.len() < TOKENS / 2 {
        return Ok(Tuning::ShortPrompts);
    }
    let taken = taken.value().unwrap_or(0.0);
    if plan.threads == 0 && taken >= TAKEN && options.threads > 1 {
        threads_beside(plan, model, prompt, taken, options)?;
        let plan = Plan {
            threads: options.threads as u16,
            ..*plan
        };
        let alone = Reading::Value(0.0);
        tune(&plan, model, (hash, weights), prompt, alone, options)?;
        return Ok(Tuning::Beside);
    }
    let stored = StoredCalibration::find(plan, hash, weights, options);
    if let Some(chosen) = stored.as_ref().and_then(StoredCalibration::read) {
        (options.threads, options.ubatch) = (chosen.threads, chosen.ubatch);
        options.flash = chosen.flash;
        return Ok(Tuning::Kept);
    }
    if plan.threads == 0 {
        // One CPU less: the rest of the board may need it more.
        let fewer = (cpus() > 2).then(|| cpus() - 1);
        let choices = fewer.map(|threads| SessionOptions {
            threads,
            ..*options
        });
        *options = fastest(model, start, *options, choices)?;
    }
    if plan.ubatch == 0 {
        let from = *options;
        let smaller = SMALLER.into_iter().filter(|ubatch| *ubatch < from.ubatch);
        let choices = smaller.map(|ubatch| SessionOptions { ubatch, ..from });
        *options = fastest(model, start, from, choices)?;
    }
    if flash {
        // What a question takes: attention is what grows with the prompt, so all of it.
        let answer = u32::from(plan.max_tokens.max(1));
        let room = options.context.saturating_sub(answer) as usize;
        let question = Trial {
            prompt: prompt.get(..room).unwrap_or(prompt),
            answer,
        };
        let [on, off] = [FlashAttention::On, FlashAttention::Off]
            .map(|flash| SessionOptions { flash, ..*options });
        *options = fastest(model, question, on, [off])?;
    }
    if let Some(stored) = stored {
        stored.write(Choice {
            threads: options.threads,
            ubatch: options.ubatch,
            flash: options.flash,
        });
    }
    Ok(Tuning::Measured)
}

/// Sets the threads that are fastest beside others that use `taken` CPUs.
fn threads_beside(
    plan: &Plan,
    model: &Model,
    prompt: &[Token],
    taken: f64,
    options: &mut SessionOptions,
) -> Result<(), DecodeError> {
    let (tokens, answer) = BESIDE;
    let trial = Trial {
        prompt: prompt.get(..tokens).unwrap_or(prompt),
        answer: match plan.mode {
            Mode::Letter => 0,
            Mode::Generate => answer,
        },
    };
    let all = *options;
    let fewest = all.threads.saturating_sub(taken.ceil() as u32).max(1);
    let choices = (fewest..all.threads).rev();
    let choices = choices.map(|threads| SessionOptions { threads, ..all });
    *options = fastest(model, trial, all, choices)?;
    Ok(())
}

/// Flash attention as an earlier run of this model, board and build has chosen it.
pub fn stored(
    plan: &Plan,
    hash: Hash,
    weights: Weights,
    options: &SessionOptions,
) -> Option<FlashAttention> {
    Some(
        StoredCalibration::find(plan, hash, weights, options)?
            .read()?
            .flash,
    )
}

/// What is timed.
#[derive(Clone, Copy)]
struct Trial<'a> {
    prompt: &'a [Token],
    /// Tokens generated behind the prompt at most.
    answer: u32,
}

/// The fastest of the `choices`, or `first` if none is clearly faster. Each is timed twice, in
/// turn, and its better time counts.
fn fastest(
    model: &Model,
    trial: Trial,
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
            *best = time(model, trial, *options)?.min(*best);
        }
    }
    let (mut chosen, mut limit) = (first, f64::INFINITY);
    for (options, time) in timed {
        log::debug!("calibration: {time:?} with {options:?}");
        let seconds = time.as_secs_f64();
        if seconds < limit {
            (chosen, limit) = (options, seconds / BETTER);
        }
    }
    Ok(chosen)
}

/// Time of a trial. Options that llama.cpp refuses are never the fastest.
fn time(model: &Model, trial: Trial, options: SessionOptions) -> Result<Duration, DecodeError> {
    // A token more, to wake threads and pages before the clock.
    let context = trial.prompt.len() as u32 + 1 + trial.answer;
    let options = SessionOptions {
        context,
        ..options.alone()
    };
    let Ok(mut session) = Session::new(model, &options) else {
        return Ok(Duration::MAX);
    };
    session.extend(trial.prompt.get(..1).unwrap_or_default())?;
    let start = Instant::now();
    session.prefill(trial.prompt)?;
    // The first token of an answer comes out of the prefill.
    for _ in 1..trial.answer {
        let next = session.logits().and_then(logits::greedy);
        let Some(token) = next.filter(|token| !model.ends_generation(*token)) else {
            break;
        };
        session.decode(token)?;
    }
    let taken = start.elapsed();
    // Else what this session took is there beside what the next one takes.
    drop(session);
    release_freed();
    Ok(taken)
}
