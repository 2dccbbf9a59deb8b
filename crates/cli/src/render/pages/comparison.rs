//! A comparison.

use edgescore_record::Labels;
use edgescore_score::{Agreement, Estimate, Interval, Reading};
use edgescore_summary::{Against, Fact, RunSummary, Tested};

use super::notes;
use crate::render::blocks::{Block, Table};
use crate::render::values;

/// What differs, for each result against the first.
pub fn page(first: &RunSummary, all: &[Against]) -> Vec<Block> {
    let mut blocks =
        vec![
        Block::Title(format!("against {}", named(first))),
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

/// Model and file, and that it did not decide.
fn named(run: &RunSummary) -> String {
    let named = format!("{} ({})", run.name(), run.file);
    match notes::did_not_decide(run) {
        Some(why) => format!("{named}: {why}"),
        None => named,
    }
}

fn overall(against: &Against) -> Vec<String> {
    let tested = &against.overall;
    vec![
        against.run.name(),
        values::percent(tested.other),
        values::percent(tested.first),
        values::points(tested.difference),
        p(tested),
        tested.finding().label().into(),
        match against.latency_ratio {
            None => "not compared: other questions".into(),
            Some(ratio) => values::or_reason(ratio, times),
        },
    ]
}

fn details(first: &RunSummary, against: &Against) -> Vec<Block> {
    let run = against.run;
    let mut blocks = vec![Block::Title(named(run))];
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
    if !against.differs.is_empty() {
        blocks.push(Block::Table(Table {
            head: vec!["not the same", "first", "here"],
            rows: against
                .differs
                .iter()
                .map(|(name, pair)| vec![(*name).to_owned(), fact(&pair.first), fact(&pair.other)])
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
                    values::points(tested.difference),
                    p(tested),
                    tested.finding().label().into(),
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
        values::percent(found.same),
        found.questions,
        values::percent(found.same_if_parsed)
    )
}

/// A fact, short enough for a table: hashes by their first 12 digits.
fn fact(fact: &Fact) -> String {
    let text = values::fact(fact);
    match text.char_indices().nth(48) {
        Some((end, _)) if text.len() == 64 => text.get(..12.min(end)).unwrap_or(&text).to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(&text)),
        None => text,
    }
}

fn share(estimate: Reading<Estimate>) -> String {
    values::or_reason(estimate, |e| format!("{:.1} %", 100.0 * e.value))
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
