//! Energy of the answered questions, gross and net of what the idle board would have used.

use edgescore_probe::{Reading, Reason};
use edgescore_record::Question;
use schemars::JsonSchema;
use serde::Serialize;

use crate::asked::{Asked, Draws};
use crate::figure::Figure;

/// Sums over the answered questions and their draws.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnergySummary {
    prefill_uj: u64,
    decode_uj: u64,
    prefill_us: u64,
    decode_us: u64,
    draws: Draws,
    counted: u32,
    correct: u32,
    /// Why a question has none. One without a reading refuses every sum: which questions lack
    /// one need not be chance.
    missing: Option<Reason>,
}

/// What loading the model took.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Joules, gross.
    pub joules: Reading<f64>,
    /// Seconds; 0 if it was never loaded.
    pub seconds: f64,
}

impl EnergySummary {
    /// Of all that was asked.
    pub fn of(asked: &[Asked]) -> EnergySummary {
        let mut sums = EnergySummary::default();
        for asked in asked {
            if let Ok(question) = &asked.outcome {
                sums.add(question);
            }
            sums.add_draws(&asked.draws);
        }
        sums
    }

    fn add(&mut self, question: &Question) {
        match question.energy {
            Reading::Missing(reason) => self.missing = Some(reason),
            Reading::Value(energy) => {
                let decode_us = question.generated.map_or(0, |generated| generated.decode.0);
                self.prefill_uj = self.prefill_uj.saturating_add(energy.prefill.0);
                self.decode_uj = self.decode_uj.saturating_add(energy.decode.0);
                self.prefill_us = self.prefill_us.saturating_add(question.prefill.0);
                self.decode_us = self.decode_us.saturating_add(decode_us);
                self.counted += 1;
                self.correct += u32::from(question.answer.is_correct());
            }
        }
    }

    /// Draws are no part of what an answer took.
    fn add_draws(&mut self, draws: &Draws) {
        let sum = &mut self.draws;
        sum.drawn = sum.drawn.saturating_add(draws.drawn);
        sum.decode_us = sum.decode_us.saturating_add(draws.decode_us);
        sum.energy_uj = sum.energy_uj.saturating_add(draws.energy_uj);
        sum.no_energy = sum.no_energy.or(draws.no_energy);
    }

    /// Joules a question, gross.
    pub fn per_question_j(&self) -> Reading<f64> {
        self.sum((self.prefill_uj + self.decode_uj) as f64 / 1e6)
            .map(|joules| joules / f64::from(self.counted))
    }

    /// Joules of all draws, gross.
    fn drawn_j(&self) -> Reading<f64> {
        match (self.draws.no_energy, self.draws.drawn) {
            (Some(reason), _) => Reading::Missing(reason),
            (None, 0) => Reading::Missing(Reason::NoRows),
            (None, _) => Reading::Value(self.draws.energy_uj as f64 / 1e6),
        }
    }

    fn sum(&self, joules: f64) -> Reading<f64> {
        match (self.missing, self.counted) {
            (Some(reason), _) => Reading::Missing(reason),
            (None, 0) => Reading::Missing(Reason::NoRows),
            (None, _) => Reading::Value(joules),
        }
    }

    /// All sums, less `idle_w` times the time that each took.
    fn less_idle(&self, idle_w: Reading<f64>, load: Load) -> JoulesView {
        let of = |uj: u64, us: u64| {
            self.sum(uj as f64 / 1e6)
                .and_then(|gross| idle_w.map(|idle| gross - idle * us as f64 / 1e6))
        };
        let prefill = of(self.prefill_uj, self.prefill_us);
        let decode = of(self.decode_uj, self.decode_us);
        let both = prefill.and_then(|prefill| decode.map(|decode| prefill + decode));
        let draws = self
            .drawn_j()
            .and_then(|gross| idle_w.map(|idle| gross - idle * self.draws.decode_us as f64 / 1e6));
        let load = load
            .joules
            .and_then(|gross| idle_w.map(|idle| gross - idle * load.seconds));
        let per = |count: u32| match count {
            0 => Reading::Missing(both.missing().unwrap_or(Reason::NoRows)),
            count => both.map(|joules| joules / f64::from(count)),
        };
        JoulesView {
            load_j: load.into(),
            prefill_j: prefill.into(),
            decode_j: decode.into(),
            draws_j: draws.into(),
            per_question_j: per(self.counted).into(),
            per_correct_j: per(self.correct).into(),
        }
    }

    /// Gross and net energy of a run whose board draws `idle_w` watts at rest.
    pub fn view(&self, idle_w: Reading<f64>, load: Load) -> EnergyView {
        EnergyView {
            gross: self.less_idle(Reading::Value(0.0), load),
            net: self.less_idle(idle_w, load),
        }
    }
}

/// Gross energy; net is gross less idle power times the time.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EnergyView {
    /// Gross.
    #[serde(flatten)]
    pub gross: JoulesView,
    /// Net.
    pub net: JoulesView,
}

/// Joules. decode_j counts greedy text, draws_j the draws.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct JoulesView {
    /// Of loading the model.
    pub load_j: Figure<f64>,
    /// Of all prompts.
    pub prefill_j: Figure<f64>,
    /// Of all greedy text.
    pub decode_j: Figure<f64>,
    /// Of all draws.
    pub draws_j: Figure<f64>,
    /// Prefill and decode of a question.
    pub per_question_j: Figure<f64>,
    /// The same for each correct answer.
    pub per_correct_j: Figure<f64>,
}
