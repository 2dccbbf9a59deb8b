//! A comparison, for people and for programs.

use edgescore_score::{Agreement, Estimate, Interval, Reading};
use serde_json::{Map, Value, json};

use super::alike::differences;
use super::judge::{Against, Tested};
use crate::commands::report::RunSummary;
use crate::commands::report::json::{estimate, measured};
use crate::render::page::{Block, Table};
use crate::render::words;

/// Differences found by chance alone stay below this share of such comparisons.
const LEVEL: f64 = 0.05;

/// What differs, for each result against the first.
pub fn blocks(first: &RunSummary, all: &[Against]) -> Vec<Block> {
    let mut blocks =
        vec![
        Block::Title(format!("against {} ({})", first.name(), first.file)),
        Block::Line(
            "Difference is first minus other, in points of accuracy, with its 95 % interval; p is \
             McNemar's mid-p, corrected for the number of comparisons (Holm)."
                .into(),
        ),
        Block::Table(Table {
            head: vec!["model", "accuracy", "first", "difference", "p", "", "latency"],
            rows: all.iter().map(overall).collect(),
        }),
    ];
    for against in all {
        blocks.extend(details(first, against));
    }
    blocks
}

fn overall(against: &Against) -> Vec<String> {
    let tested = &against.overall;
    vec![
        against.run.name(),
        words::percent(tested.other),
        words::percent(tested.first),
        points(tested.difference),
        p(tested),
        verdict(tested).into(),
        match against.latency_ratio {
            None => "not compared: other questions".into(),
            Some(ratio) => words::or_reason(ratio, times),
        },
    ]
}

fn details(first: &RunSummary, against: &Against) -> Vec<Block> {
    let run = against.run;
    let mut blocks = vec![Block::Title(format!("{} ({})", run.name(), run.file))];
    if let Some(pairs) = against.overall.paired {
        let d = pairs.discordance;
        blocks.push(Block::Line(format!(
            "right in both {}, only in the first {}, only here {}, in neither {}; {} questions \
             count in one result only; exact p {}",
            pairs.both,
            d.only_first,
            d.only_second,
            pairs.neither,
            pairs.unpaired,
            p_value(pairs.mcnemar.exact)
        )));
    } else {
        blocks.push(Block::Line(
            "The questions are not the same, so nothing is paired: wider intervals, no p.".into(),
        ));
    }
    if first.stopped_early || run.stopped_early {
        blocks.push(Block::Line(
            "One of the runs was stopped by what it showed: these p values and intervals do not \
             allow for that."
                .into(),
        ));
    }
    blocks.extend(against.agreement.map(|found| Block::Line(modes(&found))));
    let facts = differences(first, run);
    if !facts.is_empty() {
        blocks.push(Block::Table(Table {
            head: vec!["not the same", "first", "here"],
            rows: facts
                .into_iter()
                .map(|(name, a, b)| vec![name.to_owned(), fact(a), fact(b)])
                .collect(),
        }));
    }
    blocks.push(Block::Table(Table {
        head: vec!["task", "first", "here", "difference", "p", ""],
        rows: against
            .tasks
            .iter()
            .map(|(id, tested)| {
                vec![
                    id.clone(),
                    share(tested.first),
                    share(tested.other),
                    points(tested.difference),
                    p(tested),
                    verdict(tested).into(),
                ]
            })
            .collect(),
    }));
    blocks
}

fn modes(found: &Agreement) -> String {
    format!(
        "letter and generate mode give the same letter on {} of {} questions, {} where the text \
         held one",
        words::percent(found.same),
        found.questions,
        words::percent(found.same_if_parsed)
    )
}

/// A fact, short enough for a table: hashes by their first 12 digits.
fn fact(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(48) {
        Some((end, _)) if text.len() == 64 => text.get(..12.min(end)).unwrap_or(&text).to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(&text)),
        None => text,
    }
}

fn share(estimate: Reading<Estimate>) -> String {
    words::or_reason(estimate, |e| format!("{:.1} %", 100.0 * e.value))
}

/// `+3.4 (-1.0 to +7.8)`, in points.
fn points(difference: Reading<Estimate>) -> String {
    words::or_reason(difference, |e| match e.interval {
        Reading::Value(Interval { low, high }) => format!(
            "{:+.1} ({:+.1} to {:+.1})",
            100.0 * e.value,
            100.0 * low,
            100.0 * high
        ),
        Reading::Missing(_) => format!("{:+.1}", 100.0 * e.value),
    })
}

fn times(ratio: Estimate) -> String {
    match ratio.interval {
        Reading::Value(Interval { low, high }) => format!(
            "first takes {:.2} times as long ({low:.2} to {high:.2})",
            ratio.value
        ),
        Reading::Missing(_) => format!("first takes {:.2} times as long", ratio.value),
    }
}

fn p(tested: &Tested) -> String {
    tested.adjusted_p.map_or("-".into(), p_value)
}

fn p_value(p: f64) -> String {
    match p {
        p if p < 0.001 => "<0.001".into(),
        p => format!("{p:.3}"),
    }
}

fn verdict(tested: &Tested) -> &'static str {
    let better = match tested.difference.value() {
        Some(difference) if difference.value > 0.0 => "first is better",
        Some(_) => "first is worse",
        None => return "",
    };
    let shown = match (tested.adjusted_p, tested.difference.value()) {
        (Some(p), _) => p < LEVEL,
        (None, Some(difference)) => difference
            .interval
            .value()
            .is_some_and(|interval| !interval.contains(0.0)),
        (None, None) => false,
    };
    if shown { better } else { "no difference shown" }
}

/// The same as JSON.
pub fn json(first: &RunSummary, all: &[Against]) -> Value {
    json!({
        "first": run(first),
        "others": all.iter().map(|against| other(first, against)).collect::<Vec<_>>(),
    })
}

fn run(run: &RunSummary) -> Value {
    json!({
        "file": run.file,
        "model": run.model,
        "quantisation": run.quantisation,
        "pack": run.pack,
        "mode": words::label(run.mode),
    })
}

fn other(first: &RunSummary, against: &Against) -> Value {
    let differ: Map<String, Value> = differences(first, against.run)
        .into_iter()
        .map(|(name, a, b)| (name.to_owned(), json!({ "first": a, "other": b })))
        .collect();
    let tasks: Map<String, Value> = against
        .tasks
        .iter()
        .map(|(id, test)| (id.clone(), tested(test)))
        .collect();
    let mut value = run(against.run);
    value["accuracy"] = tested(&against.overall);
    value["tasks"] = Value::Object(tasks);
    value["latency_ratio"] = match against.latency_ratio {
        Some(ratio) => measured(ratio, estimate),
        None => json!({ "missing": "the questions are not the same" }),
    };
    value["agreement"] = match against.agreement {
        Some(found) => json!({
            "questions": found.questions,
            "unpaired": found.unpaired,
            "unparsed": found.unparsed,
            "same": measured(found.same, estimate),
            "same_if_parsed": measured(found.same_if_parsed, estimate),
        }),
        None => Value::Null,
    };
    value["differs"] = Value::Object(differ);
    value
}

fn tested(test: &Tested) -> Value {
    let mut value = json!({
        "first": measured(test.first, estimate),
        "other": measured(test.other, estimate),
        "difference": measured(test.difference, estimate),
        "p_holm": test.adjusted_p,
        "verdict": verdict(test),
    });
    if let Some(pairs) = test.paired {
        value["p_exact"] = json!(pairs.mcnemar.exact);
        value["p_mid"] = json!(pairs.mcnemar.mid_p);
        value["both"] = json!(pairs.both);
        value["only_first"] = json!(pairs.discordance.only_first);
        value["only_other"] = json!(pairs.discordance.only_second);
        value["neither"] = json!(pairs.neither);
        value["unpaired"] = json!(pairs.unpaired);
    }
    value
}
