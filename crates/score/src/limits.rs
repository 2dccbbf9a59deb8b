//! What a gate asks for.

use serde::{Deserialize, Serialize};

/// The limits asked for. `None` asks nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Accuracy, at least.
    pub min_accuracy: Option<f64>,
    /// Delta_5 as published, at most.
    pub max_delta_5: Option<f64>,
    /// Median latency in seconds, at most.
    pub max_latency_s: Option<f64>,
    /// Peak memory in GiB, at most.
    pub max_memory_gib: Option<f64>,
    /// Power in watts, at most; which power (mean, worst second) is the caller's to say.
    pub max_power_w: Option<f64>,
    /// Joules a question, at most.
    pub max_energy_j: Option<f64>,
    /// Edge Score, at least; which of them is the caller's to say.
    pub min_edge_score: Option<f64>,
}
