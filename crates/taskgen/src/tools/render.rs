//! From a scenario to the words of a question.

use super::rule::{Change, Condition, Report, Row, Rule, Value};
use super::scenario::Scenario;
use super::unit::decimal;
use super::vocabulary::{Best, Phrases};
use crate::generate::rng::Rng;

/// Writes scenarios, with phrasings drawn from a stream.
pub(super) struct Writer<'p, 'r> {
    pub phrases: &'p Phrases,
    pub rng: &'r mut Rng,
}

/// `pattern` with each `{name}` replaced.
fn fill(pattern: &str, parts: &[(&str, &str)]) -> String {
    let mut text = pattern.to_owned();
    for (name, part) in parts {
        text = text.replace(&format!("{{{name}}}"), part);
    }
    text
}

impl Writer<'_, '_> {
    fn pick(&mut self, patterns: &[String], parts: &[(&str, &str)]) -> String {
        let pattern = self.rng.pick(patterns);
        fill(pattern.map_or("", String::as_str), parts)
    }

    /// The mission, what is reported, and what can be chosen.
    pub(super) fn summary(&mut self, scenario: &Scenario) -> String {
        let mut text = format!("Mission: {}.", scenario.mission);
        for aside in &scenario.asides {
            text.push(' ');
            text += aside;
        }
        text += "\nReport:\n";
        for row in &scenario.rows {
            text += &self.row(scenario, row);
            text.push('\n');
        }
        let candidate = &scenario.words.candidate;
        let mut noun = candidate.noun.clone();
        if let Some(first) = noun.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let listed =
            scenario
                .candidates
                .iter()
                .map(|(id, amount)| match scenario.search.is_some() {
                    true => id.clone(),
                    false => format!("{id} ({} {amount})", candidate.reading.name),
                });
        let listed: Vec<String> = listed.collect();
        text + &format!("{noun}s: {}", listed.join(", "))
    }

    fn row(&mut self, scenario: &Scenario, row: &Row) -> String {
        let mut parts = Vec::new();
        let readings = &scenario.words.readings;
        for at in &scenario.shown {
            let (Some(reading), Some(cell)) = (readings.get(*at), row.cells.get(*at)) else {
                continue;
            };
            let reading = reading.name.as_str();
            match cell.report {
                Report::Stated => parts.push(format!("{reading} {}", cell.amount)),
                Report::Missing => {
                    parts.push(self.pick(&self.phrases.absent, &[("reading", reading)]));
                }
                Report::Silent => {}
            }
        }
        let noun = &scenario.words.subject.noun;
        format!("- {noun} {} ({}): {}", row.id, row.class, parts.join(", "))
    }

    /// The rules and the question.
    pub(super) fn question(&mut self, scenario: &Scenario) -> String {
        let noun = scenario.words.subject.noun.as_str();
        let mut lines = vec!["Rules:".to_owned()];
        for (rule, number) in scenario.rules.iter().zip(1..) {
            lines.push(format!("{number}. {}", self.rule(scenario, rule)));
        }
        if let Some(class) = scenario.exempt {
            let parts = [("class", class), ("noun", noun)];
            lines.push(self.pick(&self.phrases.exception, &parts));
        }
        if scenario.search.is_some() {
            let candidate = &scenario.words.candidate;
            let ask = self.pick(&candidate.asks, &[]);
            let parts = [("ask", ask.as_str()), ("reading", &candidate.reading.name)];
            lines.push(self.pick(&self.phrases.search, &parts));
        }
        lines.push(scenario.ask.to_owned());
        lines.join("\n")
    }

    fn rule(&mut self, scenario: &Scenario, rule: &Rule) -> String {
        let mut text = self.pick(&self.phrases.openers, &[]);
        // A class that no row has: the limit of all others.
        text += &self.condition(scenario, rule.first(""));
        if let Some(second) = rule.second {
            text += " and";
            text += &self.condition(scenario, second);
        }
        text += ", ";
        text += &self.pick(&rule.action.phrases, &[]);
        let parameters = rule.function.parameters.iter().zip(&rule.values);
        let mut values = Vec::new();
        for (parameter, value) in parameters {
            if let Some(value) = self.value(scenario, value) {
                values.push((parameter.title.to_lowercase(), value));
            }
        }
        self.rng.shuffle(&mut values);
        if let Some(style) = self.rng.pick(&self.phrases.lists) {
            let values = values.iter();
            let values: Vec<String> = values
                .map(|(title, value)| format!("{title}{}{value}", style.is))
                .collect();
            text += &style.open;
            text += &values.join(&style.between);
            text += &style.close;
        }
        text.push('.');
        if let Some((class, limit)) = rule.other_limit {
            let (noun, limit) = (scenario.words.subject.noun.as_str(), limit.to_string());
            let reading = scenario.words.readings.get(rule.action.trigger);
            let reading = reading.map_or("", |reading| reading.name.as_str());
            let parts = [
                ("class", class),
                ("noun", noun),
                ("reading", reading),
                ("limit", limit.as_str()),
            ];
            text.push(' ');
            text += &self.pick(&self.phrases.other_limit, &parts);
        }
        text
    }

    fn condition(&mut self, scenario: &Scenario, condition: Condition) -> String {
        let reading = scenario.words.readings.get(condition.reading);
        let reading = reading.map_or("", |reading| reading.name.as_str());
        let relation = self.relation(condition.above);
        format!(" the {reading} {relation} {}", condition.limit)
    }

    fn relation(&mut self, above: bool) -> String {
        match above {
            true => self.pick(&self.phrases.above, &[]),
            false => self.pick(&self.phrases.below, &[]),
        }
    }

    /// What a rule says of a value; nothing of what the call is about.
    fn value(&mut self, scenario: &Scenario, value: &Value) -> Option<String> {
        let phrases = self.phrases;
        Some(match value {
            Value::Subject => return None,
            Value::Target => self.target(scenario),
            Value::Stated(amount) => amount.to_string(),
            Value::Word(word) => (*word).to_owned(),
            Value::Unstated => self.pick(&phrases.unstated, &[]),
            Value::ByClass(class, values) => {
                let [one, other] = values.as_ref();
                let (one, other) = (self.value(scenario, one)?, self.value(scenario, other)?);
                let noun = scenario.words.subject.noun.as_str();
                let parts = [
                    ("one", one.as_str()),
                    ("other", &other),
                    ("class", class),
                    ("noun", noun),
                ];
                self.pick(&phrases.by_class, &parts)
            }
            Value::Reading(reading, change) => {
                let name = scenario.words.readings.get(*reading)?.name.as_str();
                let reading = ("reading", name);
                match change {
                    Change::Nothing => self.pick(&phrases.same, &[reading]),
                    Change::Percent(percent) => {
                        let (percent, times) = (percent.to_string(), decimal(percent * 10));
                        let parts = [reading, ("percent", &percent), ("times", &times)];
                        self.pick(&phrases.percent, &parts)
                    }
                    Change::Plus(amount) => {
                        let amount = amount.to_string();
                        self.pick(&phrases.plus, &[reading, ("amount", &amount)])
                    }
                    Change::Minus(amount) => {
                        let amount = amount.to_string();
                        self.pick(&phrases.minus, &[reading, ("amount", &amount)])
                    }
                }
            }
        })
    }

    fn target(&mut self, scenario: &Scenario) -> String {
        let candidate = &scenario.words.candidate;
        let parts = [
            ("noun", candidate.noun.as_str()),
            ("reading", &candidate.reading.name),
        ];
        let phrases = self.phrases;
        match (scenario.search, candidate.best) {
            (None, Best::Lowest) => self.pick(&phrases.lowest, &parts),
            (None, Best::Highest) => self.pick(&phrases.highest, &parts),
            (Some(limit), best) => {
                let relation = self.relation(best == Best::Highest);
                let limit = limit.to_string();
                let more = [("relation", relation.as_str()), ("limit", &limit)];
                self.pick(&phrases.first, &[&parts[..], &more[..]].concat())
            }
        }
    }
}
