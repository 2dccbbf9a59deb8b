//! Scenario offline: several questions are answered at once, and none has a latency.

use edgescore_record::Ask;
use edgescore_tests::{Sandbox, SmallTasks};
use serde_json::Value;

const RUN: &str =
    "run --pack small.pack --mode generate --max-tokens 12 --keep-text -t 1 --force -o run.esr";
/// Writes texts that depend on the question.
const MODEL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tasks/models/reference-0.1m.gguf"
);

fn sandbox() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 5,
    })
}

/// Kernels for several tokens round otherwise than those for one, so that a text may part from itself
/// where two tokens are about as likely.
#[test]
fn texts_are_those_of_single_questions() {
    let sandbox = sandbox();
    for (draws, written, parallel) in [
        ("--draws 0", 20, ["", "--parallel 1", "--parallel 3"]),
        ("", 20 + 2 * 5 * 5, ["", "--parallel 6", "--parallel 20"]),
    ] {
        let run = format!("{RUN} --model {MODEL} {draws}");
        sandbox.done(&run);
        let alone = sandbox.texts("run.esr");
        assert_eq!(alone.len(), written);
        for parallel in parallel {
            sandbox.done(&format!("{run} --scenario offline {parallel}"));
            let together = sandbox.texts("run.esr");
            let which = |texts: &[(Ask, Option<u8>, String)]| -> Vec<_> {
                texts.iter().map(|text| (text.0, text.1)).collect()
            };
            assert_eq!(which(&alone), which(&together), "{draws} {parallel}");
            let same = alone.iter().zip(&together).filter(|(a, b)| a == b).count();
            println!("{draws} {parallel}: {same} of {written} texts are the same");
            assert!(same * 10 >= written * 9, "{draws} {parallel}: {same}");
        }
    }
}

#[test]
fn a_report_has_questions_an_hour_and_no_latency() {
    let sandbox = sandbox();
    let said = sandbox.done(&format!(
        "{RUN} --model {MODEL} --draws 0 --scenario offline"
    ));
    assert!(said.contains("several at once"), "{said}");
    let report = sandbox.report("run.esr");
    assert_eq!(report["provenance"]["scenario"], "offline");
    assert_eq!(report["provenance"]["texts_at_once"], 8);
    assert_eq!(report["answered"], 20);
    assert!(report["questions_per_hour"].as_f64().unwrap() > 0.0);
    for figure in [
        &report["latency_ms"]["p50"],
        &report["latency_ms"]["p90"],
        &report["sustained_s"],
        &report["edge_score"]["literal"]["value"],
    ] {
        let why = figure["missing"].as_str().unwrap();
        assert!(
            why.ends_with("questions were answered several at once"),
            "{why}"
        );
    }
    let table = sandbox.done("report run.esr --questions --format csv");
    let mut lines = table.lines();
    let columns: Vec<_> = lines.next().unwrap().split(',').collect();
    let place = columns.iter().position(|name| *name == "latency_us");
    let cells: Vec<_> = lines
        .map(|line| line.split(',').nth(place.unwrap()))
        .collect();
    assert_eq!(cells, [Some(""); 20]);
    // Pages for people can be made of it, and a limit on latency is not kept by nothing.
    sandbox.done("report run.esr -o run.html");
    sandbox.write("gate.toml", "max_latency = \"1h\"\n");
    let gate = sandbox.edgescore("gate --profile gate.toml run.esr");
    assert_ne!(gate.code, Some(0), "{gate:?}");

    sandbox.done(&format!("{RUN} --model {MODEL} --draws 0"));
    let report = sandbox.report("run.esr");
    assert_eq!(report["provenance"]["scenario"], "single-stream");
    assert!(matches!(report["latency_ms"]["p50"], Value::Number(_)));
}

#[test]
fn what_cannot_be_asked_offline_is_refused() {
    let sandbox = sandbox();
    sandbox.write("gate.toml", "min_accuracy = 0.5\n");
    let offline = "run --model tiny.gguf --pack small.pack --scenario offline -o run.esr";
    for (options, words) in [
        ("", ["letter mode", "--mode generate"]),
        (
            "--mode generate --parallel 5",
            ["--parallel 5", "--parallel 6"],
        ),
        ("--mode generate --minutes 2", ["--minutes", "leave out"]),
        ("--mode generate --gate gate.toml", ["--gate", "leave out"]),
    ] {
        sandbox.refused(2, &format!("{offline} {options}"), &words);
    }
}
