//! Runs beside the published results.

use edgescore_score::published::QUESTIONS;
use edgescore_summary::RankedRun;
use edgescore_summary::published::{PublishedModel, Source};

use crate::render::blocks::{Block, Table};
use crate::render::values;

/// Runs and published models in one table, by falling accuracy.
pub fn blocks(runs: &[RankedRun], published: &[PublishedModel]) -> Vec<Block> {
    let ours = runs.iter().map(|ranked| {
        let run = &ranked.run;
        let accuracy = run.pass_at_1.value().map_or(0.0, |e| e.value);
        let delta = run.scores.delta_5;
        let row = vec![
            "this run".to_owned(),
            run.name(),
            values::percent(run.pass_at_1),
            values::number(delta.published),
            values::number(delta.like_for_like),
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
            values::percent(model.pass_1),
            values::number(model.delta_5),
            values::number(model.delta_5_matched),
        ];
        (accuracy, row)
    });
    let mut rows: Vec<(f64, Vec<String>)> = ours.chain(theirs).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    vec![
        Block::Title("Beside the published results".into()),
        Block::Line(comparable(runs)),
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
pub fn comparable(runs: &[RankedRun]) -> String {
    let whole = |ranked: &RankedRun| {
        ranked.run.provenance.start.pack_questions == u64::from(QUESTIONS)
            && ranked.run.answered() == QUESTIONS
    };
    if runs.iter().all(whole) {
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
