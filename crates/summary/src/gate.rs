//! A run held against limits.

use edgescore_score::{
    Bound, EdgeScore, Exponents, Formula, GateMonitor, Limits, Line, Measurements, Quantity,
    Reading, Reason, Verdict, edge_score, gate,
};
use serde::Serialize;

use crate::error::Error;
use crate::figure::Figure;
use crate::run::RunSummary;

/// What came of a gate.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The limits.
    pub verdict: Verdict,
    /// Whether the run ended as planned.
    pub ended_well: bool,
}

impl Judged {
    /// Whether everything holds.
    pub fn pass(&self) -> bool {
        self.ended_well && self.verdict.pass()
    }
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
        power_w: run.power.mean_w(),
        energy_j: run.energy().and_then(|energy| match energy.simulated {
            true => Reading::Missing(Reason::Simulated),
            false => Reading::Value(energy.joules),
        }),
        edge_score: match score.value {
            Ok(value) => Reading::Value(value),
            Err(refusal) => Reading::Missing(refusal.reason),
        },
    };
    Ok(Judged {
        verdict: gate(limits, &measurements, monitor.as_ref())?,
        ended_well: run.ended_well(),
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
            lines: judged
                .verdict
                .lines
                .iter()
                .map(GateLineView::from)
                .collect(),
        }
    }
}

impl From<&Line> for GateLineView {
    fn from(line: &Line) -> GateLineView {
        GateLineView {
            quantity: line.quantity,
            unit: line.quantity.unit(),
            bound: line.bound,
            limit: line.limit,
            measured: line.measured.into(),
            margin: line.margin.into(),
            decided_after: line.decided_after,
            pass: line.pass,
        }
    }
}
