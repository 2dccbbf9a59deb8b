//! `edgescore published`.

use edgescore_tests::Sandbox;
use serde_json::Value;

fn models() -> Vec<Value> {
    let printed = Sandbox::default().done("published --format json");
    let report: Value = serde_json::from_str(&printed).unwrap();
    report["models"].as_array().unwrap().clone()
}

fn model<'a>(models: &'a [Value], name: &str) -> &'a Value {
    models.iter().find(|model| model["model"] == name).unwrap()
}

#[test]
fn the_paper_is_reproduced() {
    let models = models();
    for (name, published, matched) in [
        ("meta-llama/Llama-3.2-1B-Instruct", 0.356, 0.410),
        ("Qwen/Qwen2.5-1.5B-Instruct", 0.138, 0.175),
    ] {
        let model = model(&models, name);
        let value = |key: &str| model[key].as_f64().unwrap();
        assert!(
            (value("delta5_published") - published).abs() < 1e-3,
            "{name}"
        );
        assert!((value("delta5_matched") - matched).abs() < 1e-3, "{name}");
    }
}

#[test]
fn guessing_fast_wins_the_literal_score_only() {
    let models = models();
    let best = |key: &str| {
        let scored = models.iter().filter(|model| model[key].is_number());
        let best = scored.max_by(|a, b| {
            let value = |model: &Value| model[key].as_f64().unwrap();
            value(a).total_cmp(&value(b))
        });
        best.unwrap()
    };
    let literal = best("edge_score");
    assert_eq!(literal["model"], "smollm2:135m-instruct-q4_0");
    assert!((literal["edge_score"].as_f64().unwrap() - 2.24).abs() < 5e-3);
    assert!((literal["latency_ms"].as_f64().unwrap() - 112.3).abs() < 0.1);
    assert!((literal["memory_gib"].as_f64().unwrap() - 0.89).abs() < 5e-3);
    assert_eq!(literal["ranked"], false);
    let corrected = best("edge_score_chance_corrected");
    assert_eq!(corrected["model"], "granite4:350m");
    assert_eq!(
        (&corrected["ranked"], &corrected["rank"]),
        (&true.into(), &1.into())
    );
    let at_chance = model(&models, "llama3.2:1b-instruct-q4_0");
    assert_eq!(at_chance["ranked"], false);
    assert_eq!(at_chance["not_ranked_because"], "at chance");
}

#[test]
fn flat_formats_carry_all_33() {
    let sandbox = Sandbox::default();
    assert_eq!(sandbox.done("published --format csv").lines().count(), 34);
    assert_eq!(sandbox.done("published --format jsonl").lines().count(), 33);
    assert!(
        sandbox
            .done("published --format sql")
            .contains("CREATE TABLE IF NOT EXISTS \"published\"")
    );
    assert!(
        sandbox
            .done("published --format md")
            .contains("\n| rank | model |")
    );
    let table = sandbox.done("published");
    assert!(table.contains("- below chance"), "{table}");
}
