//! The benchmark's thirty questions with a real tokenizer, in both modes.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_tests::{IMPORT, Rows, SIX_G_BENCH, Sandbox, with_shared};
use serde_json::Value;

/// A sandbox with `6g.pack` and `model.gguf`, a small model with the tokenizer of Qwen2.
fn sandbox() -> Option<Sandbox> {
    let tokenizer = ("tokenizers/ggml-vocab-qwen2.gguf", "qwen2.gguf");
    let files: Vec<_> = SIX_G_BENCH.into_iter().chain([tokenizer]).collect();
    let sandbox = with_shared(&files)?;
    sandbox.done(IMPORT);
    sandbox.done(
        "synth --shape arch=qwen2,embd=32,layers=1,heads=1,ff=64,vocab=151936,ctx=4096 \
         --tokenizer qwen2.gguf -o model.gguf",
    );
    Some(sandbox)
}

/// The keys of a run that readers rely on.
const KEYS: [&str; 15] = [
    "model",
    "origin",
    "pack",
    "mode",
    "layout",
    "questions",
    "answered",
    "skipped",
    "pass_at_1",
    "groups",
    "tasks",
    "latency_ms",
    "prefill_tps",
    "decode_tps",
    "peak_memory_bytes",
];

/// Every value is a number, a text, a truth value, or `{"missing": "reason"}`.
fn assert_no_hole(value: &Value, place: &str) {
    match value {
        Value::Null => panic!("{place} is null"),
        Value::Object(fields) => {
            for (name, value) in fields {
                assert_no_hole(value, &format!("{place}.{name}"));
            }
            if let Some(reason) = fields.get("missing") {
                assert_eq!(fields.len(), 1, "{place}: a reason stands alone");
                assert_ne!(reason.as_str().unwrap(), "", "{place}: a reason is given");
            }
        }
        Value::Array(values) => {
            for value in values {
                assert_no_hole(value, place);
            }
        }
        _ => {}
    }
}

fn assert_thirty_answers(report: &Value, mode: &str) {
    for key in KEYS {
        assert_no_hole(&report[key], key);
    }
    assert_eq!(report["model"], "model");
    assert_eq!(report["origin"], "synthetic");
    assert_eq!(report["pack"], "6g-bench");
    assert_eq!(report["mode"], mode);
    assert_eq!(report["layout"], "reference");
    assert_eq!(report["questions"], 30);
    assert_eq!(report["answered"], 30);
    assert_eq!(report["skipped"], 0);
    let pass = &report["pass_at_1"];
    let [value, low, high] = ["value", "low", "high"].map(|key| pass[key].as_f64().unwrap());
    assert!(
        0.0 <= low && low <= value && value <= high && high <= 1.0,
        "{pass}"
    );
    assert_eq!(report["groups"].as_object().unwrap().len(), 5);
    assert_eq!(report["tasks"].as_object().unwrap().len(), 30);
    assert!(report["latency_ms"]["p50"].as_f64().unwrap() > 0.0);
    // Thirty questions are too few for a p90.
    let p90 = report["latency_ms"]["p90"]["missing"].as_str().unwrap();
    assert!(p90.contains("insufficient"), "{p90}");
    assert!(report["prefill_tps"].as_f64().unwrap() > 0.0);
    assert!(report["peak_memory_bytes"].as_u64().unwrap() > 1 << 20);
}

/// The recorded answer key is that of the source.
fn assert_answer_key(sandbox: &Sandbox, rows: &Rows) {
    let source: Value = serde_json::from_slice(&sandbox.read("bench/sample.mcq.json")).unwrap();
    assert_eq!(rows.questions.len(), 30);
    for row in &rows.questions {
        let question = &source["questions"][row.ask.question() as usize];
        assert_eq!(
            row.answer.key().unwrap().to_string(),
            question["correct"].as_str().unwrap()
        );
    }
}

#[test]
fn letter_mode_answers_all_in_under_4_kib() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let printed = sandbox.done("run --model model.gguf --pack 6g.pack -t 1 -o run.esr");
    assert!(
        printed.contains("synthetic weights: answers are chance"),
        "{printed}"
    );
    assert!(printed.contains("30 answered"), "{printed}");
    let report = sandbox.report("run.esr");
    assert_thirty_answers(&report, "letter");
    let decode = report["decode_tps"]["missing"].as_str();
    assert!(decode.is_some(), "letter mode generates no text");

    let rows = sandbox.rows("run.esr");
    assert_answer_key(&sandbox, &rows);
    for row in &rows.questions {
        let probabilities = row.probabilities.unwrap();
        let given = row.answer.choice().unwrap();
        let greatest = probabilities.letters().fold(0.0, f64::max);
        // Equal up to the resolution with which probabilities are kept.
        assert!(
            probabilities.of(given) >= greatest - 1.0 / 65535.0,
            "{row:?}"
        );
        assert!(row.prompt_tokens > 1000, "a real prompt: {row:?}");
    }
    let size = sandbox.read("run.esr").len();
    println!("result in letter mode: {size} bytes");
    assert!(size < 4096, "{size} bytes");
}

#[test]
fn generate_mode_answers_all_and_draws_on_seven_tasks() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.done(
        "run --model model.gguf --pack 6g.pack -t 1 --mode generate --max-tokens 8 --keep-text=no -o run.esr",
    );
    let report = sandbox.report("run.esr");
    assert_thirty_answers(&report, "generate");
    assert!(report["decode_tps"].as_f64().unwrap() > 0.0);

    let rows = sandbox.rows("run.esr");
    assert_answer_key(&sandbox, &rows);
    assert_eq!(rows.samples.len(), 7 * 5);
    for row in &rows.questions {
        let generated = row.generated.unwrap();
        assert!((1..=8).contains(&generated.tokens), "{generated:?}");
    }
    let size = sandbox.read("run.esr").len();
    println!("result in generate mode, 35 draws: {size} bytes");
    assert!(size < 4096, "{size} bytes");
}

#[test]
fn a_run_without_arguments_takes_the_default_pack_and_model() {
    let sandbox = Sandbox::default();
    let printed = sandbox.done("run -t 1 --limit 2");
    assert!(
        printed.contains("reference model: an instrument"),
        "{printed}"
    );
    let files: Vec<_> = sandbox.files().into_keys().collect();
    let [result] = files.as_slice() else {
        panic!("one result is expected: {files:?}");
    };
    let name = result.file_name().unwrap().to_str().unwrap();
    assert!(
        name.starts_with("reference-1m-") && name.ends_with(".esr"),
        "{name}"
    );
    assert!(
        printed.trim_end().ends_with(name),
        "the last line names the result: {printed}"
    );
    let report = sandbox.report(name);
    assert_eq!(report["origin"], "reference");
    assert_eq!(report["pack"], "edgescore-level-1");
    assert_eq!(report["answered"], 2);
}
