//! Power, energy and heat of a run.

use edgescore_probe::{Microseconds, Microwatts, Reading, Reason};
use edgescore_record::{Conditions, Power, PowerEnd, PowerStart, Question, Record, Stalls};
use serde_json::{Value, json};

use super::asked::Draws;
use super::json::measured as or_missing;

/// What the rows of a result say about power, in watts, joules and seconds.
pub struct PowerFacts {
    /// Whether a meter saw it; `None` without a row about power.
    pub metered: Option<bool>,
    /// Time since the first question and mean power of the trace's points.
    pub trace: Vec<(f64, f64)>,
    /// The budget.
    pub budget_w: Option<f64>,
    /// Mean over the questions.
    pub mean_w: Reading<f64>,
    /// Highest mean of a window.
    pub worst_window_w: Reading<f64>,
    /// Idle power: the mean of before and after.
    pub idle_w: Reading<f64>,
    /// The block `power` of the JSON report.
    pub power: Value,
    /// The block `conditions` of the JSON report.
    pub conditions: Value,
    /// What tasks waited for, if that was much of the time.
    pub waited: Option<String>,
    load_j: Reading<f64>,
    load_s: f64,
}

/// Takes the rows.
#[derive(Default)]
pub struct Collector<'a> {
    start: Option<PowerStart<'a>>,
    end: Option<PowerEnd>,
    conditions: Option<Conditions>,
    trace: Vec<Power>,
    load_s: f64,
}

impl<'a> Collector<'a> {
    /// Takes a row that is about power or heat.
    pub fn take(&mut self, record: &Record<'a>) {
        match record {
            Record::ModelLoaded(row) => self.load_s = row.load.0 as f64 / 1e6,
            Record::PowerStart(row) => self.start = Some(*row),
            Record::Power(row) => self.trace.push(*row),
            Record::PowerEnd(row) => self.end = Some(*row),
            Record::Conditions(row) => self.conditions = Some(*row),
            _ => {}
        }
    }

    /// What they say.
    pub fn facts(&self) -> PowerFacts {
        const OFF: Reading<f64> = Reading::Missing(Reason::Off);
        let start = self.start.as_ref();
        let end = self.end.as_ref();
        let of_start = |f: fn(&PowerStart) -> Reading<f64>| start.map_or(OFF, f);
        let of_end = |f: fn(&PowerEnd) -> Reading<f64>| end.map_or(OFF, f);
        let before = of_start(|row| watts(row.idle));
        let after = of_end(|row| watts(row.idle));
        let mean_w = of_end(|row| watts(row.mean));
        let worst_window_w = of_end(|row| watts(row.worst));
        let load_j = of_start(|row| row.load.map(|energy| energy.0 as f64 / 1e6));
        let budget = start.and_then(|row| row.budget);
        let seconds = |f: fn(&PowerEnd) -> u64| end.map(|row| f(row) as f64 / 1e6);
        let rested = seconds(|row| row.rested.0);
        let length = seconds(|row| row.length.0);
        let worked = length.filter(|length| *length > 0.0);
        let cost = rested.zip(worked).map(|(rested, length)| rested / length);
        let points = self.trace.iter().filter_map(|point| {
            let mean = point.mean.value()?;
            Some((point.at.0 as f64 / 1e6, mean.0 as f64 / 1e6))
        });
        let number = |value: Reading<f64>| or_missing(value, |value| json!(value));
        PowerFacts {
            metered: start.map(|row| row.measured),
            trace: points.collect(),
            budget_w: budget.map(|budget| budget.power.0 as f64 / 1e6),
            mean_w,
            worst_window_w,
            idle_w: match (before, after) {
                (Reading::Value(before), Reading::Value(after)) => {
                    Reading::Value(f64::midpoint(before, after))
                }
                (Reading::Value(_), missing) => missing,
                (missing, _) => missing,
            },
            power: json!({
                "source": start.map(|row| row.source),
                "scope": start.map(|row| row.scope.name()),
                "measured": start.map(|row| row.measured),
                "found": start.map(|row| row.found),
                "omits": start.map(|row| row.omits),
                "rate_hz": start.map(|row| row.rate_hz),
                "resolution_w": start
                    .and_then(|row| row.resolution)
                    .map(|step| step.0 as f64 / 1e6),
                "idle_before_w": number(before),
                "idle_after_w": number(after),
                "active_w": budget.map(|budget| budget.active.0 as f64 / 1e6),
                "budget_w": budget.map(|budget| budget.power.0 as f64 / 1e6),
                "window_s": budget.map(|budget| budget.window.0 as f64 / 1e6),
                "piece_tokens": budget.map(|budget| budget.piece),
                "length_s": length,
                "mean_w": number(mean_w),
                "worst_window_w": number(worst_window_w),
                "time_over_s": seconds(|row| row.over.0),
                "duty": cost.map(|cost| 1.0 - cost),
                "throughput_cost": cost,
                "samples": end.map(|row| row.samples),
                "samples_failed": end.map(|row| row.failed),
                "lost_s": seconds(|row| row.lost.0),
                "latest_sample_s": seconds(|row| row.latest.0),
            }),
            conditions: self.conditions.map_or(Value::Null, |row| {
                let celsius = |reading: Reading<edgescore_probe::MilliCelsius>| {
                    number(reading.map(|t| f64::from(t.0) / 1e3))
                };
                json!({
                    "start_c": celsius(row.start),
                    "end_c": celsius(row.end),
                    "cooled_s": row.cooled.0 as f64 / 1e6,
                    "throttled": or_missing(row.throttled, |flags| {
                        json!(flags.to_string())
                    }),
                    "waited": waited(&row.stalls),
                })
            }),
            waited: self.conditions.and_then(|row| much_waited(&row.stalls)),
            load_j,
            load_s: self.load_s,
        }
    }
}

/// Energy of the answered questions.
#[derive(Default)]
pub struct Energies {
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

impl Energies {
    /// Takes an answer.
    pub fn add(&mut self, question: &Question) {
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

    /// Takes the draws of a question: they are no part of what its answer took.
    pub fn add_draws(&mut self, draws: &Draws) {
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

    /// The block `energy` of the JSON report: gross, and net of what the idle board would
    /// have used in the same time.
    pub fn json(&self, power: &PowerFacts) -> Value {
        let block = |idle_w: Reading<f64>| {
            let of = |uj: u64, us: u64| {
                self.sum(uj as f64 / 1e6)
                    .and_then(|gross| idle_w.map(|idle| gross - idle * us as f64 / 1e6))
            };
            let prefill = of(self.prefill_uj, self.prefill_us);
            let decode = of(self.decode_uj, self.decode_us);
            let both = prefill.and_then(|prefill| decode.map(|decode| prefill + decode));
            let draws = self.drawn_j().and_then(|gross| {
                idle_w.map(|idle| gross - idle * self.draws.decode_us as f64 / 1e6)
            });
            let load = power
                .load_j
                .and_then(|gross| idle_w.map(|idle| gross - idle * power.load_s));
            let per = |count: u32| match count {
                0 => Reading::Missing(both.missing().unwrap_or(Reason::NoRows)),
                count => both.map(|joules| joules / f64::from(count)),
            };
            let number = |value| or_missing(value, |value: f64| json!(value));
            json!({
                "load_j": number(load),
                "prefill_j": number(prefill),
                "decode_j": number(decode),
                "draws_j": number(draws),
                "per_question_j": number(per(self.counted)),
                "per_correct_j": number(per(self.correct)),
            })
        };
        let mut energy = block(Reading::Value(0.0));
        energy["net"] = block(power.idle_w);
        energy
    }
}

/// What tasks waited for, by its name in a sentence and in JSON, and for how long.
fn shortages(stalls: &Stalls) -> [(&'static str, &'static str, Reading<Microseconds>); 3] {
    [
        ("a CPU", "cpu_s", stalls.cpu),
        ("memory", "memory_s", stalls.memory),
        ("a disk", "io_s", stalls.io),
    ]
}

fn waited(stalls: &Stalls) -> Value {
    let mut block = json!({ "over_s": stalls.over.0 as f64 / 1e6 });
    for (_, name, time) in shortages(stalls) {
        block[name] = or_missing(time, |time| json!(time.0 as f64 / 1e6));
    }
    block
}

/// From this share of the questions' time on it matters: an idle board's own services and the
/// power sampler stay below.
const MUCH: f64 = 0.05;

fn much_waited(stalls: &Stalls) -> Option<String> {
    let over = stalls.over.0.max(1) as f64;
    let much = shortages(stalls).into_iter().filter_map(|(what, _, time)| {
        let share = time.value()?.0 as f64 / over;
        (share >= MUCH).then(|| format!("for {what} {:.0} %", 100.0 * share))
    });
    let much = much.collect::<Vec<_>>().join(", ");
    (!much.is_empty()).then(|| {
        format!(
            "warning: tasks of the board waited {much} of the questions' time: others used it, or \
             there were more threads than CPUs; timings are not those of a quiet board"
        )
    })
}

fn watts(reading: Reading<Microwatts>) -> Reading<f64> {
    reading.map(|power| power.0 as f64 / 1e6)
}
