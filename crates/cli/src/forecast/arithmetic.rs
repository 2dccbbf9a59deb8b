//! From what copies of a model took to what the whole model will take.

use edgescore_probe::{Bytes, Reading, Reason};
use edgescore_record::{MemoryEstimate, Mode, Plan, Weights};

use super::hollow::Whole;
use super::trial::{Answer, Trial};

/// What a run will take.
pub struct Forecast {
    /// How weights would be held.
    pub weights: Weights,
    /// Memory, part by part.
    pub memory: MemoryEstimate,
    /// Prompt tokens a second, unpaced.
    pub prefill_tps: f64,
    /// Decoded tokens a second, unpaced.
    pub decode_tps: Reading<f64>,
    /// Questions, every order of options counted.
    pub asks: u32,
    /// Seconds of an answer, draws left out and rests for the power budget included. Generate mode:
    /// if each takes all the tokens it may.
    pub answer_s: Reading<f64>,
    /// Seconds of all answers and draws.
    pub total_s: Reading<f64>,
    /// Joules of an answer, gross.
    pub answer_j: Reading<f64>,
    /// Power.
    pub power: PowerForecast,
}

/// Power of the board, in watts.
pub struct PowerForecast {
    /// Idle.
    pub idle_w: Reading<f64>,
    /// While it computes without a rest.
    pub active_w: Reading<f64>,
    /// The budget.
    pub budget_w: Option<f64>,
    /// Share of the time that it may compute, 0 when the budget is below idle power.
    pub duty: Reading<f64>,
}

impl PowerForecast {
    fn of(trial: &Trial, budget_w: Option<f64>) -> PowerForecast {
        let idle_w = trial.idle_w;
        let active_w = active_w(&trial.answers);
        let duty = match budget_w {
            None => Reading::Value(1.0),
            Some(budget) => idle_w.and_then(|idle| {
                active_w.map(|active| match (budget, active) {
                    (budget, active) if active <= budget => 1.0,
                    (budget, _) if budget <= idle => 0.0,
                    (budget, active) => (budget - idle) / (active - idle),
                })
            }),
        };
        PowerForecast {
            idle_w,
            active_w,
            budget_w,
            duty,
        }
    }

    /// Whether the budget can be held.
    pub fn can_be_held(&self) -> bool {
        self.duty != Reading::Value(0.0)
    }
}

/// Mean power while answering.
fn active_w(answers: &[Answer]) -> Reading<f64> {
    let (mut energy, mut time) = (0, 0);
    for answer in answers {
        match answer.energy_uj {
            Reading::Value(uj) => energy += uj,
            Reading::Missing(reason) => return Reading::Missing(reason),
        }
        time += answer.prefill_us + answer.decode_us;
    }
    match time {
        0 => Reading::Missing(Reason::NoRows),
        time => Reading::Value(energy as f64 / time as f64),
    }
}

/// What `plan` will take of `whole`, of which `trials` are copies, rising in size.
pub fn forecast(plan: &Plan, whole: &Whole, trials: &[Trial]) -> Forecast {
    let bytes = |layers| whole.bytes_of_layers(layers) as f64;
    let all = whole.layers();
    // Time goes with the bytes of the layers, also where layers are of several kinds.
    let by_bytes = |y: &dyn Fn(&Trial) -> f64| {
        extend(trials.iter().map(|t| (bytes(t.layers), y(t))), bytes(all))
    };
    let by_layers = |y: fn(&MemoryEstimate) -> Bytes| {
        let points = trials
            .iter()
            .map(|t| (f64::from(t.layers), y(&t.memory).0 as f64));
        Bytes(extend(points, f64::from(all)) as u64)
    };
    // The same questions in each copy.
    let common = trials.iter().map(|t| t.answers.len()).min().unwrap_or(0);
    let us_per_token = |of: fn(&Answer) -> (u32, u64)| {
        by_bytes(&|t| {
            let (mut tokens, mut us) = (0, 0);
            for (more, time) in t.answers.iter().take(common).map(of) {
                tokens += u64::from(more);
                us += time;
            }
            us as f64 / tokens.max(1) as f64
        })
    };
    let prefill_us = us_per_token(|a| (a.computed, a.prefill_us));
    let decodes = trials
        .iter()
        .all(|t| t.answers.iter().any(|a| a.decoded > 0));
    let decode_us = match decodes {
        false => Reading::Missing(Reason::NoRows),
        true => Reading::Value(us_per_token(|a| (a.decoded, a.decode_us))),
    };
    // One after another where no question with draws was among those that were tried.
    let drawn_us = match trials.iter().all(|t| t.drawn.0 > 0) {
        false => decode_us,
        true => Reading::Value(by_bytes(&|t| t.drawn.1 as f64 / t.drawn.0 as f64)),
    };
    let Some(largest) = trials.last() else {
        unreachable!("a model has a copy")
    };
    let power = PowerForecast::of(largest, plan.budgets.power.map(|p| p.0 as f64 / 1e6));
    let asks = largest.asks;
    let computed = largest
        .prompts
        .tokens
        .saturating_sub(largest.prompts.cached);
    let prefill_s = computed as f64 * prefill_us / 1e6 / f64::from(asks.max(1));
    let text_s = |us_per_token: Reading<f64>| match plan.mode {
        Mode::Letter => Reading::Value(0.0),
        Mode::Generate => {
            us_per_token.map(|us| us * f64::from(plan.max_tokens.saturating_sub(1)) / 1e6)
        }
    };
    // Rests count: a run that may compute half of the time takes twice as long.
    let paced = |s: f64| {
        power.duty.and_then(|duty| match duty > 0.0 {
            true => Reading::Value(s / duty),
            false => Reading::Missing(Reason::Invalid),
        })
    };
    let draws = f64::from(largest.drawn_asks) * f64::from(plan.draws);
    let answer_s = text_s(decode_us).and_then(|text| paced(prefill_s + text));
    let draws_s = text_s(drawn_us).and_then(|text| paced(text * draws));
    let total_s = answer_s.and_then(|answer| draws_s.map(|d| answer * f64::from(asks) + d));
    let mean_w = match power.budget_w {
        Some(budget) => power.active_w.map(|active| active.min(budget)),
        None => power.active_w,
    };
    let memory = MemoryEstimate {
        file: Bytes(whole.bytes),
        repacked: by_layers(|m| m.repacked),
        kv: by_layers(|m| m.kv),
        // The same for two layers and for all: the buffer is used again from layer to layer.
        compute: largest.memory.compute,
        runtime: largest.memory.runtime,
    };
    Forecast {
        weights: largest.weights,
        memory,
        prefill_tps: 1e6 / prefill_us,
        decode_tps: decode_us.map(|us| 1e6 / us),
        asks,
        answer_s,
        total_s,
        answer_j: answer_s.and_then(|s| mean_w.map(|w| s * w)),
        power,
    }
}

/// The value at `x` of the line through the first and the last point, which rises in x; of a single
/// point, its own. Never less than the last point's: what is larger takes no less.
fn extend(points: impl Iterator<Item = (f64, f64)>, x: f64) -> f64 {
    let points: Vec<_> = points.collect();
    let (Some((x1, y1)), Some((x2, y2))) = (points.first(), points.last()) else {
        return 0.0;
    };
    match x2 - x1 {
        0.0 => *y2,
        wide => (y2 + (y2 - y1) / wide * (x - x2)).max(*y2),
    }
}

#[cfg(test)]
mod tests {
    use super::extend;

    #[test]
    fn time_goes_on_as_it_rose() {
        let at = |points: &[(f64, f64)], x| extend(points.iter().copied(), x);
        // 3 for everything but the layers, 2 for a layer.
        assert_eq!(at(&[(1.0, 5.0), (4.0, 11.0)], 24.0), 51.0);
        assert_eq!(at(&[(4.0, 11.0)], 4.0), 11.0);
        // Noise that makes more layers faster does not make the whole model faster still.
        assert_eq!(at(&[(1.0, 5.0), (2.0, 4.9)], 24.0), 4.9);
        assert_eq!(at(&[], 24.0), 0.0);
    }
}
