//! Rules of a question, the rows that they are about, and what they come to.

use super::style::Style;
use super::unit::Amount;
use super::vocabulary::{Action, Content, Function};

/// A rule: when it holds, and what is called then.
#[derive(Clone, Debug)]
pub(super) struct Rule<'w> {
    pub action: &'w Action,
    pub function: &'w Function,
    pub limit: Amount,
    /// Another limit for a class.
    pub other_limit: Option<(&'w str, Amount)>,
    pub second: Option<Condition>,
    /// The value of each parameter.
    pub values: Vec<Value<'w>>,
}

/// A reading above or below a limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition {
    pub reading: usize,
    pub above: bool,
    pub limit: Amount,
}

/// Where the value of a parameter comes from.
#[derive(Clone, Debug)]
pub(super) enum Value<'w> {
    /// The id of the row.
    Subject,
    /// The id of the candidate that is chosen.
    Target,
    /// What the rule states.
    Stated(Amount),
    /// A word that the rule states.
    Word(&'w str),
    /// A reading of the row.
    Reading(usize, Change),
    /// One for rows of a class, another for others.
    ByClass(&'w str, Box<[Value<'w>; 2]>),
    /// A text that is not at hand.
    Unstated,
}

/// What is done to a reading.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Nothing,
    Percent(i64),
    Plus(Amount),
    Minus(Amount),
}

/// What is reported of a subject.
#[derive(Clone, Debug)]
pub(super) struct Row<'w> {
    pub id: String,
    pub class: &'w str,
    /// In the order of the task's readings.
    pub cells: Vec<Cell>,
}

/// A reading of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub amount: Amount,
    pub report: Report,
}

/// How a row states a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    Stated,
    /// Says that it has none.
    Missing,
    /// Does not say it.
    Silent,
}

impl Condition {
    pub(super) fn holds(&self, row: &Row) -> bool {
        let Some(cell) = row.cells.get(self.reading) else {
            return false;
        };
        match self.above {
            true => cell.amount.base > self.limit.base,
            false => cell.amount.base < self.limit.base,
        }
    }
}

impl<'w> Rule<'w> {
    /// The first condition, as it is for rows of a class.
    pub(super) fn first(&self, class: &str) -> Condition {
        let other = self.other_limit.filter(|(other, _)| *other == class);
        Condition {
            reading: self.action.trigger,
            above: self.action.above,
            limit: other.map_or(self.limit, |(_, limit)| limit),
        }
    }

    pub(super) fn holds(&self, row: &Row) -> bool {
        let second = self.second.is_none_or(|second| second.holds(row));
        self.first(row.class).holds(row) && second
    }

    /// Readings that it compares.
    pub(super) fn compared(&self) -> impl Iterator<Item = usize> {
        let second = self.second.map(|second| second.reading);
        [self.action.trigger].into_iter().chain(second)
    }

    /// Readings that its values come from.
    pub(super) fn used(&self) -> impl Iterator<Item = usize> {
        self.values.iter().filter_map(|value| match value {
            Value::Reading(reading, _) => Some(*reading),
            _ => None,
        })
    }

    /// The call for a row; the target is `target`.
    pub(super) fn call(&self, row: &Row, target: &str, style: Style) -> Outcome {
        let mut arguments = serde_json::Map::new();
        let mut missing = None;
        for (parameter, value) in self.function.parameters.iter().zip(&self.values) {
            let worth = match value.worth(row, target) {
                Worth::Text(text) => text.into(),
                Worth::Missing => {
                    missing = Some(parameter.title.clone());
                    continue;
                }
                Worth::Amount(base) => {
                    let Content::Quantity(span) = &parameter.content else {
                        return Outcome::Unfit;
                    };
                    match style.unit(span).whole(base) {
                        Some(whole) if span.holds(base) => whole.into(),
                        _ => return Outcome::Unfit,
                    }
                }
                Worth::Unfit => return Outcome::Unfit,
            };
            arguments.insert(style.parameter_name(parameter), worth);
        }
        if let Some(title) = missing {
            return Outcome::Missing(title);
        }
        let name = style.name(&self.function.name);
        Outcome::Call(serde_json::json!({"name": name, "arguments": arguments}))
    }
}

/// What a rule that holds comes to.
pub(super) enum Outcome {
    Call(serde_json::Value),
    /// A required value is missing: the title of its parameter.
    Missing(String),
    /// A value is no whole number of the parameter's unit, or out of its range.
    Unfit,
}

enum Worth {
    Text(String),
    /// In the smallest unit.
    Amount(i64),
    Missing,
    Unfit,
}

impl Value<'_> {
    fn worth(&self, row: &Row, target: &str) -> Worth {
        match self {
            Value::Subject => Worth::Text(row.id.clone()),
            Value::Target => Worth::Text(target.to_owned()),
            Value::Word(word) => Worth::Text((*word).to_owned()),
            Value::Stated(amount) => Worth::Amount(amount.base),
            Value::Unstated => Worth::Missing,
            Value::ByClass(class, values) => {
                let [one, other] = values.as_ref();
                let value = if row.class == *class { one } else { other };
                value.worth(row, target)
            }
            Value::Reading(reading, change) => match row.cells.get(*reading) {
                Some(cell) if cell.report == Report::Stated => change.of(cell.amount.base),
                _ => Worth::Missing,
            },
        }
    }
}

impl Change {
    fn of(self, base: i64) -> Worth {
        match self {
            Change::Nothing => Worth::Amount(base),
            Change::Percent(percent) if base * percent % 100 != 0 => Worth::Unfit,
            Change::Percent(percent) => Worth::Amount(base * percent / 100),
            Change::Plus(amount) => Worth::Amount(base + amount.base),
            Change::Minus(amount) => Worth::Amount(base - amount.base),
        }
    }
}
