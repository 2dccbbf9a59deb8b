//! A plan held against the run that was made.

use std::path::Path;

use anyhow::{Context, anyhow};
use edgescore_score::Reading;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::commands::report::RunSummary;
use crate::commands::report::json::measured as or_missing;
use crate::failure::Failure;
use crate::files;
use crate::render::page::{Block, Table};
use crate::render::words;

/// What `edgescore plan -o` wrote, as far as it can be held against a run.
#[derive(Deserialize)]
pub struct Planned {
    model: String,
    mode: String,
    layout: String,
    memory: Memory,
    prefill_tokens_per_s: f64,
    decode_tokens_per_s: Figure,
    seconds_per_question: Figure,
    joules_per_question: Figure,
    power: Power,
}

#[derive(Deserialize)]
struct Memory {
    total_bytes: f64,
}

#[derive(Deserialize)]
struct Power {
    budget_w: Option<f64>,
}

/// A number, or an object with the reason why there is none.
#[derive(Clone, Copy, Deserialize)]
#[serde(from = "Value")]
struct Figure(Option<f64>);

impl From<Value> for Figure {
    fn from(value: Value) -> Figure {
        Figure(value.as_f64())
    }
}

impl Planned {
    /// Reads a plan.
    pub fn read(path: &Path) -> Result<Planned, Failure> {
        serde_json::from_slice(&files::read(path)?)
            .with_context(|| {
                format!(
                    "{} is no plan: give the file of `edgescore plan -o PLAN.json`",
                    path.display()
                )
            })
            .map_err(Failure::Data)
    }

    /// Holds it against `run`.
    ///
    /// # Errors
    /// A plan of another model, mode, layout or power budget.
    pub fn check(&self, run: &RunSummary) -> Result<Check, Failure> {
        let of_run = [
            ("model", format!("{}.gguf", run.model)),
            ("mode", words::label(run.mode).to_owned()),
            ("layout", words::label(run.layout).to_owned()),
            ("power budget", watts(run.power.budget_w)),
        ];
        let of_plan = [
            self.model.clone(),
            self.mode.clone(),
            self.layout.clone(),
            watts(self.power.budget_w),
        ];
        for ((what, run), plan) in of_run.into_iter().zip(of_plan) {
            if run != plan {
                return Err(Failure::Usage(anyhow!(
                    "the plan is for {what} {plan}, the run is of {run}: give the plan of this run"
                )));
            }
        }
        // Rests for a budget count as time of the prompt.
        let unpaced = |value| match self.power.budget_w {
            None => value,
            Some(_) => None,
        };
        let mut lines = Vec::new();
        let mut add = |name, planned: Option<f64>, measured: Option<f64>, show| {
            if let (Some(planned), Some(measured)) = (planned, measured) {
                lines.push(Line {
                    name,
                    planned,
                    measured,
                    show,
                });
            }
        };
        let peak = run.peak_memory.map(|bytes| bytes.0 as f64).value();
        add("memory", Some(self.memory.total_bytes), peak, bytes as Show);
        let prefill = unpaced(Some(self.prefill_tokens_per_s));
        add("prefill", prefill, run.prefill_tps.value(), speed);
        let decode = unpaced(self.decode_tokens_per_s.0);
        add("decode", decode, run.decode_tps.value(), speed);
        let seconds = self.seconds_per_question.0;
        add(
            "a question",
            seconds,
            run.answer_s().value(),
            words::seconds,
        );
        let joules = run.energy.map(|energy| energy.joules).value();
        add("energy", self.joules_per_question.0, joules, joules_of);
        Ok(Check(lines))
    }
}

type Show = fn(f64) -> String;

/// A plan beside what was measured.
pub struct Check(Vec<Line>);

struct Line {
    name: &'static str,
    planned: f64,
    measured: f64,
    show: Show,
}

impl Line {
    /// By how much the plan was too high, as a share of what was measured.
    fn error(&self) -> Reading<f64> {
        match self.measured > 0.0 {
            true => Reading::Value(self.planned / self.measured - 1.0),
            false => Reading::Missing(edgescore_score::Reason::Invalid),
        }
    }
}

impl Check {
    /// For reading.
    pub fn blocks(&self) -> Vec<Block> {
        let rows = self.0.iter().map(|line| {
            vec![
                line.name.to_owned(),
                (line.show)(line.planned),
                (line.show)(line.measured),
                words::or_reason(line.error(), |error| format!("{:+.1} %", 100.0 * error)),
            ]
        });
        vec![Block::Table(Table {
            head: vec!["plan", "planned", "measured", "error"],
            rows: rows.collect(),
        })]
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let lines = self.0.iter().map(|line| {
            let figures = json!({
                "planned": line.planned,
                "measured": line.measured,
                "error": or_missing(line.error(), |error| json!(error)),
            });
            (line.name.replace(' ', "_"), figures)
        });
        Value::Object(lines.collect::<Map<_, _>>())
    }
}

fn watts(budget: Option<f64>) -> String {
    budget.map_or("none".to_owned(), |watts| format!("{watts} W"))
}

fn speed(tps: f64) -> String {
    format!("{tps:.1} tokens/s")
}

fn bytes(bytes: f64) -> String {
    edgescore_probe::Bytes(bytes as u64).to_string()
}

fn joules_of(joules: f64) -> String {
    format!("{} J", words::score(joules))
}
