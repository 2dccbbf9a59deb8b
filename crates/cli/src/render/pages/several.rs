//! The page of several runs.

use edgescore_score::{EdgeScore, Place, Reading};
use edgescore_summary::{ModePair, RankBy, RankedRun, Setting, order, unequal_settings};

use super::subject::Subject;
use crate::render::blocks::{Block, Table};
use crate::render::{labels, values};

/// What to take, the ranking, the Pareto front, and what would make the comparison unfair.
pub fn page(subject: &Subject) -> Vec<Block> {
    let runs = subject.runs;
    let mut blocks = vec![
        Block::Title(format!("{} runs", runs.len())),
        Block::Line(verdict(subject)),
        Block::Line(caveats(subject)),
        Block::Table(ranking(runs)),
    ];
    if let Some(ranked) = runs.first() {
        blocks.push(Block::Facts(formulas(ranked)));
    }
    let front: Vec<String> = (0..)
        .zip(runs)
        .filter(|(_, ranked)| ranked.place == Place::Front)
        .map(|(index, _)| label(runs, index))
        .collect();
    blocks.push(Block::Line(match front.as_slice() {
        [] => "No run is above chance, so there is no Pareto front.".into(),
        front => format!(
            "Pareto front over accuracy, latency, memory and energy: {}",
            front.join(", ")
        ),
    }));
    let pairs = subject.pairs.iter();
    blocks.extend(pairs.map(|pair| Block::Line(agreement(pair, runs))));
    blocks
}

/// The run to take, in a sentence or two.
pub fn verdict(subject: &Subject) -> String {
    let runs = subject.runs;
    let first = order(runs).first().copied();
    let first = first.and_then(|index| Some((index, runs.get(index)?)));
    let Some((index, ranked)) = first.filter(|(_, ranked)| ranked.rank.is_ok()) else {
        return "No run can be ranked: the first column says why.".to_owned();
    };
    let what = match (subject.how.by, subject.how.limits) {
        (RankBy::EdgeScore, None) => "Highest chance-corrected Edge Score",
        (RankBy::EdgeScore, Some(_)) => "Highest chance-corrected Edge Score within the limits",
        (RankBy::Accuracy, None) => "Most accurate",
        (RankBy::Accuracy, Some(_)) => "Most accurate within the limits",
    };
    let run = &ranked.run;
    let mut sentence = format!(
        "{what}: {}, {} right at {} and {}.",
        label(runs, index),
        values::percent(run.pass_at_1),
        values::or_reason(run.latency_s(), values::seconds),
        values::or_reason(run.memory_gib(), values::gib)
    );
    if let Some(close) = subject.not_apart {
        let questions = close.questions;
        let other = label(runs, close.other);
        sentence += &match close.more {
            Some(more) => format!(
                " The {questions} questions do not tell it apart from {other}: {more} more would, \
                 in four of five cases."
            ),
            None => format!(
                " The {questions} questions show no difference in accuracy between it and {other}."
            ),
        };
    }
    sentence
}

/// The formulas of the scores with their units: the same for all runs.
pub fn formulas(ranked: &RankedRun) -> Vec<(&'static str, String)> {
    let formula = |score: &EdgeScore| format!("{} in {}", score.expression, score.unit);
    vec![
        ("Edge Score", formula(&ranked.chance_corrected)),
        ("per joule", formula(&ranked.per_joule)),
    ]
}

/// How far letter and generate mode agree, in a sentence.
pub fn agreement(pair: &ModePair, runs: &[RankedRun]) -> String {
    let found = &pair.agreement;
    format!(
        "{}: letter and generate mode give the same letter on {} of {} questions, and on {} of \
         those where the text held one.",
        label(runs, pair.letter),
        values::percent(found.same),
        found.questions,
        values::percent(found.same_if_parsed)
    )
}

/// Name of a run, with its file when another run has the same name.
pub fn label(runs: &[RankedRun], index: usize) -> String {
    let Some(run) = runs.get(index).map(|ranked| &ranked.run) else {
        return String::new();
    };
    let name = run.name();
    let namesakes = runs.iter().filter(|ranked| ranked.run.name() == name);
    match namesakes.count() {
        1 => name,
        _ => format!("{name} {}", run.file),
    }
}

/// The ranked runs, then the others.
pub fn ranking(runs: &[RankedRun]) -> Table {
    let row = |index: usize| {
        let ranked = runs.get(index)?;
        let run = &ranked.run;
        let warnings: Vec<String> = run.warnings().iter().map(labels::warning).collect();
        Some(vec![
            match ranked.rank {
                Ok(rank) => rank.to_string(),
                Err(why) => format!("- {why}"),
            },
            label(runs, index),
            values::percent(run.pass_at_1),
            short(run.latency_s().map(values::seconds)),
            short(run.memory_gib().map(values::gib)),
            short(
                run.energy()
                    .map(|e| format!("{} J", values::score(e.joules))),
            ),
            warnings.join(", "),
            ranked
                .chance_corrected
                .value
                .map_or("-".into(), values::score),
            ranked.per_joule.value.map_or("-".into(), values::score),
            short(
                run.scores
                    .delta_5
                    .published
                    .map(|d| values::thousandths(d.value)),
            ),
            labels::place(ranked.place, |by| label(runs, by)),
        ])
    };
    Table {
        head: vec![
            "rank",
            "model",
            "pass@1 (95 % interval)",
            "latency",
            "memory",
            "energy",
            "warnings",
            "Edge Score",
            "per joule",
            "Delta_5",
            "Pareto",
        ],
        rows: order(runs).into_iter().filter_map(row).collect(),
    }
}

/// A dash for what was not measured: the page of the run alone has the reason.
fn short(value: Reading<String>) -> String {
    value.value().unwrap_or_else(|| "-".into())
}

/// What the runs do not have in common, in one line.
pub fn caveats(subject: &Subject) -> String {
    let unequal = unequal_settings(subject.runs)
        .into_iter()
        .map(|setting| match setting {
            Setting::Pack => "packs",
            Setting::Mode => "modes",
            Setting::Layout => "layouts",
            Setting::Prompts => "prompts (template, shots or traces)",
            Setting::Parser => "parsers",
            Setting::Engine => "engines",
            Setting::Board => "boards",
            Setting::Threads => "threads",
        });
    match unequal.collect::<Vec<_>>().as_slice() {
        [] => "A dash: not measured, or refused.".into(),
        unequal => format!(
            "The runs differ in their {}: read the order with care.",
            unequal.join(", ")
        ),
    }
}
