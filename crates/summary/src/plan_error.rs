//! A plan held against the run that was made of it.

use std::fmt;

use edgescore_score::{Reading, Reason};
use schemars::JsonSchema;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::figure::{Entries, Figure};
use crate::run::RunSummary;
use edgescore_record::Labels;

/// What `edgescore plan -o` wrote, as far as it can be held against a run.
#[derive(Clone, Debug, Deserialize)]
pub struct Planned {
    model: String,
    mode: String,
    layout: String,
    memory: PlannedMemory,
    prefill_tokens_per_s: f64,
    #[serde(deserialize_with = "figure")]
    decode_tokens_per_s: Option<f64>,
    #[serde(deserialize_with = "figure")]
    seconds_per_question: Option<f64>,
    #[serde(deserialize_with = "figure")]
    joules_per_question: Option<f64>,
    power: PlannedPower,
}

#[derive(Clone, Debug, Deserialize)]
struct PlannedMemory {
    total_bytes: f64,
}

#[derive(Clone, Debug, Deserialize)]
struct PlannedPower {
    budget_w: Option<f64>,
}

/// A number; `None` for the reason why there is none.
fn figure<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    struct Number;

    impl<'de> Visitor<'de> for Number {
        type Value = Option<f64>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a number, or an object with the reason why there is none")
        }

        fn visit_f64<E>(self, value: f64) -> Result<Option<f64>, E> {
            Ok(Some(value))
        }

        fn visit_u64<E>(self, value: u64) -> Result<Option<f64>, E> {
            Ok(Some(value as f64))
        }

        fn visit_i64<E>(self, value: i64) -> Result<Option<f64>, E> {
            Ok(Some(value as f64))
        }

        // With arbitrary precision serde_json gives a number as an object, too: with its digits.
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<f64>, A::Error> {
            let entry = map.next_entry::<String, String>()?;
            Ok(entry.and_then(|(_, text)| text.parse().ok()))
        }
    }

    deserializer.deserialize_any(Number)
}

/// The plan is of another run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan is for {what} {plan}, the run is of {run}: give the plan of this run")]
pub struct OtherPlan {
    what: &'static str,
    plan: String,
    run: String,
}

/// What was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlannedFigure {
    /// Peak memory in bytes.
    Memory,
    /// Prefill in tokens a second.
    Prefill,
    /// Decode in tokens a second.
    Decode,
    /// An answer in seconds.
    Question,
    /// Joules of an answer.
    Energy,
}

edgescore_record::labels! {
    PlannedFigure {
        Memory = "memory",
        Prefill = "prefill",
        Decode = "decode",
        Question = "a_question",
        Energy = "energy",
    }
}

/// A plan beside what was measured. Figures that the plan or the run lacks are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanError(pub Vec<PlanErrorLine>);

/// One planned figure beside what was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanErrorLine {
    /// What was planned.
    pub figure: PlannedFigure,
    /// The plan.
    pub planned: f64,
    /// What the run took.
    pub measured: f64,
}

impl PlanErrorLine {
    /// By how much the plan was too high, as a share of what was measured.
    pub fn error(&self) -> Reading<f64> {
        match self.measured > 0.0 {
            true => Reading::Value(self.planned / self.measured - 1.0),
            false => Reading::Missing(Reason::Invalid),
        }
    }
}

impl Planned {
    /// Holds the plan against `run`.
    ///
    /// # Errors
    /// A plan of another model, mode, layout or power budget.
    pub fn check(&self, run: &RunSummary) -> Result<PlanError, OtherPlan> {
        let power = &run.power;
        let of_both = [
            ("model", format!("{}.gguf", run.model()), self.model.clone()),
            ("mode", run.start.mode.label().to_owned(), self.mode.clone()),
            (
                "layout",
                run.start.layout.label().to_owned(),
                self.layout.clone(),
            ),
            (
                "power budget",
                watts(power.budget_w()),
                watts(self.power.budget_w),
            ),
        ];
        for (what, run, plan) in of_both {
            if run != plan {
                return Err(OtherPlan { what, plan, run });
            }
        }
        // Rests for a budget count as time of the prompt.
        let unpaced = |value| match self.power.budget_w {
            None => value,
            Some(_) => None,
        };
        let peak = run.peak_memory().map(|bytes| bytes.0 as f64);
        let joules = run.energy.per_question_j();
        let lines = [
            (PlannedFigure::Memory, Some(self.memory.total_bytes), peak),
            (
                PlannedFigure::Prefill,
                unpaced(Some(self.prefill_tokens_per_s)),
                run.prefill_tps,
            ),
            (
                PlannedFigure::Decode,
                unpaced(self.decode_tokens_per_s),
                run.decode_tps,
            ),
            (
                PlannedFigure::Question,
                self.seconds_per_question,
                run.answer_s(),
            ),
            (PlannedFigure::Energy, self.joules_per_question, joules),
        ];
        let lines = lines.into_iter().filter_map(|(figure, planned, measured)| {
            Some(PlanErrorLine {
                figure,
                planned: planned?,
                measured: measured.value()?,
            })
        });
        Ok(PlanError(lines.collect()))
    }
}

fn watts(budget: Option<f64>) -> String {
    budget.map_or("none".to_owned(), |watts| format!("{watts} W"))
}

/// A planned figure beside what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PlannedView {
    /// The plan.
    pub planned: f64,
    /// What the run took.
    pub measured: f64,
    /// (planned - measured) / measured
    pub error: Figure<f64>,
}

impl PlanError {
    /// By name, for programs.
    pub fn view(&self) -> Entries<PlannedView> {
        let lines = self.0.iter().map(|line| {
            let view = PlannedView {
                planned: line.planned,
                measured: line.measured,
                error: line.error().into(),
            };
            (line.figure.label().to_owned(), view)
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Planned;

    #[test]
    fn a_figure_is_a_number_or_a_reason() {
        let plan = |decode: &str| -> Planned {
            let text = format!(
                r#"{{"model": "m.gguf", "mode": "letter", "layout": "reference",
                "memory": {{"total_bytes": 12, "file_bytes": 10}}, "prefill_tokens_per_s": 1.5,
                "decode_tokens_per_s": {decode}, "seconds_per_question": 2,
                "joules_per_question": {{"missing": "not measured in this run"}},
                "power": {{"budget_w": null}}}}"#
            );
            serde_json::from_str(&text).unwrap()
        };
        assert_eq!(plan("0.25").decode_tokens_per_s, Some(0.25));
        assert_eq!(plan("3e2").decode_tokens_per_s, Some(300.0));
        let missing = plan(r#"{"missing": "no question counts towards it"}"#);
        assert_eq!(missing.decode_tokens_per_s, None);
        assert_eq!(missing.seconds_per_question, Some(2.0));
        assert_eq!(missing.joules_per_question, None);
    }
}
