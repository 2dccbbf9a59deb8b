//! Power of a run: its source, what was drawn, and the budget.

use edgescore_probe::energy::Scope;
use edgescore_probe::{Microjoules, Microwatts, Reading, Reason};
use edgescore_record::{Power, PowerBudget, PowerEnd, PowerStart};
use schemars::JsonSchema;
use serde::Serialize;

use crate::figure::Figure;
use crate::labels::Labelled;

/// Name of the source that has nothing to say.
const NO_SOURCE: &str = "none";

/// What the rows of a result say about power.
#[derive(Clone, Debug, Default)]
pub struct PowerSummary {
    /// The source, if the run has one.
    pub source: Option<PowerSource>,
    /// What was drawn, if the run came to its end.
    pub end: Option<PowerEnd>,
    /// The points of the trace.
    pub points: Vec<Power>,
}

/// The power source, what it sees, and the budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowerSource {
    /// Its name.
    pub name: String,
    /// What its figures include.
    pub scope: Scope,
    /// Whether a sensor measured it.
    pub measured: bool,
    /// Samples a second; 0 where nothing is sampled.
    pub rate_hz: u32,
    /// Smallest step of a power reading, where it is known.
    pub resolution: Option<Microwatts>,
    /// What the board draws that the figures leave out.
    pub omits: String,
    /// What was found on this board, such as the rails that are summed.
    pub found: String,
    /// Idle power before the model was loaded.
    pub idle: Reading<Microwatts>,
    /// Energy of loading, gross.
    pub load: Reading<Microjoules>,
    /// The budget; none if the run is not paced.
    pub budget: Option<PowerBudget>,
}

impl From<&PowerStart<'_>> for PowerSource {
    fn from(row: &PowerStart) -> PowerSource {
        PowerSource {
            name: row.source.to_owned(),
            scope: row.scope,
            measured: row.measured,
            rate_hz: row.rate_hz,
            resolution: row.resolution,
            omits: row.omits.to_owned(),
            found: row.found.to_owned(),
            idle: row.idle,
            load: row.load,
            budget: row.budget,
        }
    }
}

impl PowerSummary {
    /// Whether a meter saw it; `None` without a source.
    pub fn metered(&self) -> Option<bool> {
        self.source.as_ref().map(|source| source.measured)
    }

    /// Whether power is a model of the board's and not a measurement.
    pub fn is_simulated(&self) -> bool {
        // Without a source nothing is measured, and nothing simulated.
        let source = self.source.as_ref();
        source.is_some_and(|source| !source.measured && source.name != NO_SOURCE)
    }

    /// Seconds since the first question and mean watts of the trace's points.
    pub fn trace(&self) -> Vec<(f64, f64)> {
        let points = self.points.iter().filter_map(|point| {
            let mean = point.mean.value()?;
            Some((point.at.0 as f64 / 1e6, mean.0 as f64 / 1e6))
        });
        points.collect()
    }

    /// The budget in watts.
    pub fn budget_w(&self) -> Option<f64> {
        self.budget().map(|budget| budget.power.0 as f64 / 1e6)
    }

    /// The budget's window in seconds.
    pub fn window_s(&self) -> Option<f64> {
        self.budget().map(|budget| budget.window.0 as f64 / 1e6)
    }

    /// Mean over the questions in watts.
    pub fn mean_w(&self) -> Reading<f64> {
        self.at_end(|row| watts(row.mean))
    }

    /// Highest mean of a window in watts.
    pub fn worst_window_w(&self) -> Reading<f64> {
        self.at_end(|row| watts(row.worst))
    }

    /// Idle power in watts: the mean of before and after.
    pub fn idle_w(&self) -> Reading<f64> {
        let after = self.idle_after_w();
        self.idle_before_w()
            .and_then(|before| after.map(|after| f64::midpoint(before, after)))
    }

    /// How much longer the questions took with the rests that the budget made: 1 without any.
    pub fn stretch(&self) -> f64 {
        self.end.as_ref().map_or(1.0, |end| {
            let length = end.length.0.max(1) as f64;
            let worked = end.length.0.saturating_sub(end.rested.0).max(1) as f64;
            length / worked
        })
    }

    /// Joules of loading the model, gross.
    pub fn load_j(&self) -> Reading<f64> {
        self.at_start(|source| source.load.map(|energy| energy.0 as f64 / 1e6))
    }

    fn budget(&self) -> Option<PowerBudget> {
        self.source.as_ref()?.budget
    }

    fn idle_before_w(&self) -> Reading<f64> {
        self.at_start(|source| watts(source.idle))
    }

    fn idle_after_w(&self) -> Reading<f64> {
        self.at_end(|row| watts(row.idle))
    }

    fn at_start(&self, of: impl Fn(&PowerSource) -> Reading<f64>) -> Reading<f64> {
        self.source
            .as_ref()
            .map_or(Reading::Missing(Reason::Off), of)
    }

    fn at_end(&self, of: impl Fn(&PowerEnd) -> Reading<f64>) -> Reading<f64> {
        self.end.as_ref().map_or(Reading::Missing(Reason::Off), of)
    }
}

fn watts(reading: Reading<Microwatts>) -> Reading<f64> {
    reading.map(|power| power.0 as f64 / 1e6)
}

/// Where power came from, what it was, and whether the budget was held. null: the run says
/// nothing about it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PowerView {
    /// The source.
    pub source: Option<String>,
    /// What its figures include.
    pub scope: Option<Labelled<Scope>>,
    /// Whether a sensor measured it.
    pub measured: Option<bool>,
    /// What was found on the board, such as the rails that are summed.
    pub found: Option<String>,
    /// What the board draws that the figures leave out.
    pub omits: Option<String>,
    /// Samples a second; 0 where nothing is sampled.
    pub rate_hz: Option<u32>,
    /// Smallest step of a power reading.
    pub resolution_w: Option<f64>,
    /// Idle power before the model was loaded.
    pub idle_before_w: Figure<f64>,
    /// Idle power after the last question, with the model loaded.
    pub idle_after_w: Figure<f64>,
    /// Power of continuous prefill, from the calibration at the start.
    pub active_w: Option<f64>,
    /// `--power`.
    pub budget_w: Option<f64>,
    /// The window in which the budget is held.
    pub window_s: Option<f64>,
    /// Tokens of a prompt that are computed between two looks at the budget.
    pub piece_tokens: Option<u32>,
    /// Time from the first question to the end of the last.
    pub length_s: Option<f64>,
    /// Mean power in it.
    pub mean_w: Figure<f64>,
    /// Highest mean of a window.
    pub worst_window_w: Figure<f64>,
    /// Time with a window more than 2 % over the budget.
    pub time_over_s: Option<f64>,
    /// Share of the time not rested for the budget.
    pub duty: Option<f64>,
    /// Share of the time rested for the budget.
    pub throughput_cost: Option<f64>,
    /// Samples that were values.
    pub samples: Option<u64>,
    /// Samples that were missing or out of order.
    pub samples_failed: Option<u64>,
    /// Time that was bridged because samples were late or missing.
    pub lost_s: Option<f64>,
    /// Largest delay of a sample.
    pub latest_sample_s: Option<f64>,
}

impl From<&PowerSummary> for PowerView {
    fn from(power: &PowerSummary) -> PowerView {
        let source = power.source.as_ref();
        let end = power.end.as_ref();
        let seconds = |of: fn(&PowerEnd) -> u64| end.map(|row| of(row) as f64 / 1e6);
        let length = seconds(|row| row.length.0);
        let worked = length.filter(|length| *length > 0.0);
        let rested = seconds(|row| row.rested.0);
        let cost = rested.zip(worked).map(|(rested, length)| rested / length);
        PowerView {
            source: source.map(|source| source.name.clone()),
            scope: source.map(|source| Labelled(source.scope)),
            measured: power.metered(),
            found: source.map(|source| source.found.clone()),
            omits: source.map(|source| source.omits.clone()),
            rate_hz: source.map(|source| source.rate_hz),
            resolution_w: source
                .and_then(|source| source.resolution)
                .map(|step| step.0 as f64 / 1e6),
            idle_before_w: power.idle_before_w().into(),
            idle_after_w: power.idle_after_w().into(),
            active_w: power.budget().map(|budget| budget.active.0 as f64 / 1e6),
            budget_w: power.budget_w(),
            window_s: power.window_s(),
            piece_tokens: power.budget().map(|budget| budget.piece),
            length_s: length,
            mean_w: power.mean_w().into(),
            worst_window_w: power.worst_window_w().into(),
            time_over_s: seconds(|row| row.over.0),
            duty: cost.map(|cost| 1.0 - cost),
            throughput_cost: cost,
            samples: end.map(|row| row.samples),
            samples_failed: end.map(|row| row.failed),
            lost_s: seconds(|row| row.lost.0),
            latest_sample_s: seconds(|row| row.latest.0),
        }
    }
}
