//! What a run would take, for programs and for `report --plan`.

use edgescore_record::{Mode, Weights};
use edgescore_taskpack::Layout;
use serde::Serialize;

use crate::figure::Figure;
use crate::labels::Labelled;

/// What a run would take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanView {
    /// File name of the model.
    pub model: String,
    /// Bytes of its files.
    pub model_bytes: u64,
    /// The board and its CPU.
    pub board: String,
    /// Threads used.
    pub threads: u16,
    /// How answers would be obtained.
    pub mode: Labelled<Mode>,
    /// Order of the prompt's parts.
    pub layout: Labelled<Layout>,
    /// How weights would be held.
    pub weights: Labelled<Weights>,
    /// Whether memory and power suffice; null if nothing says what there is.
    pub fits: Option<bool>,
    /// Memory.
    pub memory: PlannedMemoryView,
    /// Prompt tokens a second, unpaced.
    pub prefill_tokens_per_s: f64,
    /// Decoded tokens a second, unpaced.
    pub decode_tokens_per_s: Figure<f64>,
    /// Questions, every rotation counted.
    pub questions: u32,
    /// Seconds of an answer.
    pub seconds_per_question: Figure<f64>,
    /// Joules of an answer, gross.
    pub joules_per_question: Figure<f64>,
    /// Seconds of all answers and draws.
    pub seconds: Figure<f64>,
    /// Power.
    pub power: PlannedPowerView,
    /// Layers of the model.
    pub layers: u32,
    /// The copies that were measured.
    pub copies: Vec<CopyView>,
}

impl PlanView {
    /// Whether memory and power suffice, as far as is known.
    pub fn can_run(&self) -> bool {
        self.fits != Some(false) && self.power.duty != Figure::Value(0.0)
    }
}

/// Planned memory, part by part, and what there is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedMemoryView {
    /// What there is; null if nothing says it.
    pub limit_bytes: Option<u64>,
    /// What that is.
    pub limit_is: Option<Labelled<LimitKind>>,
    /// All parts.
    pub total_bytes: u64,
    /// The model file, memory-mapped.
    pub file_bytes: u64,
    /// Copies of weights, rearranged for the CPU.
    pub repacked_bytes: u64,
    /// KV cache and recurrent state.
    pub kv_bytes: u64,
    /// Buffer of intermediate results.
    pub compute_bytes: u64,
    /// Everything else.
    pub runtime_bytes: u64,
}

/// What memory is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// `--memory`.
    Budget,
    /// What is free on the board.
    Free,
}

edgescore_record::labels! {
    LimitKind {
        Budget = "budget",
        Free = "free",
    }
}

/// Planned power, in watts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedPowerView {
    /// The source.
    pub source: Option<String>,
    /// Whether a sensor measures it.
    pub measured: Option<bool>,
    /// Idle.
    pub idle_w: Figure<f64>,
    /// While it computes without a rest.
    pub active_w: Figure<f64>,
    /// `--power`.
    pub budget_w: Option<f64>,
    /// Share of the time that it may compute, 0 when the budget is below idle power.
    pub duty: Figure<f64>,
}

/// A copy of the model that was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CopyView {
    /// Its layers.
    pub layers: u32,
    /// Questions that it was asked.
    pub questions: usize,
}
