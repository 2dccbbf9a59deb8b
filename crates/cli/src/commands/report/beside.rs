//! Runs beside the published results.

use edgescore_score::published::QUESTIONS;

use super::ranked::Entry;
use crate::commands::published::{Model, Source};
use crate::render::page::{Block, Table};
use crate::render::words;

/// Runs and published models in one table, by falling accuracy.
pub fn blocks(entries: &[Entry], published: &[Model]) -> Vec<Block> {
    let ours = entries.iter().map(|entry| {
        let run = &entry.run;
        let accuracy = run.pass_at_1.value().map_or(0.0, |e| e.value);
        let delta = run.scores.delta_5;
        let row = vec![
            "this run".to_owned(),
            run.name(),
            words::percent(run.pass_at_1),
            words::number(delta.published),
            words::number(delta.like_for_like),
        ];
        (accuracy, row)
    });
    let theirs = published.iter().map(|model| {
        let accuracy = model.pass_1.value().map_or(0.0, |e| e.value);
        let from = match model.source {
            Source::Paper => "paper",
            Source::Builds => "GGUF build",
        };
        let row = vec![
            from.to_owned(),
            model.name.to_owned(),
            words::percent(model.pass_1),
            words::number(model.delta_5),
            words::number(model.delta_5_matched),
        ];
        (accuracy, row)
    });
    let mut rows: Vec<(f64, Vec<String>)> = ours.chain(theirs).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    vec![
        Block::Title("Beside the published results".into()),
        Block::Line(comparable(entries)),
        Block::Table(Table {
            head: vec![
                "from",
                "model",
                "pass@1 (95 % interval)",
                "Delta_5",
                "same questions",
            ],
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        }),
    ]
}

/// Whether the runs answered what the published models answered.
pub fn comparable(entries: &[Entry]) -> String {
    let whole = |entry: &Entry| {
        entry.run.facts.get("pack_questions") == Some(&QUESTIONS.into())
            && entry.run.answered() == QUESTIONS
    };
    if entries.iter().all(whole) {
        format!(
            "All on {QUESTIONS} questions; latency and memory are not compared, the boards differ."
        )
    } else {
        format!(
            "The published models answered all {QUESTIONS} questions of 6G-Bench; these runs \
             answered others, or fewer. Import the benchmark with `edgescore pack import` to \
             compare like with like."
        )
    }
}
