//! Operating points beside each other.

use edgescore_record::VerdictKind;
use edgescore_score::Reading;
use serde::Serialize;

use crate::figure::Figure;
use crate::labels::Labelled;
use crate::run::RunSummary;

/// Operating points, for programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SweepView {
    /// The points in the order of running.
    pub points: Vec<SweepPointView>,
    /// File of the best.
    pub best: Option<String>,
}

/// One operating point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SweepPointView {
    /// The result file.
    pub file: String,
    /// Threads used.
    pub threads: Option<u16>,
    /// Highest CPU clock that was allowed.
    pub max_clock_hz: Figure<u64>,
    /// How the run ended; null if it was cut off.
    pub verdict: Option<Labelled<VerdictKind>>,
    /// Accuracy.
    pub pass_at_1: Figure<f64>,
    /// Median latency.
    pub p50_s: Figure<f64>,
    /// Mean power.
    pub mean_w: Figure<f64>,
    /// Highest mean of a window.
    pub worst_window_w: Figure<f64>,
    /// Gross energy of a question.
    pub energy_per_question_j: Figure<f64>,
    /// Correct answers per joule.
    pub correct_per_j: Figure<f64>,
}

/// Correct answers per joule.
pub fn correct_per_joule(run: &RunSummary) -> Reading<f64> {
    run.pass_at_1.and_then(|accuracy| {
        let energy = run.energy();
        energy.map(|energy| accuracy.value / energy.joules)
    })
}

impl SweepPointView {
    /// The point at which `run` was made, which ended with `verdict`.
    pub fn of(run: &RunSummary, verdict: Option<VerdictKind>) -> SweepPointView {
        SweepPointView {
            file: run.file.clone(),
            threads: run.threads(),
            max_clock_hz: run.start.max_clock.map(|clock| clock.0).into(),
            verdict: verdict.map(Labelled),
            pass_at_1: run.pass_at_1.map(|estimate| estimate.value).into(),
            p50_s: run.latency_s().into(),
            mean_w: run.power.mean_w().into(),
            worst_window_w: run.power.worst_window_w().into(),
            energy_per_question_j: run.energy.per_question_j().into(),
            correct_per_j: correct_per_joule(run).into(),
        }
    }
}
