#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

/// A question written by hand: calls checked with pencil and paper.
const MESSAGE: &str = "\
Mission: a tram reports to its yard. 12 tickets are open.
Report:
- flow f-17 (video): delay 0.05 s, rate 20 Mbit/s, jitter 4 ms
- flow f-23 (control): delay 90 ms, rate 8000 kbit/s, jitter missing
- flow f-40 (voice): delay 12 ms, rate 0.03 Gbit/s
Slices: s-12 (load 41 %), s-55 (load 0.4)

Rules:
1. If the delay is above 40 ms and the rate exceeds 2000 kbit/s, move the flow (hold time = 1.5 min but 20 s \
for a video flow, target slice = the slice with the lowest load). The limit of the delay is 0.06 s for a video flow.
2. Where the rate is over 25 Mbit/s, cap the flow with greatest rate the rate plus 500 kbit/s and rank high.
A tram flow is never changed.
What is called?

Call nothing if nothing is right.";

const MOVE: &str = r#"{"name":"moveFlow","description":"Move a flow.","parameters":{"type":"object","properties":{
"flowId":{"type":"string","description":"Flow, by its id."},
"targetSliceId":{"type":"string","description":"Target slice, by its id."},
"holdTimeMs":{"type":"integer","description":"Hold time, in ms."}},
"required":["flowId","targetSliceId","holdTimeMs"]}}"#;
const CAP: &str = r#"{"name":"limitFlow","description":"Cap a flow.","parameters":{"type":"object","properties":{
"flowId":{"type":"string","description":"Flow, by its id."},
"rank":{"type":"string","enum":["low","high"],"description":"Rank."},
"maxRateKbps":{"type":"integer","description":"Greatest rate, in kbit/s."}},
"required":["flowId","rank","maxRateKbps"]}}"#;

fn solved(message: &str, results: &[&str], care: Care) -> String {
    let solved = calls(message, &[CAP, MOVE], results, care).unwrap();
    Value::from(solved).to_string()
}

const MOVED: &str = r#"{"name":"moveFlow","arguments":{"flowId":"f-23","targetSliceId":"s-55","holdTimeMs":90000}}"#;
const CAPPED: &str =
    r#"{"name":"limitFlow","arguments":{"flowId":"f-40","rank":"high","maxRateKbps":30500}}"#;

#[test]
fn a_question_written_by_hand_is_solved() {
    // f-17 has 50 ms, below the 60 ms of a video flow; f-23 has 90 ms, f-40 30 Mbit/s.
    let both = format!("[{MOVED},{CAPPED}]");
    assert_eq!(solved(MESSAGE, &[], Care::Full), both);
    let kept = solved(MESSAGE, &[], Care::KeepsUnits);
    assert!(kept.contains(r#""holdTimeMs":1}"#), "{kept}");
    let careless = solved(MESSAGE, &[], Care::IgnoresExceptions);
    assert!(careless.contains("f-17"), "{careless}");
    let exempt = MESSAGE.replace("A tram flow", "A voice flow");
    assert_eq!(solved(&exempt, &[], Care::Full), format!("[{MOVED}]"));
}

#[test]
fn a_missing_value_is_no_call() {
    let unstated = MESSAGE.replace("rank high", "rank as the contract says");
    assert_eq!(solved(&unstated, &[], Care::Full), format!("[{MOVED}]"));
    let filled = solved(&unstated, &[], Care::FillsGaps);
    assert!(filled.contains(r#""rank":"low""#), "{filled}");
    let silent = MESSAGE.replace("the rate plus 500 kbit/s", "the reported jitter");
    assert_eq!(solved(&silent, &[], Care::Full), format!("[{MOVED}]"));
}

#[test]
fn candidates_are_asked_about_one_after_the_other() {
    let get = r#"{"name":"getLoad","description":"Give back the load.","parameters":{"type":"object","properties":{
        "sliceId":{"type":"string","description":"Slice, by its id."}},"required":["sliceId"]}}"#;
    let message = MESSAGE
        .replace("s-12 (load 41 %), s-55 (load 0.4)", "s-12, s-55")
        .replace(
            "the slice with the lowest load",
            "the first slice whose load is below 40 %",
        )
        .replace(
            "What is called?",
            "No load is reported: give back the load, one in each answer, until one fits.\nWhat?",
        )
        .replace("0.03 Gbit/s", "0.01 Gbit/s");
    let step = |results: &[&str]| {
        let solved = calls(&message, &[CAP, get, MOVE], results, Care::Full).unwrap();
        Value::from(solved).to_string()
    };
    assert_eq!(
        step(&[]),
        r#"[{"name":"getLoad","arguments":{"sliceId":"s-12"}}]"#
    );
    let full = r#"{"slice":"s-12","load":400,"unit":"per mille"}"#;
    assert_eq!(
        step(&[full]),
        r#"[{"name":"getLoad","arguments":{"sliceId":"s-55"}}]"#
    );
    let free = r#"{"slice":"s-55","load":39,"unit":"%"}"#;
    assert_eq!(step(&[full, free]), format!("[{MOVED}]"));
    assert_eq!(step(&[full, &free.replace("39", "40")]), "[]");
}

#[test]
fn what_is_missing_is_named() {
    for (part, other, words) in [
        ("Rules:", "Ruled:", "no rules"),
        ("delay 90 ms", "delay 90 yd", "a row"),
        ("move the flow", "leave", "no function"),
        ("lowest load", "nicest load", "which candidate"),
        ("is above", "is beside", "no condition"),
    ] {
        let error = calls(&MESSAGE.replace(part, other), &[CAP, MOVE], &[], Care::Full);
        let error = error.unwrap_err().to_string();
        assert!(error.contains(words), "{part}: {error}");
    }
}
