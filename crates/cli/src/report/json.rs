//! The report as JSON. A value that was not measured is `{"missing": "reason"}`.

use edgescore_record::{Mode, VerdictKind};
use edgescore_score::{Estimate, Measured, Tally};
use edgescore_taskpack::Layout;
use serde_json::{Map, Value, json};

use super::load::RunSummary;

/// `{"runs": […]}`.
pub fn of(runs: &[RunSummary]) -> Value {
    json!({ "runs": runs.iter().map(run).collect::<Vec<_>>() })
}

fn run(run: &RunSummary) -> Value {
    let accuracy = &run.scores.accuracy;
    let groups: Map<_, _> = accuracy
        .groups
        .iter()
        .filter_map(|group| {
            let id = run.groups.get(usize::from(group.group))?;
            Some((id.clone(), measured(group.accuracy, estimate)))
        })
        .collect();
    let tasks: Map<_, _> = run
        .tasks
        .iter()
        .zip(&accuracy.tasks)
        .map(|(task, tally)| (task.id.clone(), tally_of(tally)))
        .collect();
    let latency = &run.scores.latency;
    json!({
        "model": run.model,
        "quantisation": run.quantisation,
        "synthetic": run.synthetic,
        "pack": run.pack,
        "mode": mode(run.mode),
        "layout": layout(run.layout),
        "board": run.board,
        "threads": run.threads,
        "questions": run.questions,
        "answered": run.answered(),
        "skipped": run.skipped(),
        "pass_at_1": measured(accuracy.overall.accuracy(), estimate),
        "groups": groups,
        "tasks": tasks,
        "latency_ms": {
            "p50": measured(latency.median_us, |us| json!(us / 1e3)),
            "p90": measured(latency.p90, |p| json!(f64::from(p.value_us) / 1e3)),
        },
        "prefill_tps": measured(run.prefill_tps, |tps| json!(tps)),
        "decode_tps": measured(run.decode_tps, |tps| json!(tps)),
        "peak_memory_bytes": measured(run.peak_memory, |bytes| json!(bytes.0)),
        "verdict": match &run.verdict {
            Some((kind, detail)) => json!({ "kind": verdict(*kind), "detail": detail }),
            None => json!({ "missing": "the result was cut off before its verdict" }),
        },
    })
}

/// Name of a mode, as `run --mode` takes it.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Letter => "letter",
        Mode::Generate => "generate",
    }
}

/// Name of a layout.
pub fn layout(layout: Layout) -> &'static str {
    match layout {
        Layout::Reference => "reference",
    }
}

/// Name of a verdict.
pub fn verdict(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::Ok => "ok",
        VerdictKind::OverPower => "over_power",
        VerdictKind::OverMemory => "over_memory",
        VerdictKind::Throttled => "throttled",
        VerdictKind::TimedOut => "timed_out",
        VerdictKind::EngineFailed => "engine_failed",
        VerdictKind::Aborted => "aborted",
    }
}

fn tally_of(tally: &Tally) -> Value {
    let mut value = measured(tally.accuracy(), estimate);
    value["correct"] = json!(tally.correct);
    value["questions"] = json!(tally.counted);
    value["unparsed"] = json!(tally.unparsed);
    value["skipped"] = json!(tally.skipped);
    value
}

fn estimate(estimate: Estimate) -> Value {
    match estimate.interval {
        Measured::Value(interval) => json!({
            "value": estimate.value,
            "low": interval.low,
            "high": interval.high,
        }),
        Measured::Missing(reason) => json!({
            "value": estimate.value,
            "interval": { "missing": reason.to_string() },
        }),
    }
}

fn measured<T>(value: Measured<T>, to_json: impl FnOnce(T) -> Value) -> Value {
    match value {
        Measured::Value(value) => to_json(value),
        Measured::Missing(reason) => json!({ "missing": reason.to_string() }),
    }
}
