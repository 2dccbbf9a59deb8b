//! The rows of a report: which rule each fires, its readings, and those that are left out.

use super::plan::{Ending, Plan};
use super::rule::{Cell, Condition, Report, Row, Rule, Value};
use super::shape::Shape;
use super::style::Style;
use super::unit::{Amount, between};
use super::values::stated;
use super::vocabulary::{Content, Parameter, TaskWords};
use crate::generate::rng::Rng;

/// The rule that each row fires, if any.
pub(super) fn fires(
    plan: &Plan,
    chosen: usize,
    shape: &Shape,
    rng: &mut Rng,
) -> Vec<Option<usize>> {
    let mut fires = vec![None; shape.rows];
    // A conversation without a call is one in which no candidate fits.
    if plan.ending == Ending::Nothing && !plan.is_conversation {
        return fires;
    }
    let mut places: Vec<usize> = (0..shape.rows).collect();
    rng.shuffle(&mut places);
    places.truncate(if plan.is_pair { 2 } else { 1 });
    places.sort_unstable();
    for (nth, place) in places.into_iter().enumerate() {
        let rule = if nth == 0 {
            chosen
        } else {
            rng.below(shape.rules)
        };
        if let Some(fires) = fires.get_mut(place) {
            *fires = Some(rule);
        }
    }
    fires
}

/// A row that fires the rule `fires` and no other. `None` if the numbers drawn do something else.
#[expect(
    clippy::too_many_arguments,
    reason = "all of them are parts of one question"
)]
pub(super) fn row<'w>(
    words: &'w TaskWords,
    id: String,
    rules: &[Rule<'w>],
    fires: Option<usize>,
    exempt: Option<&'w str>,
    style: Style,
    shape: &Shape,
    rng: &mut Rng,
) -> Option<Row<'w>> {
    let class = match (exempt, fires) {
        (Some(exempt), None) if rng.below(2) == 0 => exempt,
        _ => {
            let mut others = words.subject.classes.iter();
            let others: Vec<&String> = others
                .by_ref()
                .filter(|class| Some(class.as_str()) != exempt)
                .collect();
            rng.pick(&others)?.as_str()
        }
    };
    let is_exempt = exempt == Some(class);
    let mut counts = Vec::new();
    for reading in &words.readings {
        counts.push(between(reading.span.low, reading.span.high, rng));
    }
    for (at, rule) in rules.iter().enumerate() {
        let fires = fires == Some(at);
        // A rule with two conditions, of which only the first holds, looks as if it held.
        let is_near = !fires && rule.second.is_some() && rng.below(10) < 4;
        let tempts = is_exempt && rng.below(2) == 0;
        let mut set = |condition: Condition, holds: bool| -> Option<()> {
            let span = &words.readings.get(condition.reading)?.span;
            let limit = span.unit.whole(condition.limit.base)?;
            *counts.get_mut(condition.reading)? = match (condition.above, holds) {
                (true, true) => between(limit + 1, span.high, rng),
                (true, false) => between(span.low, limit, rng),
                (false, true) => between(span.low, limit - 1, rng),
                (false, false) => between(limit, span.high, rng),
            };
            Some(())
        };
        set(rule.first(class), fires || is_near || tempts)?;
        if let Some(second) = rule.second.filter(|_| fires || is_near || tempts) {
            set(second, !is_near)?;
        }
    }
    let mut cells = Vec::new();
    for (at, (reading, count)) in words.readings.iter().zip(counts).enumerate() {
        let span = &reading.span;
        let base = span.unit.of(count);
        let is_used = rules.iter().flat_map(Rule::used).any(|used| used == at);
        let amount = match is_used {
            true => Amount::draw(base, span.unit, Some(style.unit(span)), rng)?,
            false => stated(base, span, shape, rng)?,
        };
        cells.push(Cell {
            amount,
            report: Report::Stated,
        });
    }
    let row = Row { id, class, cells };
    let holding = rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.holds(&row));
    let holding: Vec<usize> = holding.map(|(at, _)| at).collect();
    (is_exempt || holding == Vec::from_iter(fires)).then_some(row)
}

/// Takes away a value that the call needs if the question is to end so, and values that no call
/// needs, so that a gap alone says nothing.
pub(super) fn hide(
    plan: &Plan,
    chosen: usize,
    fires: &[Option<usize>],
    rules: &mut [Rule],
    rows: &mut [Row],
    shown: &[usize],
    rng: &mut Rng,
) -> Option<()> {
    let compared: Vec<usize> = rules.iter().flat_map(Rule::compared).collect();
    let replaceable = |rule: &Rule| -> Vec<usize> {
        let parameters = rule.function.parameters.iter().enumerate();
        let is_replaceable = |parameter: &Parameter| {
            matches!(parameter.content, Content::Quantity(_) | Content::Choice(_))
        };
        parameters
            .filter(|(_, parameter)| is_replaceable(parameter))
            .map(|(at, _)| at)
            .collect()
    };
    for (at, rule) in rules.iter_mut().enumerate() {
        if !fires.contains(&Some(at)) && rng.below(5) == 0 {
            let value = *rng.pick(&replaceable(rule))?;
            *rule.values.get_mut(value)? = Value::Unstated;
        }
    }
    for (row, fires) in rows.iter_mut().zip(fires) {
        let needed = |reading: &usize| {
            let rule = fires.and_then(|rule| rules.get(rule));
            rule.is_some_and(|rule| rule.used().any(|used| used == *reading))
        };
        let free = shown.iter().filter(|reading| !compared.contains(reading));
        let free: Vec<usize> = free.copied().filter(|reading| !needed(reading)).collect();
        if !free.is_empty() && rng.below(4) == 0 {
            row.cells.get_mut(*rng.pick(&free)?)?.report = gap(rng);
        }
    }
    if plan.ending == Ending::Missing {
        let rule = rules.get_mut(chosen)?;
        let value = *rng.pick(&replaceable(rule))?;
        match rule.values.get(value)? {
            Value::Reading(reading, _) if !compared.contains(reading) => {
                let row = fires.iter().position(Option::is_some)?;
                let cell = rows.get_mut(row)?.cells.get_mut(*reading)?;
                cell.report = gap(rng);
            }
            _ => *rule.values.get_mut(value)? = Value::Unstated,
        }
    }
    Some(())
}

fn gap(rng: &mut Rng) -> Report {
    match rng.below(2) {
        0 => Report::Missing,
        _ => Report::Silent,
    }
}
