//! The page of several runs.

use edgescore_score::{EdgeScore, Place, Reading};

use super::modes::Modes;
use super::ranked::{Entry, order};
use crate::render::page::{Block, Table};
use crate::render::words;

/// A ranking, the Pareto front, and what would make the comparison unfair.
pub fn page(entries: &[Entry], modes: &[Modes]) -> Vec<Block> {
    let mut blocks = vec![
        Block::Title(format!("{} runs", entries.len())),
        Block::Line(caveats(entries)),
        Block::Table(ranking(entries)),
    ];
    if let Some(entry) = entries.first() {
        blocks.push(Block::Facts(vec![
            ("Edge Score", entry.literal.expression.clone()),
            ("less chance", entry.skill.expression.clone()),
            ("per joule", entry.per_joule.expression.clone()),
            (
                "units",
                format!("{}, {}", entry.skill.unit, entry.per_joule.unit),
            ),
        ]));
    }
    let front: Vec<String> = (0..)
        .zip(entries)
        .filter(|(_, entry)| entry.place == Place::Front)
        .map(|(index, _)| label(entries, index))
        .collect();
    blocks.push(Block::Line(match front.as_slice() {
        [] => "No run is above chance, so there is no Pareto front.".into(),
        front => format!(
            "Pareto front over accuracy, latency, memory and energy: {}",
            front.join(", ")
        ),
    }));
    blocks.extend(
        modes
            .iter()
            .map(|modes| Block::Line(agreement(modes, entries))),
    );
    blocks
}

/// The formulas of the three scores with their units: the same for all runs.
pub fn formulas(entry: &Entry) -> Vec<(&'static str, String)> {
    let formula = |score: &EdgeScore| format!("{} in {}", score.expression, score.unit);
    vec![
        ("Edge Score", formula(&entry.literal)),
        ("less chance", formula(&entry.skill)),
        ("per joule", formula(&entry.per_joule)),
    ]
}

/// How far letter and generate mode agree, in a sentence.
pub fn agreement(modes: &Modes, entries: &[Entry]) -> String {
    let found = &modes.agreement;
    format!(
        "{}: letter and generate mode give the same letter on {} of {} questions, and on {} of \
         those where the text held one.",
        label(entries, modes.letter),
        words::percent(found.same),
        found.questions,
        words::percent(found.same_if_parsed)
    )
}

/// Name of a run, with its file when another run has the same name.
pub fn label(entries: &[Entry], index: usize) -> String {
    let Some(run) = entries.get(index).map(|entry| &entry.run) else {
        return String::new();
    };
    let name = run.name();
    let namesakes = entries.iter().filter(|entry| entry.run.name() == name);
    match namesakes.count() {
        1 => name,
        _ => format!("{name} {}", run.file),
    }
}

/// The ranked runs, then the others.
pub fn ranking(entries: &[Entry]) -> Table {
    let row = |index: usize| {
        let entry = entries.get(index)?;
        let run = &entry.run;
        let rank = match (entry.rank, words::not_ranked(entry.skill.standing)) {
            (Some(rank), _) => rank.to_string(),
            (None, why) => format!("- {}", why.unwrap_or_default()),
        };
        Some(vec![
            rank,
            label(entries, index),
            words::percent(run.pass_at_1),
            short(
                run.scores
                    .delta_5
                    .published
                    .map(|d| words::thousandths(d.value)),
            ),
            short(run.latency_s().map(words::seconds)),
            short(run.memory_gib().map(words::gib)),
            short(run.energy.map(|e| format!("{} J", words::score(e.joules)))),
            entry.literal.value.map_or("-".into(), words::score),
            entry.skill.value.map_or("-".into(), words::score),
            entry.per_joule.value.map_or("-".into(), words::score),
            words::place(entry.place, |by| label(entries, by)),
        ])
    };
    Table {
        head: vec![
            "rank",
            "model",
            "pass@1 (95 % interval)",
            "Delta_5",
            "latency",
            "memory",
            "energy",
            "Edge Score",
            "less chance",
            "per joule",
            "Pareto",
        ],
        rows: order(entries).into_iter().filter_map(row).collect(),
    }
}

/// A dash for what was not measured: the page of the run alone has the reason.
fn short(value: Reading<String>) -> String {
    value.value().unwrap_or_else(|| "-".into())
}

/// What the runs do not have in common, in one line.
pub fn caveats(entries: &[Entry]) -> String {
    let runs = || entries.iter().map(|entry| &entry.run);
    let mut differ = Vec::new();
    let mut hold = |what, same: bool| {
        if !same {
            differ.push(what);
        }
    };
    hold("packs", all_same(runs().map(|run| run.pack_hash)));
    hold("modes", all_same(runs().map(|run| run.mode)));
    hold("layouts", all_same(runs().map(|run| run.layout)));
    hold("boards", all_same(runs().map(|run| run.board.as_str())));
    hold("threads", all_same(runs().map(|run| run.threads)));
    match differ.as_slice() {
        [] => "Ranked by the Edge Score less chance. A dash: not measured, or refused.".into(),
        differ => format!(
            "Ranked by the Edge Score less chance, but the runs differ in their {}: \
             read the order with care.",
            differ.join(", ")
        ),
    }
}

fn all_same<T: PartialEq>(mut values: impl Iterator<Item = T>) -> bool {
    match values.next() {
        Some(first) => values.all(|value| value == first),
        None => true,
    }
}
