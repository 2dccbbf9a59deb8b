//! Memory of a run: what was expected, what was used, and what limited it.

use edgescore_probe::{Bytes, Reading, Reason};
use edgescore_record::{Memory, MemoryEstimate, MemoryLimiter, MemoryStart};
use schemars::JsonSchema;
use serde::Serialize;

use crate::figure::Figure;
use crate::labels::Labelled;

/// What the rows of a result say about memory.
#[derive(Clone, Debug, Default)]
pub struct MemorySummary {
    /// Size of the model file.
    pub model: Bytes,
    /// What was said before the load.
    pub before: Option<BeforeLoad>,
    /// What was used, if the run came to its end.
    pub end: Option<Memory>,
}

/// What a run was expected to need, and what limited it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeforeLoad {
    /// What counted its memory and held it to the limit.
    pub limiter: MemoryLimiter,
    /// Why it had no cgroup of its own; empty where it had one.
    pub no_cgroup_because: String,
    /// The budget.
    pub limit: Option<Bytes>,
    /// The estimate; none of a run that was killed before it had one.
    pub estimate: Option<MemoryEstimate>,
}

impl From<&MemoryStart<'_>> for BeforeLoad {
    fn from(row: &MemoryStart) -> BeforeLoad {
        BeforeLoad {
            limiter: row.limiter,
            no_cgroup_because: row.why.to_owned(),
            limit: row.limit,
            estimate: row.estimate,
        }
    }
}

impl MemorySummary {
    /// Peak resident memory of the runtime.
    pub fn peak(&self) -> Reading<Bytes> {
        self.at_end(|row| row.rss_peak)
    }

    /// What was expected.
    pub fn estimate(&self) -> Option<MemoryEstimate> {
        self.before.as_ref()?.estimate
    }

    /// By how much the estimate was too high, as a share of the peak.
    pub fn error(&self) -> Reading<f64> {
        let Some(estimate) = self.estimate() else {
            return Reading::Missing(Reason::Off);
        };
        let expected = estimate.total().0 as f64;
        self.peak()
            .map(|peak| expected / peak.0.max(1) as f64 - 1.0)
    }

    /// Pages of the model that were read again while it answered. A model fits without.
    pub fn refaults(&self) -> Reading<u64> {
        self.at_end(|row| row.refaults)
    }

    fn at_end<T>(&self, reading: impl FnOnce(&Memory) -> Reading<T>) -> Reading<T> {
        match &self.end {
            Some(end) => reading(end),
            None => Reading::Missing(Reason::Off),
        }
    }
}

/// Memory, in bytes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MemoryView {
    /// Size of the model file.
    pub gguf_bytes: u64,
    /// Peak resident set, memory-mapped weights included.
    pub peak_rss_bytes: Figure<u64>,
    /// Resident anonymous memory: KV cache, compute buffers, repacked weights.
    pub peak_anon_bytes: Figure<u64>,
    /// Resident file mappings: memory-mapped weights.
    pub peak_file_bytes: Figure<u64>,
    /// Peak of the run's own cgroup.
    pub cgroup_peak_bytes: Figure<u64>,
    /// Weights that were rearranged.
    pub repacked_bytes: Figure<u64>,
    /// KV cache and recurrent state.
    pub kv_bytes: Figure<u64>,
    /// Buffer of intermediate results.
    pub compute_bytes: Figure<u64>,
    /// Major page faults between the first question and the end.
    pub major_faults: Figure<u64>,
    /// File pages that the cgroup threw out and read again while the model answered.
    pub refaults: Figure<u64>,
    /// `--memory`.
    pub budget_bytes: Option<u64>,
    /// What counted the run's memory and held it to the budget.
    pub limited_by: Option<Labelled<MemoryLimiter>>,
    /// Why there was no cgroup; null where there was one.
    pub no_cgroup_because: Option<String>,
    /// What was expected before the load.
    pub estimate: Option<MemoryEstimateView>,
}

/// What was expected before the load, part by part.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MemoryEstimateView {
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
    /// (estimate - peak) / peak
    pub error: Figure<f64>,
}

impl From<&MemorySummary> for MemoryView {
    fn from(memory: &MemorySummary) -> MemoryView {
        let bytes = |of: fn(&Memory) -> Reading<Bytes>| {
            let reading = memory.at_end(of);
            Figure::from(reading.map(|bytes| bytes.0))
        };
        let before = memory.before.as_ref();
        MemoryView {
            gguf_bytes: memory.model.0,
            peak_rss_bytes: bytes(|row| row.rss_peak),
            peak_anon_bytes: bytes(|row| row.rss_anon),
            peak_file_bytes: bytes(|row| row.rss_file),
            cgroup_peak_bytes: bytes(|row| row.cgroup_peak),
            repacked_bytes: bytes(|row| Reading::Value(row.repacked)),
            kv_bytes: bytes(|row| Reading::Value(row.kv)),
            compute_bytes: bytes(|row| Reading::Value(row.compute)),
            major_faults: memory.at_end(|row| row.major_faults).into(),
            refaults: memory.refaults().into(),
            budget_bytes: before.and_then(|row| row.limit).map(|limit| limit.0),
            limited_by: before.map(|row| Labelled(row.limiter)),
            no_cgroup_because: before
                .map(|row| row.no_cgroup_because.clone())
                .filter(|why| !why.is_empty()),
            estimate: memory.estimate().map(|estimate| MemoryEstimateView {
                total_bytes: estimate.total().0,
                file_bytes: estimate.file.0,
                repacked_bytes: estimate.repacked.0,
                kv_bytes: estimate.kv.0,
                compute_bytes: estimate.compute.0,
                runtime_bytes: estimate.runtime.0,
                error: memory.error().into(),
            }),
        }
    }
}
