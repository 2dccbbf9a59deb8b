//! Writing texts behind prompts: one alone, or several together.

use std::time::Instant;

use edgescore_engine::Part;
use edgescore_probe::energy::Edge;
use edgescore_probe::{Microjoules, Microseconds, Reading};
use edgescore_record::Generated;

use super::no_answer::{NOT_FINITE, NoAnswer};
use super::writing::{Beginning, Writing, WritingRules};
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
    pub fn now(session: &mut PacedSession) -> Start {
        Start {
            edge: session.meter.edge(),
            at: Instant::now(),
        }
    }
}

/// Writes a text behind what `session` holds.
pub fn alone<'m>(
    session: &mut PacedSession<'m>,
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

/// A text among several.
struct Together<'w, 'm> {
    sequence: u32,
    text: &'w mut Writing<'m>,
    goes_on: bool,
}

impl Together<'_, '_> {
    /// What is to be computed next.
    fn part(&self) -> Part<'_> {
        Part {
            sequence: self.sequence,
            tokens: self.text.to_compute(),
        }
    }
}

/// Writes all of `texts`, which were begun, a token of each at once: the first behind what sequence 1 of
/// `session` holds, the second behind sequence 2, and so on. These are empty afterwards. What it took
/// since `from` is shared by the tokens that were computed for each. `None` for a text that was lost.
pub fn together(
    session: &mut PacedSession,
    rules: &WritingRules,
    from: Start,
    texts: &mut [Writing],
) -> Result<Vec<Option<Spent>>, NoAnswer> {
    let mut all: Vec<Together> = (1..)
        .zip(texts)
        .map(|(sequence, text)| Together {
            sequence,
            text,
            goes_on: true,
        })
        .collect();
    loop {
        for one in all.iter_mut().filter(|one| one.goes_on) {
            one.goes_on = one.text.advance(rules);
        }
        let mut live: Vec<&mut Together> = all.iter_mut().filter(|one| one.goes_on).collect();
        let longest = live.iter().map(|one| one.text.to_compute().len()).max();
        let Some(longest) = longest else {
            break;
        };
        let at_once = session.shape().batch as usize / longest.max(1);
        for some in live.chunks_mut(at_once.max(1)) {
            compute(session, some)?;
        }
    }
    let time = from.at.elapsed();
    let energy = session.meter.since(from.edge);
    session.forget_forks();
    let work: u32 = all.iter().map(|one| one.text.work()).sum();
    let count = all.len() as f64;
    let spent = all.into_iter().map(|one| {
        let share = match work {
            // All ended at their first token.
            0 => 1.0 / count,
            work => f64::from(one.text.work()) / f64::from(work),
        };
        let decode = Microseconds((time.as_micros() as f64 * share) as u64);
        let energy = energy.map(|all| Microjoules((all.0 as f64 * share) as u64));
        (!one.text.is_lost()).then(|| Spent {
            generated: one.text.end_together(decode, energy),
            energy,
        })
    });
    Ok(spent.collect())
}

/// Computes what is next of each of `texts`, and picks what comes behind that.
fn compute(session: &mut PacedSession, texts: &mut [&mut Together]) -> Result<(), NoAnswer> {
    let parts: Vec<Part> = texts.iter().map(|one| one.part()).collect();
    session.append_each(&parts)?;
    for (place, one) in texts.iter_mut().enumerate() {
        one.text
            .computed(|| (Microseconds(0), Reading::Value(Microjoules(0))));
        let logits = session.logits_of(place).unwrap_or_default();
        one.text.pick(logits)?;
    }
    Ok(())
}
