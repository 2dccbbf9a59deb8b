//! Sustained load: how answers drift while questions are asked again and again, and when the board
//! throttles.

use edgescore_probe::{Microseconds, Reading, Reason};
use edgescore_record::{SustainedLoad, Timed, Vitals};
use edgescore_score::{
    BoardPoint, Change, Drift, NoDrift, Throttling, TimedAnswer, ToldBy, Windows, time_to_throttle,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::figure::{EstimateView, Figure};
use crate::labels::Labelled;

/// What the rows of a result say about sustained load.
#[derive(Clone, Debug, Default)]
pub struct LoadRows {
    /// For how long; none where questions are asked once.
    pub planned: Option<SustainedLoad>,
    /// What each answer took.
    pub answers: Vec<Timed>,
    /// How the board fared.
    pub vitals: Vec<Vitals>,
}

/// Sustained load of a run.
#[derive(Clone, Debug)]
pub struct SustainedSummary {
    /// Its length as asked for, in seconds.
    pub planned_s: f64,
    /// From the first question to the end of the last, in seconds.
    pub length_s: f64,
    /// Passes over the questions, the last one begun only.
    pub passes: u32,
    /// Answers of all passes.
    pub answers: u32,
    /// When the steady state begins, in seconds since the first question.
    pub steady_from_s: Option<f64>,
    /// Seconds of an answer.
    pub seconds: Result<Drift, NoDrift>,
    /// Joules of an answer, gross.
    pub joules: Result<Drift, NoDrift>,
    /// The highest CPU clock in Hz.
    pub clock_hz: Result<Change, NoDrift>,
    /// Temperature of the hottest zone in degrees Celsius.
    pub temperature_c: Result<Change, NoDrift>,
    /// When the board began to throttle; none if it did not.
    pub throttling: Reading<Option<Throttling>>,
    /// When each answer ended, and its seconds.
    pub times: Vec<(f64, f64)>,
    /// The temperature at its moments.
    pub temperatures: Vec<(f64, f64)>,
}

fn seconds(time: Microseconds) -> f64 {
    time.0 as f64 / 1e6
}

impl SustainedSummary {
    /// What `rows` come to; none where questions were asked once.
    pub fn of(rows: &LoadRows) -> Option<SustainedSummary> {
        let planned = rows.planned?;
        let answers = rows.answers.as_slice();
        let length_s = answers.last().map_or(0.0, |last| seconds(last.at));
        let drift = |of: fn(&Timed) -> Reading<f64>| {
            let values = answers.iter().map(|answer| timed(answer, of));
            let values = values.collect::<Result<Vec<_>, _>>();
            Drift::of(&values.map_err(NoDrift::Missing)?, length_s)
        };
        let change = |of: fn(&Vitals) -> Reading<f64>| {
            let windows = Windows::of(length_s)?;
            let means = match rows.vitals.first().and_then(|first| of(first).missing()) {
                Some(reason) => Reading::Missing(reason),
                None => windows.means(series(&rows.vitals, of).into_iter()),
            };
            match means {
                Reading::Value(means) => Ok(means),
                Reading::Missing(reason) => Err(NoDrift::Missing(reason)),
            }
        };
        let points = rows.vitals.iter().map(|row| BoardPoint {
            at_s: seconds(row.at),
            clock: row.clock,
            throttled: row.throttled,
        });
        Some(SustainedSummary {
            planned_s: seconds(planned.length),
            length_s,
            passes: answers.last().map_or(0, |last| last.pass),
            answers: answers.len() as u32,
            steady_from_s: Windows::of(length_s).ok().map(|found| found.steady_from_s),
            seconds: drift(|answer| Reading::Value(seconds(answer.time))),
            joules: drift(|answer| answer.energy.map(|energy| energy.0 as f64 / 1e6)),
            clock_hz: change(|row| row.clock.map(|clock| clock.0 as f64)),
            temperature_c: change(celsius),
            throttling: time_to_throttle(&points.collect::<Vec<_>>()),
            times: answers
                .iter()
                .map(|answer| (seconds(answer.at), seconds(answer.time)))
                .collect(),
            temperatures: series(&rows.vitals, celsius),
        })
    }

    /// The same for programs.
    pub fn view(&self) -> SustainedLoadView {
        SustainedLoadView {
            planned_s: self.planned_s,
            length_s: self.length_s,
            passes: self.passes,
            answers: self.answers,
            steady_from_s: self.steady_from_s,
            seconds_per_answer: drift_view(self.seconds),
            joules_per_answer: drift_view(self.joules),
            clock_hz: change_view(self.clock_hz),
            temperature_c: change_view(self.temperature_c),
            throttled: match self.throttling {
                Reading::Missing(reason) => Figure::missing(reason.to_string()),
                Reading::Value(throttling) => {
                    Figure::Value(throttling.map(|throttling| ThrottlingView {
                        after_s: throttling.after_s,
                        told_by: Labelled(throttling.told_by),
                    }))
                }
            },
        }
    }
}

fn celsius(row: &Vitals) -> Reading<f64> {
    row.temperature
        .map(|temperature| f64::from(temperature.0) / 1e3)
}

/// The values of rows with their moments.
fn series(vitals: &[Vitals], of: fn(&Vitals) -> Reading<f64>) -> Vec<(f64, f64)> {
    let values = vitals
        .iter()
        .filter_map(|row| Some((seconds(row.at), of(row).value()?)));
    values.collect()
}

/// An answer with a value, which all must have: which lack one need not be chance.
fn timed(answer: &Timed, of: fn(&Timed) -> Reading<f64>) -> Result<TimedAnswer, Reason> {
    match of(answer) {
        Reading::Missing(reason) => Err(reason),
        Reading::Value(value) => Ok(TimedAnswer {
            ask: answer.ask,
            began_s: seconds(Microseconds(answer.at.0.saturating_sub(answer.time.0))),
            value,
        }),
    }
}

/// With --minutes: the questions again and again. The first minute is set against the steady state:
/// the last third, and at least the last minute.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SustainedLoadView {
    /// --minutes.
    pub planned_s: f64,
    /// From the first question to the end of the last.
    pub length_s: f64,
    /// Passes over the questions, the last one begun only. The first counts for accuracy.
    pub passes: u32,
    /// Answers of all passes.
    pub answers: u32,
    /// Seconds since the first question at which the steady state begins; null if the load was too
    /// short.
    pub steady_from_s: Option<f64>,
    /// Seconds of an answer.
    pub seconds_per_answer: Figure<DriftView>,
    /// Joules of an answer, gross.
    pub joules_per_answer: Figure<DriftView>,
    /// Mean of the highest CPU clock.
    pub clock_hz: Figure<ChangeView>,
    /// Mean temperature of the hottest zone.
    pub temperature_c: Figure<ChangeView>,
    /// When the board began to throttle; null if it did not.
    pub throttled: Figure<Option<ThrottlingView>>,
}

/// How an answer drifts, over questions that were asked in the first minute and in the steady state.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DriftView {
    /// Mean in the first minute.
    pub first_minute: f64,
    /// Mean in the steady state.
    pub steady_state: f64,
    /// Relative change, with the Student interval of a ratio of paired means.
    pub change: EstimateView,
    /// False: the interval contains 0, or the change is below 2 %.
    pub drifts: bool,
    /// Answers of the first minute with a counterpart.
    #[schemars(range(min = 1))]
    pub pairs: u64,
}

/// Two means.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ChangeView {
    /// In the first minute.
    pub first_minute: f64,
    /// In the steady state.
    pub steady_state: f64,
}

/// The beginning of throttling.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ThrottlingView {
    /// Seconds since the first question.
    pub after_s: f64,
    /// flags: of the firmware. clock: it fell by 5 % or more and stayed down.
    pub told_by: Labelled<ToldBy>,
}

fn drift_view(drift: Result<Drift, NoDrift>) -> Figure<DriftView> {
    match drift {
        Err(why) => Figure::missing(why.to_string()),
        Ok(drift) => Figure::Value(DriftView {
            first_minute: drift.means.first,
            steady_state: drift.means.steady,
            change: drift.change.into(),
            drifts: !drift.is_none(),
            pairs: drift.pairs,
        }),
    }
}

fn change_view(change: Result<Change, NoDrift>) -> Figure<ChangeView> {
    match change {
        Err(why) => Figure::missing(why.to_string()),
        Ok(Change { first, steady }) => Figure::Value(ChangeView {
            first_minute: first,
            steady_state: steady,
        }),
    }
}
