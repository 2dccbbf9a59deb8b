//! What a plan says, for pages and programs.

use std::path::Path;

use edgescore_probe::Bytes;
use edgescore_record::Plan;
use edgescore_summary::{
    CopyView, Labelled, LimitKind, PlanView, PlannedMemoryView, PlannedPowerView,
};

use super::arithmetic::Forecast;
use super::hollow::Whole;
use super::trial::Trial;

/// All that a plan was made of.
pub struct Made<'p> {
    pub plan: &'p Plan<'p>,
    pub model: &'p Path,
    pub whole: &'p Whole,
    pub trials: &'p [Trial],
    pub forecast: &'p Forecast,
    /// What memory is held against, and how much that is.
    pub limit: Option<(LimitKind, Bytes)>,
    pub fits: bool,
}

impl Made<'_> {
    /// What it says.
    pub fn view(&self) -> PlanView {
        let forecast = self.forecast;
        let memory = &forecast.memory;
        let power = &forecast.power;
        let last = self.trials.last();
        let model = self.model.file_name().unwrap_or_default();
        let copies = self.trials.iter().map(|trial| CopyView {
            layers: trial.layers,
            questions: trial.answers.len(),
        });
        PlanView {
            model: model.to_string_lossy().into_owned(),
            model_bytes: self.whole.bytes,
            board: last.map_or(String::new(), |trial| trial.board.clone()),
            threads: last.map_or(0, |trial| trial.threads),
            mode: Labelled(self.plan.mode),
            layout: Labelled(self.plan.layout),
            weights: Labelled(forecast.weights),
            fits: self.limit.map(|_| self.fits && power.can_be_held()),
            memory: PlannedMemoryView {
                limit_bytes: self.limit.map(|(_, bytes)| bytes.0),
                limit_is: self.limit.map(|(kind, _)| Labelled(kind)),
                total_bytes: memory.total().0,
                file_bytes: memory.file.0,
                repacked_bytes: memory.repacked.0,
                kv_bytes: memory.kv.0,
                compute_bytes: memory.compute.0,
                runtime_bytes: memory.runtime.0,
            },
            prefill_tokens_per_s: forecast.prefill_tps,
            decode_tokens_per_s: forecast.decode_tps.into(),
            questions: forecast.asks,
            seconds_per_question: forecast.answer_s.into(),
            joules_per_question: forecast.answer_j.into(),
            seconds: forecast.total_s.into(),
            power: PlannedPowerView {
                source: last.map(|trial| trial.source.clone()),
                measured: last.map(|trial| trial.metered),
                idle_w: power.idle_w.into(),
                active_w: power.active_w.into(),
                budget_w: power.budget_w,
                duty: power.duty.into(),
            },
            layers: self.whole.layers(),
            copies: copies.collect(),
        }
    }
}
