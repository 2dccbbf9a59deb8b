//! A plan for reading, and as JSON.

use std::path::Path;

use edgescore_record::{Mode, Plan};
use edgescore_score::Reading;
use serde_json::{Value, json};

use super::forecast::Forecast;
use super::hollow::Whole;
use super::limit::Limit;
use super::trial::Trial;
use crate::commands::report::json::measured as or_missing;
use crate::render::page::Block;
use crate::render::words;

/// All there is to say.
pub struct Page<'p> {
    pub plan: &'p Plan<'p>,
    pub model: &'p Path,
    pub whole: &'p Whole,
    pub trials: &'p [Trial],
    pub forecast: &'p Forecast,
    pub limit: Option<Limit>,
    pub fits: bool,
}

impl Page<'_> {
    fn model_name(&self) -> String {
        let name = self.model.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn board(&self) -> (&str, u16) {
        let last = self.trials.last();
        last.map_or(("", 0), |trial| (&trial.board, trial.threads))
    }

    /// For a terminal.
    pub fn blocks(&self) -> Vec<Block> {
        let forecast = self.forecast;
        let (board, threads) = self.board();
        let setting = format!(
            "mode {}, layout {}, weights {}, {board}, {threads} threads",
            words::label(self.plan.mode),
            words::label(self.plan.layout),
            words::label(forecast.weights),
        );
        let speed = |value| words::or_reason(value, |tps: f64| format!("{tps:.1} tokens/s"));
        let at_most = match self.plan.mode {
            Mode::Letter => "",
            Mode::Generate => "at most ",
        };
        let mut facts = vec![
            ("fits", self.fit()),
            ("memory", self.memory()),
            ("prefill", speed(Reading::Value(forecast.prefill_tps))),
            (
                "decode",
                match forecast.decode_tps {
                    // Zeros may choose the token that ends a text.
                    Reading::Missing(_) => "not known: the copies ended their texts at once".into(),
                    tps => speed(tps),
                },
            ),
            (
                "a question",
                format!(
                    "{at_most}{}, {}",
                    words::or_reason(forecast.answer_s, words::seconds),
                    words::or_reason(forecast.answer_j, |j| format!("{} J", words::score(j)))
                ),
            ),
            (
                "the pack",
                format!(
                    "{at_most}{} for {} questions",
                    words::or_reason(forecast.total_s, duration),
                    forecast.asks
                ),
            ),
        ];
        facts.push(("power", self.power()));
        vec![
            Block::Title(format!("Plan for {}", self.model_name())),
            Block::Line(setting),
            Block::Line(self.basis()),
            Block::Facts(facts),
        ]
    }

    fn basis(&self) -> String {
        let copies = self
            .trials
            .iter()
            .map(|trial| format!("{} ({} questions)", trial.layers, trial.answers.len()));
        format!(
            "measured with {} of {} layers",
            copies.collect::<Vec<_>>().join(" and "),
            self.whole.layers()
        )
    }

    fn fit(&self) -> String {
        if !self.forecast.power.can_be_held() {
            return "no: the power budget is not above the idle board's power".to_owned();
        }
        match (self.limit, self.fits) {
            (None, _) => "not known: give --memory, or leave --weights out".to_owned(),
            (Some(limit), fits) => {
                let against = match limit {
                    Limit::Budget(bytes) => format!("the budget of {bytes}"),
                    Limit::Free(bytes) => format!("the {bytes} that are free on the board"),
                };
                let fits = if fits { "yes" } else { "no" };
                let total = self.forecast.memory.total();
                format!("{fits}: {total} of {against}")
            }
        }
    }

    fn memory(&self) -> String {
        let memory = &self.forecast.memory;
        format!(
            "file {}, repacked {}, KV cache {}, compute {}, program {}",
            memory.file, memory.repacked, memory.kv, memory.compute, memory.runtime
        )
    }

    fn power(&self) -> String {
        let watts = |value| words::or_reason(value, |watts: f64| format!("{watts:.2} W"));
        let power = &self.forecast.power;
        let mut text = format!(
            "idle {}, computing {}",
            watts(power.idle_w),
            watts(power.active_w)
        );
        if let (Some(budget), Reading::Value(duty)) = (power.budget_w, power.duty) {
            text += &format!(
                "; budget {budget} W, computing {:.0} % of the time",
                100.0 * duty
            );
        }
        match self.trials.last() {
            Some(trial) if trial.source == "none" => {
                text +=
                    "; give --power-source simulated:idle=P,active=P to plan with known figures";
            }
            Some(trial) if !trial.metered => text += "  (simulated)",
            _ => {}
        }
        text
    }

    /// For programs, and for `report --plan`.
    pub fn json(&self) -> Value {
        let forecast = self.forecast;
        let memory = &forecast.memory;
        let number = |value| or_missing(value, |value: f64| json!(value));
        let (board, threads) = self.board();
        let copies = self.trials.iter().map(|trial| {
            json!({
                "layers": trial.layers,
                "questions": trial.answers.len(),
            })
        });
        let power = &forecast.power;
        json!({
            "model": self.model_name(),
            "model_bytes": self.whole.bytes,
            "board": board,
            "threads": threads,
            "mode": words::label(self.plan.mode),
            "layout": words::label(self.plan.layout),
            "weights": words::label(forecast.weights),
            "fits": self.limit.map(|_| self.fits && power.can_be_held()),
            "memory": {
                "limit_bytes": self.limit.map(|limit| limit.bytes().0),
                "limit_is": self.limit.map(|limit| match limit {
                    Limit::Budget(_) => "budget",
                    Limit::Free(_) => "free",
                }),
                "total_bytes": memory.total().0,
                "file_bytes": memory.file.0,
                "repacked_bytes": memory.repacked.0,
                "kv_bytes": memory.kv.0,
                "compute_bytes": memory.compute.0,
                "runtime_bytes": memory.runtime.0,
            },
            "prefill_tokens_per_s": forecast.prefill_tps,
            "decode_tokens_per_s": number(forecast.decode_tps),
            "questions": forecast.asks,
            "seconds_per_question": number(forecast.answer_s),
            "joules_per_question": number(forecast.answer_j),
            "seconds": number(forecast.total_s),
            "power": {
                "source": self.trials.last().map(|trial| trial.source.as_str()),
                "measured": self.trials.last().map(|trial| trial.metered),
                "idle_w": number(power.idle_w),
                "active_w": number(power.active_w),
                "budget_w": power.budget_w,
                "duty": number(power.duty),
            },
            "layers": self.whole.layers(),
            "copies": copies.collect::<Vec<_>>(),
        })
    }
}

/// Hours and minutes, or less.
fn duration(seconds: f64) -> String {
    match seconds {
        ..120.0 => words::seconds(seconds),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}
