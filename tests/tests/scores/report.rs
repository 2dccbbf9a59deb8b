//! `edgescore report`: figures, ranking, exponents, modes.

use edgescore_record::Mode;
use edgescore_tests::Sandbox;
use serde_json::Value;

use super::made::Made;

/// Three models: a good slow one, a poor quick one, a guesser that is quickest.
pub fn three() -> Sandbox {
    let sandbox = Sandbox::default();
    sandbox.write(
        "good.esr",
        Made {
            model: "good-3b.gguf",
            right: 70,
            median_ms: 4000,
            memory_mib: 2600,
            ..Made::default()
        }
        .file(),
    );
    sandbox.write(
        "poor.esr",
        Made {
            model: "poor-350m.gguf",
            right: 40,
            median_ms: 500,
            memory_mib: 400,
            ..Made::default()
        }
        .file(),
    );
    sandbox.write(
        "guess.esr",
        Made {
            model: "guess-135m.gguf",
            right: 25,
            median_ms: 100,
            memory_mib: 150,
            ..Made::default()
        }
        .file(),
    );
    sandbox
}

fn json(sandbox: &Sandbox, arguments: &str) -> Value {
    serde_json::from_str(&sandbox.done(&format!("report --format json {arguments}"))).unwrap()
}

#[test]
fn the_figures_are_those_of_the_rows() {
    let sandbox = three();
    let run = sandbox.report("good.esr");
    let accuracy = run["pass_at_1"]["value"].as_f64().unwrap();
    assert!((accuracy - 0.7).abs() < 0.02, "{accuracy}");
    let latency = run["latency_ms"]["p50"].as_f64().unwrap();
    assert!((latency - 4000.0).abs() < 60.0, "{latency}");
    assert!(run["latency_ms"]["p99"].as_f64().unwrap() > 1.15 * latency);
    assert_eq!(run["peak_memory_bytes"], 2600u64 << 20);
    // accuracy / (s * GiB), from the parts that are printed with it.
    let literal = &run["edge_score"]["literal"];
    let gib = 2600.0 / 1024.0;
    let expected = accuracy / (latency / 1e3 * gib);
    assert!((literal["value"].as_f64().unwrap() - expected).abs() < 1e-9);
    assert_eq!(
        literal["formula"],
        "accuracy / (median_latency * peak_memory)"
    );
    // Every wrong answer is counted by its fault; one in four has none that is known.
    let faults = &run["faults"];
    let counts = ["myopic", "average_case", "policy_blind", "unknown"];
    let counts = counts.map(|fault| faults[fault].as_u64().unwrap());
    let tasks = run["tasks"].as_object().unwrap().values();
    let right: u64 = tasks.map(|task| task["correct"].as_u64().unwrap()).sum();
    assert_eq!(counts.iter().sum::<u64>() + right, 3722);
    assert!(
        counts.iter().all(|count| (200..360).contains(count)),
        "{counts:?}"
    );
    // Not measured: a reason, and the score that needs it is refused with it.
    assert!(run["energy_per_question_j"]["missing"].is_string());
    let refusal = run["edge_score"]["per_joule"]["value"]["missing"]
        .as_str()
        .unwrap();
    assert!(refusal.starts_with("energy_per_question: "), "{refusal}");
    // Exact pass@k grows with k, and Delta_5 is their difference.
    let value = |key: &str| run[key]["value"].as_f64().unwrap();
    assert!(value("pass_at_3") < value("pass_at_5"));
    let delta = run["delta_5"]["published"]["value"].as_f64().unwrap();
    assert!((value("pass_at_5") - accuracy - delta).abs() < 1e-9);
    assert_eq!(
        run["delta_5"]["guesser"]
            .as_f64()
            .map(|g| (g * 1e3).round()),
        Some(513.0)
    );
    // 3,722 questions, answer keys in turn.
    assert_eq!(run["letters"]["answer_key"]["A"], 931);
    assert_eq!(run["letters"]["best_constant"]["letter"], "A");
}

#[test]
fn a_guesser_is_not_ranked_however_quick() {
    let sandbox = three();
    let report = json(&sandbox, "good.esr poor.esr guess.esr");
    let runs = report["runs"].as_array().unwrap();
    // By the published formula it would be first: a score that may not be ranked has no value.
    let literal = &runs[2]["edge_score"]["literal"]["value"];
    assert_eq!(literal["missing"], "accuracy: the model did not decide");
    // The most accurate first, and by the Edge Score the quick one.
    let ranking = |arguments: &str| {
        json(
            &sandbox,
            &format!("good.esr poor.esr guess.esr {arguments}"),
        )["ranking"]
            .clone()
    };
    assert_eq!(ranking(""), serde_json::json!(["good.esr", "poor.esr"]));
    let by_score = ranking("--rank-by edge-score");
    assert_eq!(by_score, serde_json::json!(["poor.esr", "good.esr"]));
    assert_eq!(ranking("--max-latency 1s"), serde_json::json!(["poor.esr"]));
    assert_eq!(
        report["pareto_front"],
        serde_json::json!(["good.esr", "poor.esr"])
    );
    assert!(runs[2]["rank"].is_null());
    assert_eq!(runs[2]["not_ranked_because"], "did not decide");
    assert_eq!(runs[2]["pareto"]["place"], "left_out");
    let table = sandbox.done("report good.esr poor.esr guess.esr --max-latency 1s");
    for words in [
        "Most accurate within the limits: poor-350m",
        "- over the limit of latency",
        "- did not decide",
    ] {
        assert!(table.contains(words), "{words}: {table}");
    }

    // A house that does not mind waiting ranks the other way.
    let patient = ranking("--rank-by edge-score --exponents 1,0,0");
    assert_eq!(patient, serde_json::json!(["good.esr", "poor.esr"]));
    sandbox.refused(2, "report good.esr --exponents 1,-1,0", &["exponent -1"]);
    sandbox.refused(2, "report good.esr --exponents 1", &["three numbers"]);
}

#[test]
fn two_modes_of_a_model_are_held_against_each_other() {
    let sandbox = Sandbox::default();
    sandbox.write("letter.esr", Made::default().file());
    // Other right questions: they agree where both are right, or both wrong in the same way.
    sandbox.write(
        "text.esr",
        Made {
            mode: Mode::Generate,
            seed: 9,
            ..Made::default()
        }
        .file(),
    );
    let report = json(&sandbox, "letter.esr text.esr");
    let agreement = &report["agreement"][0];
    assert_eq!(agreement["letter"], "letter.esr");
    assert_eq!(agreement["questions"], 3722);
    let same = agreement["same"]["value"].as_f64().unwrap();
    let expected = 0.53 * 0.53 + 0.47 * 0.47;
    assert!((same - expected).abs() < 0.03, "{same}");
    // Draws, not probabilities: five coin tosses.
    let sampled = report["runs"][1]["pass_at_5"]["value"].as_f64().unwrap();
    assert!((sampled - (1.0 - 1.0 / 32.0)).abs() < 0.03, "{sampled}");
    let table = sandbox.done("report letter.esr text.esr");
    assert!(
        table.contains("letter and generate mode give the same letter on"),
        "{table}"
    );
}

#[test]
fn published_results_stand_beside_a_run() {
    let sandbox = three();
    let table = sandbox.done("report good.esr --against published");
    let at = |text: &str| {
        table
            .find(text)
            .unwrap_or_else(|| panic!("no {text} in\n{table}"))
    };
    // By falling accuracy: 77.3 %, the run's 70 %, 66.8 %.
    assert!(at("LiquidAI/LFM2-24B-A2B") < at("this run    good-3b"));
    assert!(at("this run    good-3b") < at("LiquidAI/LFM2-8B-A1B"));
    assert!(table.contains("All on 3722 questions"));
    let report = json(&sandbox, "good.esr --against published");
    assert_eq!(report["published"].as_array().unwrap().len(), 33);
}
