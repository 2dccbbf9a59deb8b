//! What a wrong answer says about the reasoning, from the pack through a real run to the report.
#![allow(clippy::unwrap_used)]

use edgescore_tests::Sandbox;
use serde_json::Value;

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The letter shown at `rotation` for the pack's letter, and back.
fn original(shown: &str, rotation: u64) -> String {
    let index = "ABCD".find(shown).unwrap() + rotation as usize;
    "ABCD"[index % 4..][..1].to_owned()
}

#[test]
fn a_wrong_answer_has_the_fault_that_the_pack_gives_it() {
    let sandbox = Sandbox::default();
    sandbox.done("pack build --per-task 1 -o thirty.pack");
    // Half of what it answers is wrong; the default model is too good for this.
    let model = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tasks/models/reference-0.3m.gguf"
    );
    sandbox.done(&format!(
        "run --model {model} --pack thirty.pack --limit 12 --rotate -t 1 -o run.esr"
    ));
    let pack = lines(&sandbox.done("pack show --messages thirty.pack"));
    let rows = lines(&sandbox.done("report --format jsonl --questions run.esr"));
    assert_eq!(rows.len(), 48);
    let mut counted = [0; 3];
    for row in &rows {
        let question = &pack[row["question"].as_u64().unwrap() as usize];
        let rotation = row["rotation"].as_u64().unwrap();
        let choice = original(row["choice"].as_str().unwrap(), rotation);
        assert_eq!(row["correct"] == true, question["answer"] == choice);
        assert_eq!(row["fault"], question["faults"][&choice], "{row}");
        if let (0, Some(fault)) = (rotation, row["fault"].as_str()) {
            let names = ["myopic", "average-case", "policy-blind"];
            counted[names.iter().position(|name| *name == fault).unwrap()] += 1;
        }
    }
    // The model is wrong sometimes, or this shows nothing.
    let [myopic, average_case, policy_blind] = counted;
    assert!(myopic + average_case + policy_blind > 0);
    let report = sandbox.report("run.esr");
    let expected = serde_json::json!({
        "myopic": myopic, "average_case": average_case, "policy_blind": policy_blind, "unknown": 0
    });
    assert_eq!(report["faults"], expected);
    let page = sandbox.done("report --full run.esr");
    let line = format!(
        "of the wrong answers {myopic} myopic (ignored what may come), {average_case} average-case \
         (optimised for the average), {policy_blind} policy-blind (chose a forbidden option)"
    );
    assert!(page.contains(&line), "{page}");

    // Hand-written questions do not say: a reason, and no line.
    sandbox.done("pack build --worked -o worked.pack");
    sandbox.done("run --pack worked.pack --limit 1 -t 1 -o worked.esr");
    assert!(sandbox.report("worked.esr")["faults"]["missing"].is_string());
    assert!(!sandbox.done("report worked.esr").contains("myopic"));
}
