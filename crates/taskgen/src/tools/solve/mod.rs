//! A solver that sees a question as a model does: its message, the functions' JSON, and what
//! earlier calls gave back. It shares no code with what made them.

mod error;
mod function;
mod quantity;
mod read;

use serde_json::{Value, json};

pub use error::ReadError;
pub(super) use function::{Function, meant};
use quantity::{Quantity, Ratio, size};
use read::{Condition, Message, Row, Rule, condition};

/// How well the solver reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// It makes no fault.
    Full,
    /// It takes numbers over as they are, whatever their unit.
    KeepsUnits,
    /// It reads the first condition of a rule and no exception.
    IgnoresExceptions,
    /// It puts the least possible value for one that is missing.
    FillsGaps,
}

/// The calls that are right after `results`, what the calls of earlier steps gave back.
///
/// # Errors
/// What could not be read.
pub fn calls(
    message: &str,
    functions: &[&str],
    results: &[&str],
    care: Care,
) -> Result<Vec<Value>, ReadError> {
    let solver = Solver {
        message: read::message(message)?,
        functions: functions
            .iter()
            .map(|json| Function::read(json))
            .collect::<Result<_, _>>()?,
        care,
    };
    solver.calls(results)
}

struct Solver<'t> {
    message: Message<'t>,
    functions: Vec<Function>,
    care: Care,
}

/// What the value of a parameter is.
enum Worth {
    Is(Value),
    Missing,
}

impl<'t> Solver<'t> {
    fn calls(&self, results: &[&str]) -> Result<Vec<Value>, ReadError> {
        let mut calls = Vec::new();
        for row in &self.message.rows {
            let is_exempt = self.message.exempt == Some(row.class);
            if is_exempt && self.care != Care::IgnoresExceptions {
                continue;
            }
            for rule in &self.message.rules {
                if !self.holds(rule, row)? {
                    continue;
                }
                if let (Some(ask), Some(limit)) = (self.message.ask, searched(rule)) {
                    let (target, next) = self.search(limit, results)?;
                    match (target, next) {
                        (Some(target), _) => calls.extend(self.call(rule, row, Some(target))?),
                        (None, Some(next)) => return self.query(ask, next),
                        (None, None) => {}
                    }
                } else {
                    calls.extend(self.call(rule, row, None)?);
                }
            }
        }
        Ok(calls)
    }

    fn holds(&self, rule: &Rule, row: &Row) -> Result<bool, ReadError> {
        let careless = self.care == Care::IgnoresExceptions;
        for condition in &rule.conditions {
            let other = rule.other_limit.filter(|other| {
                !careless && other.class == row.class && other.reading == condition.reading
            });
            let limit = other.map_or(condition.limit, |other| other.limit);
            let reading = row.reading(condition.reading);
            let reading = reading.ok_or(ReadError("a row lacks what a rule compares"))?;
            if !compares(reading, condition.above, limit)? {
                return Ok(false);
            }
            if careless {
                break;
            }
        }
        Ok(true)
    }

    /// The candidate that fits, or the one to ask about next.
    fn search(
        &self,
        limit: Condition,
        results: &[&str],
    ) -> Result<(Option<&'t str>, Option<&'t str>), ReadError> {
        let wrong = ReadError("a result is not of the expected form");
        for (result, (id, _)) in results.iter().zip(&self.message.candidates) {
            let result: Value = serde_json::from_str(result).map_err(|_| wrong)?;
            let of_id = result.as_object().ok_or(wrong)?;
            if !of_id.values().any(|value| value.as_str() == Some(id)) {
                return Err(ReadError("a result is about another candidate"));
            }
            let number = of_id
                .values()
                .find(|value| value.is_number())
                .ok_or(wrong)?;
            let reading = Quantity {
                number: Ratio::read(&number.to_string()).ok_or(wrong)?,
                unit: of_id
                    .get("unit")
                    .and_then(Value::as_str)
                    .unwrap_or_default(),
            };
            if compares(reading, limit.above, limit.limit)? {
                return Ok((Some(*id), None));
            }
        }
        let next = self.message.candidates.get(results.len());
        Ok((None, next.map(|(id, _)| *id)))
    }

    fn query(&self, ask: &str, id: &str) -> Result<Vec<Value>, ReadError> {
        let function = meant(&self.functions, ask)?;
        let parameter = function.required.first();
        let parameter = parameter.ok_or(ReadError("nothing can be asked about"))?;
        let arguments = json!({ parameter.name.as_str(): id });
        Ok(vec![json!({"name": function.name, "arguments": arguments})])
    }

    /// The call of a rule for a row; none if a value is missing.
    fn call(
        &self,
        rule: &Rule,
        row: &Row,
        found: Option<&str>,
    ) -> Result<Option<Value>, ReadError> {
        let function = meant(&self.functions, rule.act)?;
        let mut arguments = serde_json::Map::new();
        for parameter in &function.required {
            let worth = match rule.values.of(&parameter.title) {
                // What the call is about is the row.
                None => Worth::Is(row.id.into()),
                Some(text) if !parameter.choices.is_empty() => {
                    let word = by_class(text, row.class);
                    match parameter.choices.iter().any(|choice| choice == word) {
                        true => Worth::Is(word.into()),
                        false if word.starts_with("as ") => Worth::Missing,
                        false => return Err(ReadError("a word is none of those possible")),
                    }
                }
                Some(text) if parameter.unit.is_empty() => {
                    Worth::Is(self.chosen(text, found)?.into())
                }
                Some(text) => match self.amount(by_class(text, row.class), row)? {
                    None => Worth::Missing,
                    Some(amount) => {
                        let unit = self.size(&parameter.unit)?;
                        let (whole, exact) = amount.in_units(unit);
                        if !exact && self.care != Care::KeepsUnits {
                            return Err(ReadError("a value is not a whole number"));
                        }
                        let whole = i64::try_from(whole).unwrap_or_default();
                        Worth::Is(whole.into())
                    }
                },
            };
            let value = match (worth, self.care) {
                (Worth::Is(value), _) => value,
                (Worth::Missing, Care::FillsGaps) => match parameter.choices.first() {
                    Some(choice) => choice.as_str().into(),
                    None => 1.into(),
                },
                (Worth::Missing, _) => return Ok(None),
            };
            arguments.insert(parameter.name.clone(), value);
        }
        let call = json!({"name": function.name, "arguments": arguments});
        Ok(Some(call))
    }

    /// The candidate that `text` describes.
    fn chosen(&self, text: &str, found: Option<&str>) -> Result<String, ReadError> {
        if let Some(found) = found {
            return Ok(found.to_owned());
        }
        let highest = ["highest", "greatest"]
            .iter()
            .any(|word| text.contains(word));
        let lowest = ["lowest", "least"].iter().any(|word| text.contains(word));
        if highest == lowest {
            return Err(ReadError("a rule does not say which candidate"));
        }
        let mut best: Option<(&str, Ratio)> = None;
        for (id, quantity) in &self.message.candidates {
            let value = quantity.and_then(Quantity::value);
            let value = value.ok_or(ReadError("a candidate has no reading"))?;
            let is_better = best.is_none_or(|(_, best)| match highest {
                true => value.cmp(&best).is_gt(),
                false => value.cmp(&best).is_lt(),
            });
            if is_better {
                best = Some((id, value));
            }
        }
        let (id, _) = best.ok_or(ReadError("there is no candidate"))?;
        Ok(id.to_owned())
    }

    fn size(&self, unit: &str) -> Result<Ratio, ReadError> {
        let unit = if self.care == Care::KeepsUnits {
            ""
        } else {
            unit
        };
        size(unit).ok_or(ReadError("a unit is unknown"))
    }

    fn value(&self, quantity: Quantity) -> Option<Ratio> {
        match self.care {
            Care::KeepsUnits => Some(quantity.number),
            _ => quantity.value(),
        }
    }

    /// What an expression comes to; `None` if it needs what is not stated.
    fn amount(&self, text: &str, row: &Row) -> Result<Option<Ratio>, ReadError> {
        if text.starts_with("as ") {
            return Ok(None);
        }
        if let Some(quantity) = Quantity::read(text) {
            return Ok(self.value(quantity));
        }
        let reading = |name: &str| row.reading(name).and_then(|reading| self.value(reading));
        let same = text
            .strip_prefix("exactly the ")
            .or_else(|| text.strip_prefix("the reported "))
            .or_else(|| {
                text.strip_prefix("the")?
                    .trim()
                    .strip_suffix(" as reported")
            });
        if let Some(name) = same {
            return Ok(reading(name));
        }
        let wrong = ReadError("a value is not of the expected form");
        let percent = |text: &str| Some(Ratio::read(text.strip_suffix(" %")?)?.percent());
        if let Some((share, name)) = text.split_once(" of the ") {
            let share = percent(share).ok_or(wrong)?;
            return Ok(reading(name).map(|reading| reading.times(share)));
        }
        for (words, sign) in [
            (" more than the ", 1),
            (" less than the ", -1),
            (" times the ", 0),
        ] {
            if let Some((left, name)) = text.split_once(words) {
                return self.combine(reading(name), sign, left).ok_or(wrong);
            }
        }
        let behind = [
            (" plus ", 1),
            (" raised by ", 1),
            (" minus ", -1),
            (" reduced by ", -1),
            (" times ", 0),
        ];
        for (words, sign) in behind {
            if let Some((left, right)) = text.split_once(words) {
                let name = left.strip_prefix("the ").ok_or(wrong)?;
                return self.combine(reading(name), sign, right).ok_or(wrong);
            }
        }
        Err(wrong)
    }

    /// A reading plus or minus an amount, or, with `sign` 0, times a number.
    fn combine(&self, reading: Option<Ratio>, sign: i8, other: &str) -> Option<Option<Ratio>> {
        let other = match sign {
            0 => Ratio::read(other)?,
            _ => self.value(Quantity::read(other)?)?,
        };
        Some(reading.map(|reading| match sign {
            0 => reading.times(other),
            1 => reading.plus(other),
            _ => reading.minus(other),
        }))
    }
}

fn compares(reading: Quantity, above: bool, limit: Quantity) -> Result<bool, ReadError> {
    match (reading.value(), limit.value()) {
        (Some(reading), Some(limit)) => Ok(match above {
            true => reading.cmp(&limit).is_gt(),
            false => reading.cmp(&limit).is_lt(),
        }),
        _ => Err(ReadError("a unit is unknown")),
    }
}

/// The part of a value that holds for `class`.
fn by_class<'t>(text: &'t str, class: &str) -> &'t str {
    let parts = || -> Option<(&'t str, &'t str, &'t str)> {
        if let Some(text) = text.strip_suffix(" for any other") {
            let (one, other) = text.split_once(" or ")?;
            let (one, whom) = one.split_once(" for a ")?;
            return Some((one, whom, other));
        }
        if let Some((one, rest)) = text.split_once(" if it is a ") {
            let (whom, other) = rest.split_once(" or else ")?;
            return Some((one, whom, other));
        }
        let (other, one) = text.split_once(" but ")?;
        let (one, whom) = one.split_once(" for a ")?;
        Some((one, whom, other))
    };
    match parts() {
        None => text,
        Some((one, whom, _)) if whom.split(' ').next() == Some(class) => one,
        Some((_, _, other)) => other,
    }
}

/// The condition of the candidate that a rule searches for.
fn searched<'t>(rule: &Rule<'t>) -> Option<Condition<'t>> {
    let mut parts = rule.values.parts();
    parts.find_map(|part| {
        if !part.contains("the first ") && !part.contains(" found first ") {
            return None;
        }
        let mut behind = [" whose ", " where the ", " to have a "].into_iter();
        behind.find_map(|words| condition(part.split_once(words)?.1))
    })
}

#[cfg(test)]
mod tests;
