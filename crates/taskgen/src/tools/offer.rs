//! What a question offers: candidates for a target, and functions.

use super::plan::{Ending, Plan};
use super::shape::Shape;
use super::style::Style;
use super::unit::{Amount, between};
use super::values::stated;
use super::vocabulary::{Action, Best, TaskWords};
use crate::generate::rng::Rng;

/// `count` different ids.
pub(super) fn ids(start: &str, count: usize, rng: &mut Rng) -> Vec<String> {
    let numbers: Vec<i32> = (10..100).collect();
    let drawn = rng.sample(&numbers, count).into_iter();
    drawn.map(|number| format!("{start}{number}")).collect()
}

/// Candidates whose readings differ. In a conversation the first that fits has the place that the
/// level asks for, or there is none.
pub(super) fn candidates(
    words: &TaskWords,
    plan: &Plan,
    search: Option<Amount>,
    style: Style,
    shape: &Shape,
    rng: &mut Rng,
) -> Option<Vec<(String, Amount)>> {
    let candidate = &words.candidate;
    let span = &candidate.reading.span;
    let counts: Vec<i64> = (span.low..=span.high).collect();
    let counts = rng.sample(&counts, shape.candidates);
    let (least, most) = shape.queries;
    let queries = between(least as i64, most.min(shape.candidates) as i64, rng) as usize;
    let mut drawn = Vec::new();
    for (id, count) in ids(&candidate.id, shape.candidates, rng)
        .into_iter()
        .zip(counts)
    {
        let base = span.unit.of(*count);
        drawn.push((id, stated(base, span, shape, rng)?));
    }
    if let Some(limit) = search {
        let fits = |(_, amount): &(String, Amount)| fits(candidate.best, *amount, limit);
        let place = drawn.iter().position(fits);
        let wanted = (plan.ending == Ending::Call).then(|| queries - 1);
        let whole = |(_, amount): &(String, Amount)| style.unit(span).whole(amount.base);
        if place != wanted || !drawn.iter().all(|candidate| whole(candidate).is_some()) {
            return None;
        }
    }
    Some(drawn)
}

pub(super) fn fits(best: Best, amount: Amount, limit: Amount) -> bool {
    match best {
        Best::Lowest => amount.base < limit.base,
        Best::Highest => amount.base > limit.base,
    }
}

/// The functions offered: those of the rules, what a conversation asks with, and others that are
/// near by name. The chosen one has its place.
pub(super) fn offered(
    words: &TaskWords,
    plan: &Plan,
    actions: &[&Action],
    shape: &Shape,
    rng: &mut Rng,
) -> Option<Vec<usize>> {
    let query = words.candidate.query;
    let mut offered: Vec<usize> = actions.iter().map(|action| action.function).collect();
    offered.retain(|function| *function != plan.chosen.function);
    if plan.is_conversation {
        offered.push(query);
    }
    let all = words.actions.iter().map(|action| action.function);
    let mut others: Vec<usize> = all.chain(words.near.iter().copied()).collect();
    others.push(query);
    others.retain(|other| *other != plan.chosen.function && !offered.contains(other));
    let more = shape.functions.checked_sub(offered.len() + 1)?;
    offered.extend(rng.sample(&others, more));
    rng.shuffle(&mut offered);
    offered.insert(plan.place.min(offered.len()), plan.chosen.function);
    (offered.len() == shape.functions).then_some(offered)
}
