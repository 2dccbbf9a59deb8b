//! Limits, and the values that a rule gives to the parameters of its function.

use super::rule::{Change, Value};
use super::shape::Shape;
use super::style::Style;
use super::unit::{Amount, Span, between};
use super::vocabulary::{Action, Content, TaskWords, Vocabulary};
use crate::generate::rng::Rng;

pub(super) fn limit(
    words: &TaskWords,
    reading: usize,
    shape: &Shape,
    rng: &mut Rng,
) -> Option<Amount> {
    limit_in(&words.readings.get(reading)?.span, shape, rng)
}

pub(super) fn limit_in(span: &Span, shape: &Shape, rng: &mut Rng) -> Option<Amount> {
    let base = span.between(30, 70, rng);
    stated(base, span, shape, rng)
}

/// In the span's own unit where quantities are compared as they are, else in any.
pub(super) fn stated(base: i64, span: &Span, shape: &Shape, rng: &mut Rng) -> Option<Amount> {
    match shape.computes {
        true => Amount::draw(base, span.unit, None, rng),
        false => Some(Amount {
            base,
            unit: span.unit,
        }),
    }
}

/// The values of the parameters of an action. Of each call at least one has to be converted.
pub(super) fn values<'w>(
    words: &'w TaskWords,
    vocabulary: &'w Vocabulary,
    action: &'w Action,
    class: &'w str,
    shape: &Shape,
    style: Style,
    rng: &mut Rng,
) -> Option<Vec<Value<'w>>> {
    let function = vocabulary.functions.get(action.function)?;
    let mut is_first = true;
    let mut values = Vec::new();
    for (parameter, from) in function.parameters.iter().zip(&action.from) {
        let by_class = shape.classes && rng.below(10) < 4;
        values.push(match &parameter.content {
            Content::Subject => Value::Subject,
            Content::Target => Value::Target,
            Content::Choice(choices) => {
                let drawn = rng.sample(choices, 2);
                match (by_class, drawn.as_slice()) {
                    (true, [one, other]) => {
                        Value::ByClass(class, Box::new([Value::Word(one), Value::Word(other)]))
                    }
                    (false, [one, ..]) => Value::Word(one),
                    _ => return None,
                }
            }
            Content::Quantity(span) => {
                let own = style.unit(span);
                let stated = |rng: &mut Rng| -> Option<Value<'w>> {
                    let base = span.between(1, 40, rng);
                    Some(Value::Stated(match is_first || shape.computes {
                        true => {
                            let avoided = is_first.then_some(own);
                            Amount::draw(base, span.unit, avoided, rng)?
                        }
                        false => Amount { base, unit: own },
                    }))
                };
                let value = match from {
                    Some(reading) if rng.below(10) < 8 => {
                        let span = &words.readings.get(*reading)?.span;
                        Value::Reading(*reading, change(span, shape, rng)?)
                    }
                    _ if by_class => Value::ByClass(class, Box::new([stated(rng)?, stated(rng)?])),
                    _ => stated(rng)?,
                };
                is_first = false;
                value
            }
        });
    }
    Some(values)
}

fn change(span: &Span, shape: &Shape, rng: &mut Rng) -> Option<Change> {
    if !shape.computes {
        return Some(Change::Nothing);
    }
    let changes = if span.unit.is_share() { 2 } else { 4 };
    let some = |rng: &mut Rng| {
        let base = span.unit.of(between(1, (span.high / 4).max(2), rng));
        Amount::draw(base, span.unit, None, rng)
    };
    Some(match rng.below(changes) {
        0 => Change::Nothing,
        1 => Change::Percent(*rng.pick(&[50, 75, 80, 110, 120, 125, 150, 200])?),
        2 => Change::Plus(some(rng)?),
        _ => Change::Minus(some(rng)?),
    })
}
