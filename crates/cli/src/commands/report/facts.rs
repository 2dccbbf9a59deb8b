//! Provenance: where, with what and how a run was made, by name.

use edgescore_record::{ModelLoaded, SessionEnd, SessionStart};
use serde_json::{Map, Value, json};

use super::json::measured as or_missing;
use crate::render::words;

/// The facts of the first row, under the names of the JSON report.
pub fn of_start(start: &SessionStart) -> Map<String, Value> {
    object(json!({
        "runtime": start.runtime,
        "llama_cpp": start.llama,
        "cpu_features": start.features,
        "cpu_features_unused": start.unused_features,
        "board": start.board.trim(),
        "cpu": start.cpu.trim(),
        "kernel": start.kernel,
        "governor": start.governor,
        "max_clock_hz": or_missing(start.clock, |clock| json!(clock.0)),
        "started_unix_s": start.unix_time_s,
        "pack_sha256": start.pack_hash.to_string(),
        "pack_questions": start.pack_questions,
        "model_file": start.model_file,
        "model_sha256": start.model_hash.to_string(),
        "model_bytes": start.model_bytes.0,
        "order": words::label(start.order),
        "rotate": start.rotate,
        "seed": start.seed,
        "draws": start.draws,
        "temperature": f64::from(start.temperature_milli) / 1000.0,
        "max_tokens": start.max_tokens,
    }))
}

/// The facts of the loaded model.
pub fn of_model(model: &ModelLoaded) -> Map<String, Value> {
    object(json!({
        "model_name": model.name,
        "architecture": model.architecture,
        "parameters": model.parameters,
        "tensor_bytes": model.tensor_bytes.0,
        "template_sha256": model.template_hash.to_string(),
        "threads": model.threads,
        "context": model.context,
        "batch": model.batch,
        "ubatch": model.ubatch,
        "tuning": words::label(model.tuning),
        "weights": words::label(model.weights),
        "weights_chosen_with_bytes": model.chosen_with.and_then(|free| Some(free.value()?.0)),
        "reuse": model.reuse,
        "flash_attention": words::label(model.flash),
        "flash_attention_used": words::label(model.flash_used),
        "cache_type": words::label(model.cache),
        "load_ms": model.load.0 as f64 / 1e3,
        "warm_up_ms": model.warm_up.0 as f64 / 1e3,
    }))
}

/// The facts of the last row.
pub fn of_end(end: &SessionEnd) -> Map<String, Value> {
    object(json!({
        "stop": end.stop.map(words::label),
        "elapsed_s": end.elapsed.0 as f64 / 1e6,
        "chain_sha256": end.chain.to_string(),
    }))
}

/// Facts that differ from run to run even when nothing else does: they are no difference.
pub const OF_ONE_RUN: [&str; 8] = [
    "tuning",
    "weights_chosen_with_bytes",
    "started_unix_s",
    "load_ms",
    "warm_up_ms",
    "elapsed_s",
    "chain_sha256",
    "stop",
];

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
