//! The page of several runs.

use edgescore_score::{EdgeScore, Place, Reading};
use edgescore_summary::{ModePair, RankedRun, Setting, not_ranked, order, unequal_settings};

use crate::render::blocks::{Block, Table};
use crate::render::{labels, values};

/// A ranking, the Pareto front, and what would make the comparison unfair.
pub fn page(runs: &[RankedRun], pairs: &[ModePair]) -> Vec<Block> {
    let mut blocks = vec![
        Block::Title(format!("{} runs", runs.len())),
        Block::Line(caveats(runs)),
        Block::Table(ranking(runs)),
    ];
    if let Some(ranked) = runs.first() {
        blocks.push(Block::Facts(vec![
            ("Edge Score", ranked.literal.expression.clone()),
            (
                "chance-corrected",
                ranked.chance_corrected.expression.clone(),
            ),
            ("per joule", ranked.per_joule.expression.clone()),
            (
                "units",
                format!(
                    "{}, {}",
                    ranked.chance_corrected.unit, ranked.per_joule.unit
                ),
            ),
        ]));
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
    blocks.extend(pairs.iter().map(|pair| Block::Line(agreement(pair, runs))));
    blocks
}

/// The formulas of the three scores with their units: the same for all runs.
pub fn formulas(ranked: &RankedRun) -> Vec<(&'static str, String)> {
    let formula = |score: &EdgeScore| format!("{} in {}", score.expression, score.unit);
    vec![
        ("Edge Score", formula(&ranked.literal)),
        ("chance-corrected", formula(&ranked.chance_corrected)),
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
        let rank = match (ranked.rank, not_ranked(ranked.chance_corrected.standing)) {
            (Some(rank), _) => rank.to_string(),
            (None, why) => format!("- {}", why.unwrap_or_default()),
        };
        Some(vec![
            rank,
            label(runs, index),
            values::percent(run.pass_at_1),
            short(
                run.scores
                    .delta_5
                    .published
                    .map(|d| values::thousandths(d.value)),
            ),
            short(run.latency_s().map(values::seconds)),
            short(run.memory_gib().map(values::gib)),
            short(
                run.energy()
                    .map(|e| format!("{} J", values::score(e.joules))),
            ),
            ranked.literal.value.map_or("-".into(), values::score),
            ranked
                .chance_corrected
                .value
                .map_or("-".into(), values::score),
            ranked.per_joule.value.map_or("-".into(), values::score),
            labels::place(ranked.place, |by| label(runs, by)),
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
            "chance-corrected",
            "per joule",
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
pub fn caveats(runs: &[RankedRun]) -> String {
    let unequal = unequal_settings(runs)
        .into_iter()
        .map(|setting| match setting {
            Setting::Pack => "packs",
            Setting::Mode => "modes",
            Setting::Layout => "layouts",
            Setting::Board => "boards",
            Setting::Threads => "threads",
        });
    match unequal.collect::<Vec<_>>().as_slice() {
        [] => "Ranked by the chance-corrected Edge Score. A dash: not measured, or refused.".into(),
        unequal => format!(
            "Ranked by the chance-corrected Edge Score, but the runs differ in their {}: read the \
             order with care.",
            unequal.join(", ")
        ),
    }
}
