//! Memory of a run: what was expected, what was used, and what held it.

use edgescore_probe::{Bytes, Reading, Reason};
use edgescore_record::{Keeper, Memory, MemoryStart, Record};
use serde_json::{Value, json};

use super::json::measured as or_missing;
use crate::render::words;

/// What the rows of a result say about memory.
#[derive(Clone, Copy, Default)]
pub struct MemoryFacts<'a> {
    start: Option<MemoryStart<'a>>,
    /// The row of the end.
    pub end: Option<Memory>,
}

impl<'a> MemoryFacts<'a> {
    /// Takes a row that is about memory.
    pub fn take(&mut self, record: &Record<'a>) {
        match record {
            Record::MemoryStart(row) => self.start = Some(*row),
            Record::Memory(row) => self.end = Some(*row),
            _ => {}
        }
    }

    /// Peak resident memory of the runtime.
    pub fn peak(&self) -> Reading<Bytes> {
        self.at_end(|row| row.rss_peak)
    }

    fn at_end<T>(&self, reading: impl FnOnce(Memory) -> Reading<T>) -> Reading<T> {
        self.end.map_or(Reading::Missing(Reason::Off), reading)
    }

    /// By how much the estimate was too high, as a share of the peak.
    fn error(&self) -> Reading<f64> {
        let Some(estimate) = self.start.and_then(|start| start.estimate) else {
            return Reading::Missing(Reason::Off);
        };
        let expected = estimate.total().0 as f64;
        self.peak()
            .map(|peak| expected / peak.0.max(1) as f64 - 1.0)
    }

    /// The block `memory` of the JSON report.
    pub fn json(&self, gguf: Bytes) -> Value {
        let bytes = |reading| or_missing(reading, |bytes: Bytes| json!(bytes.0));
        let count = |reading| or_missing(reading, |count: u64| json!(count));
        json!({
            "gguf_bytes": gguf.0,
            "peak_rss_bytes": bytes(self.at_end(|row| row.rss_peak)),
            "peak_anon_bytes": bytes(self.at_end(|row| row.rss_anon)),
            "peak_file_bytes": bytes(self.at_end(|row| row.rss_file)),
            "cgroup_peak_bytes": bytes(self.at_end(|row| row.cgroup_peak)),
            "repacked_bytes": bytes(self.at_end(|row| Reading::Value(row.repacked))),
            "kv_bytes": bytes(self.at_end(|row| Reading::Value(row.kv))),
            "compute_bytes": bytes(self.at_end(|row| Reading::Value(row.compute))),
            "major_faults": count(self.at_end(|row| row.major_faults)),
            "refaults": count(self.at_end(|row| row.refaults)),
            "budget_bytes": self.start.and_then(|row| row.limit).map(|limit| limit.0),
            "kept_by": self.start.map(|row| words::label(row.keeper)),
            "no_cgroup_because": self.start.map(|row| row.why).filter(|why| !why.is_empty()),
            "estimate": self.start.and_then(|row| row.estimate).map(|estimate| json!({
                "total_bytes": estimate.total().0,
                "file_bytes": estimate.file.0,
                "repacked_bytes": estimate.repacked.0,
                "kv_bytes": estimate.kv.0,
                "compute_bytes": estimate.compute.0,
                "runtime_bytes": estimate.runtime.0,
                "error": or_missing(self.error(), |error| json!(error)),
            })),
        })
    }

    /// Peak, estimate and budget, for people.
    pub fn text(&self) -> String {
        let mut text = words::or_reason(self.peak(), |peak| peak.to_string());
        let Some(start) = self.start else { return text };
        if let Some(estimate) = start.estimate {
            text += &format!(", {} expected", estimate.total());
        }
        if let Reading::Value(error) = self.error() {
            text += &format!(" ({:+.1} %)", 100.0 * error);
        }
        if let Some(limit) = start.limit {
            text += &match start.keeper {
                Keeper::CgroupV1 | Keeper::CgroupV2 => format!("; a cgroup held it to {limit}"),
                Keeper::Watchdog => format!("; watched, not to pass {limit}"),
                Keeper::Process => format!("; nothing held it to {limit}"),
            };
        }
        if let Reading::Value(refaults @ 1..) = self.at_end(|row| row.refaults) {
            text += &format!("; it did not fit: {refaults} pages were read again while answering");
        }
        text
    }
}
