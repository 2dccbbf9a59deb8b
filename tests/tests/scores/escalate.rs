//! `edgescore report --escalate`.

use edgescore_record::Mode;
use edgescore_tests::Sandbox;
use serde_json::Value;

use super::made::Made;
use super::reference::{confident, reference};

fn json(sandbox: &Sandbox, arguments: &str) -> Value {
    let printed = sandbox.done(&format!("report --escalate --format json {arguments}"));
    serde_json::from_str(&printed).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

/// Two real models: every figure along the threshold is what the rows of both runs give.
#[test]
fn a_real_small_model_asks_a_real_large_one() {
    let sandbox = reference(&["0.3m", "1m"], 4);
    let found = json(&sandbox, "0.3m.esr 1m.esr");
    let (small, large) = (
        confident(&sandbox, "0.3m.esr"),
        confident(&sandbox, "1m.esr"),
    );
    assert_eq!(found["questions"], 120);
    assert_eq!(found["unpaired"], 0);
    let curve = found["curve"].as_array().unwrap();
    assert!(curve.len() > 10, "{curve:?}");
    for point in curve {
        let threshold = number(&point["threshold"]);
        let (mut correct, mut seconds, mut escalated) = (0.0, 0.0, 0.0);
        for (small, large) in small.iter().zip(&large) {
            assert_eq!(small.question, large.question);
            let asks = small.confidence < threshold;
            let right = if asks { large.correct } else { small.correct };
            correct += f64::from(u8::from(right));
            seconds += small.seconds + if asks { large.seconds } else { 0.0 };
            escalated += f64::from(u8::from(asks));
        }
        for (name, expected) in [
            (&point["accuracy"]["value"], correct / 120.0),
            (&point["seconds"]["value"], seconds / 120.0),
            (&point["escalated"], escalated / 120.0),
        ] {
            assert!(
                (number(name) - expected).abs() < 1e-9,
                "{point}: {expected}"
            );
        }
        assert!(point["joules"]["missing"].is_string() || point["joules"]["value"].is_number());
    }
    // None escalated is the small model, and the other end has the answers of the large one.
    let ends = [(&curve[0], "0.3m.esr"), (curve.last().unwrap(), "1m.esr")];
    for (point, file) in ends {
        let alone = &sandbox.report(file)["pass_at_1"];
        assert_eq!(point["accuracy"], *alone, "{file}");
    }
    assert_eq!(
        found["large_alone"]["accuracy"],
        sandbox.report("1m.esr")["pass_at_1"]
    );
    let memory = |file| number(&sandbox.report(file)["peak_memory_bytes"]);
    assert_eq!(
        number(&found["memory_bytes"]),
        memory("0.3m.esr") + memory("1m.esr")
    );

    // Chosen on one half, stated on the other, and one of the thresholds of the curve.
    let choice = &found["choice"];
    let halves = number(&choice["chosen_on"]) + number(&choice["stated"]["questions"]);
    assert_eq!(halves, 120.0);
    let chosen = |point: &&Value| point["threshold"] == choice["threshold"];
    assert_eq!(curve.iter().filter(chosen).count(), 1);
    let margin = number(&choice["goal"]["as_good_as_large"]["margin"]);
    let difference = number(&choice["difference"]["value"]);
    assert_eq!(choice["kept"], difference >= -margin, "{choice}");

    // The order of asking makes no difference to which half a question is in.
    let model = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tasks/models/reference-0.3m.gguf"
    );
    // An interval that is never reached: all questions, in random order.
    sandbox.done(&format!(
        "run --model {model} --pack test.pack -t 1 --until-ci 0.001 -o again.esr"
    ));
    assert!(!sandbox.rows("again.esr").asked().is_sorted());
    let again = json(&sandbox, "again.esr 1m.esr");
    assert_eq!(again["choice"]["threshold"], choice["threshold"]);
    assert_eq!(
        again["choice"]["stated"]["accuracy"],
        choice["stated"]["accuracy"]
    );

    for format in ["table", "md", "html"] {
        let page = sandbox.done(&format!(
            "report --escalate 0.3m.esr 1m.esr --format {format}"
        ));
        if format == "html" {
            // Green is for what is kept and pays.
            let class = match (page.contains("NOT kept"), page.contains("does not pay")) {
                (true, _) => "verdict bad",
                (false, true) => "verdict warn",
                (false, false) => "verdict good",
            };
            assert!(page.contains(class), "{class}: {page}");
        }
        for part in [
            "with escalation",
            "large alone",
            "(chosen)",
            "It was chosen on",
        ] {
            let part = part.to_owned();
            let escaped = part.replace('(', "\\(").replace(')', "\\)");
            assert!(
                page.contains(&part) || page.contains(&escaped),
                "{part} in {format}:\n{page}"
            );
        }
    }
}

/// Made results, 3,722 questions: sure where right. Energy is 5 W and 10 W times the time.
fn made() -> Sandbox {
    let sandbox = Sandbox::default();
    let small = Made {
        model: "small.gguf",
        right: 40,
        median_ms: 500,
        memory_mib: 400,
        milliwatts: Some(5000),
        ..Made::default()
    };
    let large = Made {
        model: "large.gguf",
        right: 80,
        median_ms: 4000,
        memory_mib: 2600,
        milliwatts: Some(10_000),
        seed: 9,
        ..Made::default()
    };
    sandbox.write("small.esr", small.file());
    sandbox.write("large.esr", large.file());
    sandbox.write(
        "text.esr",
        Made {
            mode: Mode::Generate,
            ..large
        }
        .file(),
    );
    sandbox.write(
        "other.esr",
        Made {
            pack: 2,
            ..Made::default()
        }
        .file(),
    );
    sandbox.write(
        "generated.esr",
        Made {
            mode: Mode::Generate,
            ..small
        }
        .file(),
    );
    sandbox
}

#[test]
fn limits_on_time_and_energy_hold_on_the_other_half() {
    let sandbox = made();
    for (limit, figure, highest) in [
        ("--max-latency 2s", "seconds", 2.0),
        ("--max-latency 2500ms --max-joules 12J", "joules", 12.0),
        // Either model may be the one that limits; the large one may be of mode generate.
        ("--max-joules 30J text.esr", "joules", 30.0),
    ] {
        let large = if limit.ends_with("text.esr") {
            ""
        } else {
            "large.esr"
        };
        let found = json(&sandbox, &format!("small.esr {limit} {large}"));
        let choice = &found["choice"];
        let spent = number(&choice["stated"][figure]["value"]);
        assert!(
            spent <= highest && spent > 0.8 * highest,
            "{limit}: {choice}"
        );
        assert_eq!(choice["kept"], true, "{limit}");
        assert_eq!(found["joules_simulated"], false);
    }
    let joules = json(&sandbox, "small.esr large.esr")["large_alone"]["joules"]["value"].clone();
    assert!((number(&joules) - 40.0).abs() < 0.5, "{joules}");
    let table = sandbox.done("report --escalate small.esr large.esr --max-latency 2s");
    assert!(
        table.contains("the most accurate that takes at most 2.00 s a question"),
        "{table}"
    );
    assert!(table.contains("the promise is kept"), "{table}");
    // Not even the small model alone.
    let table = sandbox.done("report --escalate small.esr large.esr --max-latency 100ms");
    assert!(
        table.contains("No threshold was chosen: even the small model"),
        "{table}"
    );
    let none = json(&sandbox, "small.esr large.esr --max-latency 100ms");
    assert!(none["choice"]["missing"].is_string());
}

#[test]
fn what_cannot_be_paired_is_refused_with_the_remedy() {
    let sandbox = made();
    let refused = |code, arguments: &str, words: &[&str]| {
        sandbox.refused(code, &format!("report {arguments}"), words);
    };
    refused(
        2,
        "--escalate generated.esr large.esr",
        &["mode generate", "--mode letter"],
    );
    refused(
        2,
        "--escalate small.esr other.esr",
        &["different packs", "with one pack"],
    );
    refused(
        2,
        "--escalate small.esr",
        &["two results", "small model and then"],
    );
    refused(
        2,
        "--escalate small.esr large.esr text.esr",
        &["two results"],
    );
    refused(
        2,
        "--escalate small.esr large.esr --format csv",
        &["table, md, json or html"],
    );
    refused(
        2,
        "--escalate small.esr large.esr --max-latency 2",
        &["write it as 2s or 500ms"],
    );
    refused(
        2,
        "--escalate small.esr large.esr --questions",
        &["cannot be used with"],
    );
    refused(4, "--escalate small.esr absent.esr", &["absent.esr"]);
    let sandbox = reference(&[], 1);
    sandbox.done("run --pack test.pack -t 1 -o all.esr");
    // One question of thirty pairs, and is too few to choose on.
    sandbox.done("run --pack test.pack -t 1 --limit 1 -o one.esr");
    let found = json(&sandbox, "one.esr all.esr");
    assert_eq!(
        (&found["questions"], &found["unpaired"]),
        (&1.into(), &29.into())
    );
    let missing = found["choice"]["missing"].as_str().unwrap();
    assert!(
        missing.starts_with("too few questions: each half needs 30"),
        "{missing}"
    );
}

/// A real model that answers A 300 times of 300: its confidences are those of a habit.
#[test]
fn a_habit_is_warned_of() {
    let sandbox = Sandbox::default();
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/bench/2026-11-27-smollm2"
    );
    let both = format!("{folder}/letter.esr {folder}/generate.esr");
    let page = sandbox.done(&format!("report --escalate {both}"));
    assert!(
        page.contains("warning: the small model answered A 300 of 300 times"),
        "{page}"
    );
    // The other way round in time.
    let found = json(
        &sandbox,
        &format!("{folder}/letter.esr {folder}/letter.esr"),
    );
    let warnings = found["warnings"].to_string();
    assert!(warnings.contains("give the small one first"), "{warnings}");
}

/// A trace of 5 W is no meter, so it holds no limit, as in a gate.
#[test]
fn simulated_energy_is_said_and_holds_no_limit() {
    let sandbox = reference(&[], 5);
    sandbox.write("steady.csv", "0,5\n3600,5\n");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tasks/models");
    for model in ["0.1m", "0.3m"] {
        sandbox.done(&format!(
            "run --model {folder}/reference-{model}.gguf --pack test.pack -t 1 -o {model}.esr \
             --power-source trace:steady.csv"
        ));
    }
    let found = json(&sandbox, "0.1m.esr 0.3m.esr --max-joules 1J");
    assert_eq!(found["joules_simulated"], true);
    let alone = &found["large_alone"];
    let watts = number(&alone["joules"]["value"]) / number(&alone["seconds"]["value"]);
    assert!((watts - 5.0).abs() < 0.05, "{alone}");
    let missing = found["choice"]["missing"].as_str().unwrap();
    assert!(missing.contains("simulated, not measured"), "{missing}");
    let page = sandbox.done("report --escalate 0.1m.esr 0.3m.esr");
    assert!(
        page.contains("joules are simulated, not measured"),
        "{page}"
    );
}
