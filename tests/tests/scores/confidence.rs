//! The section Confidence of a report, on real runs of the reference models.

use edgescore_tests::Sandbox;
use serde_json::Value;

use super::reference::{confident, reference};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

/// Every figure that a sum over the rows gives, from the table of questions.
#[test]
fn the_figures_are_those_of_the_questions() {
    let sandbox = reference(&["0.3m"], 5);
    let rows = confident(&sandbox, "0.3m.esr");
    let count = rows.len() as f64;
    assert_eq!(rows.len(), 150);
    let found = sandbox.report("0.3m.esr")["confidence"].clone();
    assert_eq!(found["questions"], 150);

    let over = rows
        .iter()
        .map(|row| row.confidence - f64::from(u8::from(row.correct)));
    let over: f64 = over.sum::<f64>() / count;
    let brier: f64 = rows.iter().map(|row| row.brier).sum::<f64>() / count;
    for (name, expected) in [("overconfidence", over), ("brier", brier)] {
        let value = number(&found[name]["value"]);
        assert!(
            (value - expected).abs() < 1e-9,
            "{name}: {value} {expected}"
        );
        let (low, high) = (number(&found[name]["low"]), number(&found[name]["high"]));
        assert!(low < value && value < high);
    }
    // Every pair of a right and a wrong answer.
    let (mut pairs, mut surer) = (0.0, 0.0);
    for right in rows.iter().filter(|row| row.correct) {
        for wrong in rows.iter().filter(|row| !row.correct) {
            pairs += 1.0;
            surer += match right.confidence.total_cmp(&wrong.confidence) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    assert!((number(&found["auroc"]["value"]) - surer / pairs).abs() < 1e-9);
    // Every point of the curve is the risk at its threshold.
    let points = found["risk_coverage"].as_array().unwrap();
    assert!(points.len() > 10, "{points:?}");
    for point in points {
        let sure = rows
            .iter()
            .filter(|row| row.confidence >= number(&point["threshold"]));
        let sure: Vec<_> = sure.collect();
        assert_eq!(point["answered"], sure.len());
        let wrong = sure.iter().filter(|row| !row.correct).count() as f64;
        let risk = number(&point["risk"]["value"]);
        assert!((risk - wrong / sure.len() as f64).abs() < 1e-9);
        assert!((number(&point["coverage"]) - sure.len() as f64 / count).abs() < 1e-9);
    }
    assert_eq!(points.last().unwrap()["coverage"], 1.0);
    // Bins: between their ends lie as many questions, and ECE is made of them.
    let reliability = &found["reliability"];
    let mut ece = 0.0;
    for bin in reliability["bins"].as_array().unwrap() {
        let (low, high) = (number(&bin["low"]), number(&bin["high"]));
        let inside = rows
            .iter()
            .filter(|row| (low..=high).contains(&row.confidence));
        let inside: Vec<_> = inside.collect();
        assert_eq!(bin["questions"], inside.len());
        let over = inside
            .iter()
            .map(|row| row.confidence - f64::from(u8::from(row.correct)));
        ece += over.sum::<f64>().abs() / count;
    }
    assert!((number(&reliability["ece"]) - ece).abs() < 1e-9);
    assert!(number(&reliability["ece_if_exact"]) < number(&reliability["ece_if_exact_at_most"]));

    // And every page has the section.
    let text = sandbox.done("report --full 0.3m.esr");
    let markdown = sandbox.done("report --full 0.3m.esr --format md");
    let html = sandbox.done("report 0.3m.esr --format html");
    assert!(text.contains("\nConfidence\n"), "{text}");
    assert!(markdown.contains("\n## Confidence\n"), "{markdown}");
    assert!(html.contains("<h3>Confidence</h3>"));
    for plot in ["Accuracy against confidence", "Risk against coverage"] {
        assert!(html.contains(&format!("aria-label=\"{plot}\"")), "{plot}");
    }
    let risk = format!(
        "{:.1} %",
        100.0 * (1.0 - rows.iter().filter(|row| row.correct).count() as f64 / count)
    );
    for page in [text, markdown, html] {
        for part in [
            "150 questions",
            "wrong when all are answered",
            "AUROC",
            &risk,
        ] {
            assert!(page.contains(part), "no {part} in\n{page}");
        }
    }
}

#[test]
fn without_probabilities_or_with_few_questions_there_is_a_reason() {
    let sandbox = Sandbox::default();
    sandbox.done("run --limit 3 -t 1 -o few.esr");
    let few = sandbox.report("few.esr")["confidence"].clone();
    let missing = few["reliability"]["missing"].as_str().unwrap();
    assert_eq!(missing, "insufficient: 3 of the 100 needed");
    assert!(few["overconfidence"]["interval"]["missing"].is_string());
    let html = sandbox.done("report few.esr --format html");
    assert!(html.contains("insufficient: 3 of the 100 needed"));

    sandbox.done("run --limit 2 --mode generate --draws 2 -t 1 -o text.esr");
    let reason = "the run recorded no letter probabilities: mode letter does";
    let missing = &sandbox.report("text.esr")["confidence"]["missing"];
    assert_eq!(missing, reason);
    for format in ["table", "md", "html"] {
        let page = sandbox.done(&format!("report --full text.esr --format {format}"));
        assert!(page.contains(reason), "{format}:\n{page}");
    }
}
