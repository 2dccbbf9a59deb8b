//! Writing texts behind a prompt: one alone, or several together.

use std::time::Instant;

use edgescore_engine::Part;
use edgescore_probe::{Microjoules, Microseconds, Reading};
use edgescore_record::Generated;

use super::no_answer::NoAnswer;
use super::writing::{Beginning, Writing, WritingRules};
use crate::measure::paced::PacedSession;

/// What a text took.
pub struct Spent {
    /// Tokens and time.
    pub generated: Generated,
    /// Energy.
    pub energy: Reading<Microjoules>,
}

/// Writes a text behind what `session` holds.
pub fn alone<'m>(
    session: &mut PacedSession<'m>,
    rules: &WritingRules<'m>,
    beginning: Beginning,
    text: &mut Writing<'m>,
) -> Result<Spent, NoAnswer> {
    let from = session.meter.edge();
    let start = Instant::now();
    text.begin(rules, beginning)?;
    loop {
        let goes_on = text.advance(rules);
        if !text.to_compute().is_empty() {
            session.prefill(text.to_compute())?;
        }
        text.computed(|| (start.elapsed().into(), session.meter.since(from)));
        if !goes_on {
            break;
        }
        text.pick(session.logits().unwrap_or_default())?;
    }
    let decode = start.elapsed().into();
    let energy = session.meter.since(from);
    Ok(Spent {
        generated: text.end(decode, energy),
        energy,
    })
}

/// A text among several.
struct Draw<'w, 'm> {
    sequence: u32,
    text: &'w mut Writing<'m>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// It goes on.
    Live,
    /// It has ended.
    Ended,
    /// Its logits were no numbers.
    Lost,
}

impl Draw<'_, '_> {
    fn is_live(&self) -> bool {
        self.state == State::Live
    }

    /// What is to be computed next.
    fn part(&self) -> Part<'_> {
        Part {
            sequence: self.sequence,
            tokens: self.text.to_compute(),
        }
    }

    /// Goes on with a text that was picked for, or loses it.
    fn picked(&mut self, picked: Result<(), NoAnswer>) -> Result<(), NoAnswer> {
        match picked {
            Err(NoAnswer::Skip(_)) => self.state = State::Lost,
            picked => picked?,
        }
        Ok(())
    }
}

/// Writes a text for each of the beginnings behind what `session` holds, which stays, a token of each
/// at once: `session` has a sequence more than there are texts. Time and energy are shared by the
/// tokens that were computed for each. `None` for a text whose logits were no numbers.
pub fn together<'m, 'f>(
    session: &mut PacedSession<'m>,
    rules: &WritingRules<'m>,
    beginnings: impl ExactSizeIterator<Item = Beginning<'f>>,
    texts: &mut [Writing<'m>],
) -> Result<Vec<Option<Spent>>, NoAnswer> {
    let from = session.meter.edge();
    let start = Instant::now();
    let mut draws: Vec<Draw> = Vec::with_capacity(beginnings.len());
    for ((sequence, text), beginning) in (1..).zip(texts).zip(beginnings) {
        let begun = text.begin(rules, beginning);
        let mut draw = Draw {
            sequence,
            text,
            state: State::Live,
        };
        draw.picked(begun)?;
        draws.push(draw);
    }
    session.fork(draws.len() as u32);
    loop {
        for draw in draws.iter_mut().filter(|draw| draw.is_live()) {
            if !draw.text.advance(rules) {
                draw.state = State::Ended;
            }
        }
        let mut live: Vec<&mut Draw> = draws.iter_mut().filter(|draw| draw.is_live()).collect();
        let longest = live.iter().map(|draw| draw.text.to_compute().len()).max();
        let Some(longest) = longest else {
            break;
        };
        let at_once = session.shape().batch as usize / longest.max(1);
        for some in live.chunks_mut(at_once.max(1)) {
            compute(session, some)?;
        }
    }
    let time = start.elapsed();
    let energy = session.meter.since(from);
    session.forget_forks();
    let work: u32 = draws.iter().map(|draw| draw.text.work()).sum();
    let shared = draws.len() as f64;
    let spent = draws.into_iter().map(|draw| {
        let share = match work {
            // All ended at their first token.
            0 => 1.0 / shared,
            work => f64::from(draw.text.work()) / f64::from(work),
        };
        let decode = Microseconds((time.as_micros() as f64 * share) as u64);
        let energy = energy.map(|all| Microjoules((all.0 as f64 * share) as u64));
        (draw.state == State::Ended).then(|| Spent {
            generated: draw.text.end_together(decode, energy),
            energy,
        })
    });
    Ok(spent.collect())
}

/// Computes what is next of each of `draws`, and picks what comes behind that.
fn compute(session: &mut PacedSession, draws: &mut [&mut Draw]) -> Result<(), NoAnswer> {
    let parts: Vec<Part> = draws.iter().map(|draw| draw.part()).collect();
    session.append_each(&parts)?;
    for (place, draw) in draws.iter_mut().enumerate() {
        draw.text
            .computed(|| (Microseconds(0), Reading::Value(Microjoules(0))));
        let logits = session.logits_of(place).unwrap_or_default();
        let picked = draw.text.pick(logits);
        draw.picked(picked)?;
    }
    Ok(())
}
