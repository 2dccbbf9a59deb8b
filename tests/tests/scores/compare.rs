//! `edgescore compare`.

use edgescore_record::Mode;
use edgescore_tests::Sandbox;
use serde_json::Value;

use super::made::Made;

fn json(sandbox: &Sandbox, arguments: &str) -> Value {
    serde_json::from_str(&sandbox.done(&format!("compare --format json {arguments}"))).unwrap()
}

#[test]
fn a_real_difference_is_shown_and_chance_is_not() {
    let sandbox = Sandbox::default();
    sandbox.write("a.esr", Made::default().file());
    sandbox.write(
        "same.esr",
        Made {
            seed: 3,
            median_ms: 2400,
            ..Made::default()
        }
        .file(),
    );
    sandbox.write(
        "worse.esr",
        Made {
            seed: 5,
            right: 45,
            ..Made::default()
        }
        .file(),
    );
    let report = json(&sandbox, "a.esr same.esr worse.esr");
    let [same, worse] = [0, 1].map(|i| &report["others"][i]);
    assert_eq!(same["accuracy"]["verdict"], "no difference shown");
    assert!(same["accuracy"]["p_holm"].as_f64().unwrap() > 0.05);
    let ratio = same["latency_ratio"]["value"].as_f64().unwrap();
    assert!((ratio - 0.5).abs() < 0.01, "{ratio}");

    assert_eq!(worse["accuracy"]["verdict"], "first is better");
    let difference = &worse["accuracy"]["difference"];
    let value = difference["value"].as_f64().unwrap();
    assert!((value - 0.08).abs() < 0.03, "{value}");
    assert!(difference["low"].as_f64().unwrap() > 0.0);
    assert!(worse["accuracy"]["p_holm"].as_f64() >= worse["accuracy"]["p_mid"].as_f64());
    assert_eq!(worse["tasks"].as_object().unwrap().len(), 30);
    let all = ["both", "only_first", "only_other", "neither"];
    let pairs: u64 = all
        .iter()
        .map(|key| worse["accuracy"][key].as_u64().unwrap())
        .sum();
    assert_eq!(pairs, 3722);
    let table = sandbox.done("compare a.esr worse.esr");
    assert!(table.contains("first is better"), "{table}");
}

#[test]
fn other_questions_prompts_or_modes_are_refused_with_the_reason() {
    let sandbox = Sandbox::default();
    sandbox.write("a.esr", Made::default().file());
    sandbox.write(
        "pack.esr",
        Made {
            pack: 2,
            right: 60,
            ..Made::default()
        }
        .file(),
    );
    sandbox.write(
        "template.esr",
        Made {
            template: 2,
            ..Made::default()
        }
        .file(),
    );
    sandbox.write(
        "mode.esr",
        Made {
            mode: Mode::Generate,
            ..Made::default()
        }
        .file(),
    );
    sandbox.refused(
        4,
        "compare a.esr pack.esr",
        &["different packs", "--allow-different=pack"],
    );
    sandbox.refused(
        4,
        "compare a.esr template.esr",
        &["prompt templates", "--allow-different=template"],
    );
    sandbox.refused(
        4,
        "compare a.esr mode.esr",
        &["different modes", "--allow-different=mode"],
    );
    // Allowing one thing does not allow another.
    sandbox.refused(
        4,
        "compare a.esr mode.esr --allow-different=pack",
        &["different modes"],
    );
    sandbox.refused(2, "compare a.esr", &["2 values required"]);

    let modes = json(&sandbox, "a.esr mode.esr --allow-different=mode,pack");
    assert_eq!(modes["others"][0]["agreement"]["questions"], 3722);
    // Other questions cannot be paired: an interval, but no p.
    let packs = json(&sandbox, "a.esr pack.esr --allow-different");
    let accuracy = &packs["others"][0]["accuracy"];
    assert!(accuracy["p_holm"].is_null() && accuracy["both"].is_null());
    assert_eq!(accuracy["verdict"], "first is worse");
    assert!(packs["others"][0]["differs"]["pack_sha256"].is_object());
    assert!(packs["others"][0]["latency_ratio"]["missing"].is_string());
}
