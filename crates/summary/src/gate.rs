//! A run held against limits.

use edgescore_score::{
    Bound, EdgeScore, Estimate, Exponents, Formula, GateMonitor, Indecision, Limits, Line,
    Measurements, Quantity, Reading, Reason, Verdict, edge_score, gate,
};
use serde::Serialize;

use crate::error::Error;
use crate::figure::Figure;
use crate::indecision::describe;
use crate::run::RunSummary;

/// What came of a gate.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The limits.
    pub verdict: Verdict,
    /// Whether the run ended as planned.
    pub ended_well: bool,
    /// What speaks against a decision of the model: then the gate is not passed, whatever holds.
    pub indecision: Option<Indecision>,
    /// What each line was measured with, where that has an interval: the estimate.
    pub estimates: Vec<Option<Estimate>>,
}

impl Judged {
    /// The lines, each with whether its limit lies inside the 95 % interval of what was measured. One
    /// that was decided early was decided with its own error rate.
    pub fn lines(&self) -> impl Iterator<Item = (&Line, Option<Estimate>, bool)> {
        let lines = self.verdict.lines.iter().zip(&self.estimates);
        lines.map(|(line, estimate)| (line, *estimate, is_close(line, estimate.as_ref())))
    }

    /// The same, but a limit inside the interval fails.
    pub fn strict(mut self) -> Judged {
        for (line, estimate) in self.verdict.lines.iter_mut().zip(&self.estimates) {
            line.pass &= !is_close(line, estimate.as_ref());
        }
        self
    }

    /// Whether everything holds.
    pub fn pass(&self) -> bool {
        self.ended_well && self.indecision.is_none() && self.verdict.pass()
    }
}

fn is_close(line: &Line, estimate: Option<&Estimate>) -> bool {
    let interval = estimate.and_then(|estimate| estimate.interval.value());
    line.decided_after.is_none() && interval.is_some_and(|interval| interval.contains(line.limit))
}

/// Holds `run` against `limits`. A run that stopped early keeps the decision it stopped on.
///
/// # Errors
/// Limits that are no gate, or rows that a stopping rule does not allow.
pub fn judge(run: &RunSummary, limits: &Limits) -> Result<Judged, Error> {
    let monitor = match run.stopped_early {
        true => {
            let mut monitor = GateMonitor::new(limits, run.start.questions)?;
            for row in &run.rows {
                monitor.update(row)?;
            }
            Some(monitor)
        }
        false => None,
    };
    let score: EdgeScore = edge_score(
        &run.edge_inputs(),
        Formula::ChanceCorrected,
        Exponents::default(),
    );
    let measurements = Measurements {
        accuracy: run.pass_at_1.map(|accuracy| accuracy.value),
        delta_5: run.scores.delta_5.published.map(|delta| delta.value),
        latency_s: run.latency_s(),
        memory_gib: run.memory_gib(),
        power_w: match run.power.is_simulated() {
            true => Reading::Missing(Reason::Simulated),
            false => run.power.mean_w(),
        },
        energy_j: run.energy().and_then(|energy| match energy.simulated {
            true => Reading::Missing(Reason::Simulated),
            false => Reading::Value(energy.joules),
        }),
        edge_score: match score.value {
            Ok(value) => Reading::Value(value),
            Err(refusal) => Reading::Missing(refusal.reason),
        },
    };
    let verdict = gate(limits, &measurements, monitor.as_ref())?;
    let estimate = |line: &Line| match line.quantity {
        Quantity::Accuracy => run.pass_at_1.value(),
        Quantity::Delta5 => run.scores.delta_5.published.value(),
        _ => None,
    };
    Ok(Judged {
        estimates: verdict.lines.iter().map(estimate).collect(),
        verdict,
        ended_well: run.ended_well(),
        indecision: run.indecision,
    })
}

/// A gate's verdict for programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateView {
    /// The result file, as it was named.
    pub file: String,
    /// Name of the model.
    pub model: String,
    /// Name of the pack.
    pub pack: String,
    /// Whether everything holds.
    pub pass: bool,
    /// Whether the run ended as planned.
    pub ended_well: bool,
    /// What speaks against a decision of the model; null if nothing does.
    pub did_not_decide: Option<String>,
    /// The limits.
    pub lines: Vec<GateLineView>,
}

/// One limit and what came of it, in the unit of the line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateLineView {
    /// What it is about.
    pub quantity: Quantity,
    /// The unit of limit, measured value and margin.
    pub unit: &'static str,
    /// Which side is allowed.
    pub bound: Bound,
    /// The limit.
    pub limit: f64,
    /// What was measured.
    pub measured: Figure<f64>,
    /// Distance from the limit, positive on the allowed side.
    pub margin: Figure<f64>,
    /// The number of questions after which the line was decided, if it was decided early.
    pub decided_after: Option<u32>,
    /// Whether the limit lies inside the 95 % interval of what was measured; with `gate --strict` the
    /// line fails then.
    pub limit_in_interval: bool,
    /// Whether the limit holds.
    pub pass: bool,
}

impl GateView {
    /// The verdict on `run`.
    pub fn of(run: &RunSummary, judged: &Judged) -> GateView {
        GateView {
            file: run.file.clone(),
            model: run.model().to_owned(),
            pack: run.start.pack.clone(),
            pass: judged.pass(),
            ended_well: judged.ended_well,
            did_not_decide: judged.indecision.as_ref().map(describe),
            lines: judged
                .lines()
                .map(|(line, _, close)| GateLineView::of(line, close))
                .collect(),
        }
    }
}

impl GateLineView {
    fn of(line: &Line, limit_in_interval: bool) -> GateLineView {
        GateLineView {
            quantity: line.quantity,
            unit: line.quantity.unit(),
            bound: line.bound,
            limit: line.limit,
            measured: line.measured.into(),
            margin: line.margin.into(),
            decided_after: line.decided_after,
            limit_in_interval,
            pass: line.pass,
        }
    }
}
