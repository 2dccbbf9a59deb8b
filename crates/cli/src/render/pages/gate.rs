//! A gate's verdict.

use edgescore_record::Labels;
use edgescore_score::{Bound, Estimate, Line, Quantity, Reading};
use edgescore_summary::{Judged, RunSummary};

use super::notes;
use crate::render::blocks::{Block, Table};
use crate::render::values;

/// Limits, measured values and margins, and the verdict.
pub fn page(run: &RunSummary, judged: &Judged) -> Vec<Block> {
    let rows = judged
        .lines()
        .map(|(line, estimate, close)| row(line, estimate, close));
    let mut rows: Vec<Vec<String>> = rows.collect();
    let how = match &run.verdict {
        None => "cut off".to_owned(),
        Some(ending) if ending.detail.is_empty() => ending.kind.label().to_owned(),
        Some(ending) => format!("{}: {}", ending.kind.label(), ending.detail),
    };
    rows.push(vec![
        "end of the run".into(),
        "ok".into(),
        how,
        String::new(),
        pass_or_fail(judged.ended_well).into(),
    ]);
    if let Some(why) = notes::did_not_decide(run) {
        rows.push(vec![
            "decision".into(),
            "its own".into(),
            why,
            String::new(),
            pass_or_fail(false).into(),
        ]);
    }
    let mut failed: Vec<&str> = judged
        .verdict
        .lines
        .iter()
        .filter(|line| !line.pass)
        .map(|line| name(line.quantity))
        .collect();
    if !judged.ended_well {
        failed.push("end of the run");
    }
    if judged.indecision.is_some() {
        failed.push("the model did not decide");
    }
    vec![
        Block::Title(format!("gate on {}: {}", run.file, notes::title(run))),
        Block::Table(Table {
            head: vec!["quantity", "limit", "measured", "margin", "result"],
            rows,
        }),
        Block::Line(match failed.as_slice() {
            [] => "The gate is passed.".into(),
            failed => format!("The gate is not passed: {}.", failed.join(", ")),
        }),
    ]
}

fn row(line: &Line, interval: Option<Estimate>, close: bool) -> Vec<String> {
    let show = |value: f64| shown(line.quantity, value);
    let sign = match line.bound {
        Bound::AtLeast => "at least",
        Bound::AtMost => "at most",
    };
    let measured = match interval {
        Some(estimate) if line.quantity == Quantity::Accuracy => {
            values::percent(Reading::Value(estimate))
        }
        Some(estimate) => values::number(Reading::Value(estimate)),
        None => values::or_reason(line.measured, show),
    };
    let mut result = pass_or_fail(line.pass).to_owned();
    if let Some(after) = line.decided_after {
        result.push_str(&format!(", decided after {after} questions"));
    } else if line.measured.value().is_none() {
        result.push_str(", not measured");
    } else if close {
        // Only --strict fails a value on the allowed side.
        let allowed = line.margin.value().is_some_and(|margin| margin >= 0.0);
        let but = if allowed && !line.pass {
            "since"
        } else {
            "but"
        };
        result.push_str(&format!(", {but} the limit lies inside the 95 % interval"));
    }
    vec![
        name(line.quantity).into(),
        format!("{sign} {}", show(line.limit)),
        measured,
        line.margin.value().map_or("-".into(), |margin| {
            let sign = if margin < 0.0 { "-" } else { "+" };
            format!("{sign}{}", show(margin.abs()))
        }),
        result,
    ]
}

fn pass_or_fail(pass: bool) -> &'static str {
    match pass {
        true => "pass",
        false => "FAIL",
    }
}

fn name(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Accuracy => "accuracy",
        Quantity::Delta5 => "Delta_5",
        Quantity::Latency => "latency",
        Quantity::Memory => "peak memory",
        Quantity::Power => "mean power",
        Quantity::Energy => "energy a question",
        Quantity::EdgeScore => "chance-corrected Edge Score",
    }
}

fn shown(quantity: Quantity, value: f64) -> String {
    match quantity {
        Quantity::Accuracy => format!("{:.1} %", 100.0 * value),
        Quantity::Delta5 => values::thousandths(value),
        Quantity::Latency => values::seconds(value),
        Quantity::Memory => values::gib(value),
        Quantity::Power => format!("{} W", values::score(value)),
        Quantity::Energy => format!("{} J", values::score(value)),
        Quantity::EdgeScore => values::score(value),
    }
}
