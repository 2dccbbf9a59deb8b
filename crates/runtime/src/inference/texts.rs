//! Writing texts behind prompts: one alone, or several together.

use std::time::Instant;

use edgescore_engine::Part;
use edgescore_probe::energy::Edge;
use edgescore_probe::{Microjoules, Microseconds, Reading};
use edgescore_record::Generated;

use super::no_answer::{NOT_FINITE, NoAnswer};
use super::writing::{Beginning, Writing, WritingRules};
use crate::decoder::Decoder;
use crate::measure::paced::PacedSession;

/// What a text took.
pub struct Spent {
    /// Tokens and time.
    pub generated: Generated,
    /// Energy.
    pub energy: Reading<Microjoules>,
}

/// When writing began.
pub struct Start {
    at: Instant,
    edge: Edge,
}

impl Start {
    /// Now.
    pub fn now<S: Decoder>(session: &mut PacedSession<S>) -> Start {
        Start {
            edge: session.meter.edge(),
            at: Instant::now(),
        }
    }
}

/// Writes a text behind what `session` holds.
pub fn alone<'m, S: Decoder>(
    session: &mut PacedSession<S>,
    rules: &WritingRules<'m>,
    beginning: Beginning<'_, 'm>,
    text: &mut Writing<'m>,
) -> Result<Spent, NoAnswer> {
    let from = Start::now(session);
    text.begin(rules, beginning)?;
    loop {
        let goes_on = text.advance(rules);
        if !text.to_compute().is_empty() {
            session.prefill(text.to_compute())?;
        }
        text.computed(|| (from.at.elapsed().into(), session.meter.since(from.edge)));
        if !goes_on {
            break;
        }
        text.pick(session.logits().unwrap_or_default())?;
    }
    if text.is_lost() {
        return Err(NOT_FINITE);
    }
    let decode = from.at.elapsed().into();
    let energy = session.meter.since(from.edge);
    Ok(Spent {
        generated: text.end(decode, energy),
        energy,
    })
}

/// Writes all of `texts`, which were begun, a token of each at once: the first behind what sequence 1 of
/// `session` holds, the second behind sequence 2, and so on. These are empty afterwards. What it took
/// since `from` is shared by the tokens that were computed for each. `None` for a text that was lost.
pub fn together<S: Decoder>(
    session: &mut PacedSession<S>,
    rules: &WritingRules,
    from: Start,
    texts: &mut [Writing],
) -> Result<Vec<Option<Spent>>, NoAnswer> {
    // The first is that of sequence 1, and so on.
    let mut live: Vec<&mut Writing> = texts.iter_mut().collect();
    loop {
        end_those_that_end(session, rules, &mut live);
        let longest = live.iter().map(|text| text.to_compute().len()).max();
        let Some(longest) = longest else {
            break;
        };
        let at_once = (session.shape().batch as usize / longest.max(1)).max(1);
        for (sequence, some) in (1..).step_by(at_once).zip(live.chunks_mut(at_once)) {
            compute(session, sequence, some)?;
        }
    }
    let time = from.at.elapsed();
    let energy = session.meter.since(from.edge);
    session.forget_forks();
    let work: u32 = texts.iter().map(Writing::work).sum();
    let count = texts.len() as f64;
    let spent = texts.iter_mut().map(|text| {
        let share = match work {
            // All ended at their first token.
            0 => 1.0 / count,
            work => f64::from(text.work()) / f64::from(work),
        };
        let decode = Microseconds((time.as_micros() as f64 * share) as u64);
        let energy = energy.map(|all| Microjoules((all.0 as f64 * share) as u64));
        (!text.is_lost()).then(|| Spent {
            generated: text.end_together(decode, energy),
            energy,
        })
    });
    Ok(spent.collect())
}

/// Advances the texts of the sequences from 1 on, and takes those that end out: the last takes the sequence
/// of one that ends, so that their numbers follow each other.
fn end_those_that_end<S: Decoder>(
    session: &mut PacedSession<S>,
    rules: &WritingRules,
    live: &mut Vec<&mut Writing>,
) {
    let mut place = 0;
    while let Some(text) = live.get_mut(place) {
        if text.advance(rules) {
            place += 1;
        } else {
            // There are at most 255 sequences.
            session.move_fork(live.len() as u32, place as u32 + 1);
            live.swap_remove(place);
        }
    }
}

/// Computes what is next of each of `texts`, which are those of the sequences from `sequence` on, and picks
/// what comes behind that.
fn compute<S: Decoder>(
    session: &mut PacedSession<S>,
    sequence: u32,
    texts: &mut [&mut Writing],
) -> Result<(), NoAnswer> {
    let parts: Vec<Part> = (sequence..)
        .zip(&*texts)
        .map(|(sequence, text)| Part {
            sequence,
            tokens: text.to_compute(),
        })
        .collect();
    session.append_each(&parts)?;
    for (place, text) in texts.iter_mut().enumerate() {
        text.computed(|| (Microseconds(0), Reading::Value(Microjoules(0))));
        let logits = session.logits_of(place).unwrap_or_default();
        text.pick(logits)?;
    }
    Ok(())
}
