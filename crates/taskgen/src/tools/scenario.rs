//! One question before it is text.

use serde_json::json;

use super::offer::{candidates, fits, ids, offered};
use super::plan::{Ending, Plan};
use super::rows::{fires, hide, row};
use super::rule::{Condition, Outcome, Row, Rule};
use super::shape::Shape;
use super::style::Style;
use super::unit::Amount;
use super::values::{limit, limit_in, values};
use super::vocabulary::{Action, Best, TaskWords, Vocabulary};
use crate::generate::rng::Rng;

/// Tries until the numbers come out whole: about ten are needed.
const TRIES: usize = 10_000;

/// Everything that a question says.
pub(super) struct Scenario<'w> {
    pub words: &'w TaskWords,
    pub style: Style,
    pub mission: &'w str,
    pub ask: &'w str,
    pub asides: Vec<String>,
    pub rules: Vec<Rule<'w>>,
    /// A class to which no rule applies.
    pub exempt: Option<&'w str>,
    pub rows: Vec<Row<'w>>,
    /// Readings in the order in which rows state them.
    pub shown: Vec<usize>,
    /// Ids, and their readings.
    pub candidates: Vec<(String, Amount)>,
    /// In conversations: the limit of the candidates' reading, which has to be asked for.
    pub search: Option<Amount>,
    /// Functions, in the order in which they are offered.
    pub offered: Vec<usize>,
    /// The right calls, and what they give back.
    pub steps: Vec<(Vec<serde_json::Value>, String)>,
    /// Why they are right.
    pub reason: String,
}

/// Draws a scenario with `ending`, whose function stands at `place`. `None` if the words do not
/// give one.
pub(super) fn draw<'w>(
    words: &'w TaskWords,
    vocabulary: &'w Vocabulary,
    shape: &Shape,
    ending: Ending,
    place: usize,
    rng: &mut Rng,
) -> Option<Scenario<'w>> {
    let is_conversation = ending != Ending::Missing && rng.below(100) < shape.conversations;
    let possible = words.actions.iter();
    let possible: Vec<&Action> = possible
        .filter(|action| action.has_target || !is_conversation)
        .collect();
    let plan = Plan {
        ending,
        is_conversation,
        chosen: rng.pick(&possible)?,
        is_pair: ending == Ending::Call && !is_conversation && rng.below(100) < shape.pairs,
        place,
    };
    (0..TRIES).find_map(|_| attempt(words, vocabulary, shape, &plan, rng))
}

fn attempt<'w>(
    words: &'w TaskWords,
    vocabulary: &'w Vocabulary,
    shape: &Shape,
    plan: &Plan<'w>,
    rng: &mut Rng,
) -> Option<Scenario<'w>> {
    let style = Style {
        camel: shape.computes && rng.below(2) == 0,
        finer: rng.below(2) == 0,
        optional: shape.classes,
    };
    let [exempt, limited, valued] = classes(words, rng)?;
    let exempt = (shape.classes && rng.below(10) < 6).then_some(exempt);
    let mut actions: Vec<&Action> = words.actions.iter().collect();
    actions.retain(|action| action.function != plan.chosen.function);
    rng.shuffle(&mut actions);
    actions.truncate(shape.rules - 1);
    actions.push(plan.chosen);
    rng.shuffle(&mut actions);
    let mut rules = Vec::new();
    for action in &actions {
        let mut rule = Rule {
            action,
            function: vocabulary.functions.get(action.function)?,
            limit: limit(words, action.trigger, shape, rng)?,
            other_limit: None,
            second: None,
            values: values(words, vocabulary, action, valued, shape, style, rng)?,
        };
        if shape.compound && rng.below(10) < 4 {
            rule.other_limit = Some((limited, limit(words, action.trigger, shape, rng)?));
        }
        if shape.compound && rng.below(10) < 4 {
            let free = (0..words.readings.len())
                .filter(|reading| actions.iter().all(|action| action.trigger != *reading));
            let free: Vec<usize> = free.collect();
            let reading = *rng.pick(&free)?;
            rule.second = Some(Condition {
                reading,
                above: rng.below(2) == 0,
                limit: limit(words, reading, shape, rng)?,
            });
        }
        rules.push(rule);
    }
    let chosen = actions
        .iter()
        .position(|action| action.function == plan.chosen.function)?;
    let fires = fires(plan, chosen, shape, rng);
    let mut rows = Vec::new();
    let names = ids(&words.subject.id, shape.rows, rng);
    for (id, fires) in names.into_iter().zip(&fires) {
        let row = row(words, id, &rules, *fires, exempt, style, shape, rng)?;
        rows.push(row);
    }
    let mut shown: Vec<usize> = (0..words.readings.len()).collect();
    rng.shuffle(&mut shown);
    let mut idle = shape.idle;
    shown.retain(|reading| {
        let needed = |rule: &Rule| rule.compared().chain(rule.used()).any(|at| at == *reading);
        let is_needed = rules.iter().any(needed);
        let is_kept = is_needed || idle > 0;
        idle -= usize::from(is_kept && !is_needed);
        is_kept
    });
    hide(plan, chosen, &fires, &mut rules, &mut rows, &shown, rng)?;
    let search = match plan.is_conversation {
        true => Some(limit_in(&words.candidate.reading.span, shape, rng)?),
        false => None,
    };
    let candidates = candidates(words, plan, search, style, shape, rng)?;
    let mut scenario = Scenario {
        words,
        style,
        mission: rng.pick(&words.missions)?,
        ask: rng.pick(&words.asks)?,
        asides: Vec::new(),
        rules,
        exempt,
        rows,
        shown,
        candidates,
        search,
        offered: offered(words, plan, &actions, shape, rng)?,
        steps: Vec::new(),
        reason: String::new(),
    };
    for aside in rng.sample(&vocabulary.phrases.asides, shape.asides) {
        let number = rng.between(11, 98).to_string();
        scenario.asides.push(aside.replace("{number}", &number));
    }
    scenario.answer(plan.ending, vocabulary, &fires)?;
    Some(scenario)
}

/// Three different classes.
fn classes<'w>(words: &'w TaskWords, rng: &mut Rng) -> Option<[&'w str; 3]> {
    let drawn = rng.sample(&words.subject.classes, 3);
    let drawn: Vec<&str> = drawn.into_iter().map(String::as_str).collect();
    drawn.try_into().ok()
}

impl Scenario<'_> {
    /// The candidate with the best reading.
    fn best(&self) -> Option<&str> {
        let candidates = self.candidates.iter();
        let best = match self.words.candidate.best {
            Best::Lowest => candidates.min_by_key(|(_, amount)| amount.base),
            Best::Highest => candidates.max_by_key(|(_, amount)| amount.base),
        };
        best.map(|(id, _)| id.as_str())
    }

    /// Fills in the steps and the reason. `None` if a value does not fit its parameter.
    fn answer(
        &mut self,
        ending: Ending,
        vocabulary: &Vocabulary,
        fires: &[Option<usize>],
    ) -> Option<()> {
        let mut target = self.best()?.to_owned();
        let mut found = true;
        if let Some(limit) = self.search {
            found = false;
            let candidate = &self.words.candidate;
            let query = vocabulary.functions.get(candidate.query)?;
            let parameter = self.style.parameter_name(query.parameters.first()?);
            let unit = self.style.unit(&candidate.reading.span);
            for (id, amount) in &self.candidates {
                let arguments = json!({ parameter.as_str(): id });
                let call = json!({"name": self.style.name(&query.name), "arguments": arguments});
                let reading = self.style.name(&candidate.reading.name.replace(' ', "_"));
                let result = json!({
                    candidate.noun.as_str(): id,
                    reading: unit.whole(amount.base)?,
                    "unit": unit.name,
                });
                self.steps.push((vec![call], result.to_string()));
                if fits(candidate.best, *amount, limit) {
                    target.clone_from(id);
                    found = true;
                    break;
                }
            }
        }
        let mut calls = Vec::new();
        let mut reasons = Vec::new();
        for (row, fires) in self.rows.iter().zip(fires) {
            let Some(rule) = fires.filter(|_| found) else {
                continue;
            };
            match self.rules.get(rule)?.call(row, &target, self.style) {
                Outcome::Call(call) => {
                    calls.push(call);
                    reasons.push(format!("Rule {} applies to {}.", rule + 1, row.id));
                }
                Outcome::Missing(title) => {
                    reasons.push(format!("{title}: the value for {} is not stated.", row.id));
                }
                Outcome::Unfit => return None,
            }
        }
        if reasons.is_empty() {
            reasons.push(match found {
                true => "No rule asks for a call.".to_owned(),
                false => format!("No {} fits.", self.words.candidate.noun),
            });
        }
        self.reason = reasons.join(" ");
        // Only a question that is to end without a call does.
        if calls.is_empty() == (ending == Ending::Call) {
            return None;
        }
        self.steps.push((calls, String::new()));
        Some(())
    }
}
