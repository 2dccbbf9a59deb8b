//! The published models as a flat table.

use edgescore_record::Labels;
use edgescore_score::{EdgeScore, Reading};
use edgescore_summary::not_ranked;
use edgescore_summary::published::PublishedModel;

use super::table::{Cell, Column, Kind, Table, column};
use crate::failure::Failure;

const COLUMNS: [Column; 18] = [
    column("model", Kind::Text),
    column("source", Kind::Text),
    column("pass_at_1", Kind::Real),
    column("pass_at_1_low", Kind::Real),
    column("pass_at_1_high", Kind::Real),
    column("pass_at_3", Kind::Real),
    column("pass_at_5", Kind::Real),
    column("delta5_published", Kind::Real),
    column("delta5_published_low", Kind::Real),
    column("delta5_published_high", Kind::Real),
    column("delta5_matched", Kind::Real),
    column("latency_ms", Kind::Real),
    column("memory_gib", Kind::Real),
    column("edge_score", Kind::Real),
    column("edge_score_chance_corrected", Kind::Real),
    column("ranked", Kind::Bool),
    column("rank", Kind::Int),
    column("not_ranked_because", Kind::Text),
];

/// Hands `models` on as a table.
pub fn with(
    models: &[PublishedModel],
    write: impl FnOnce(Table) -> Result<(), Failure>,
) -> Result<(), Failure> {
    write(Table {
        name: "published",
        columns: &COLUMNS,
        rows: &mut models.iter().map(|model| Ok(row(model))),
    })
}

fn row(model: &PublishedModel) -> Vec<Cell> {
    let real = |value: Reading<f64>| Cell::from(value.value());
    let score = |score: &EdgeScore| Cell::from(score.value.ok());
    let interval = |estimate: Reading<edgescore_score::Estimate>| {
        let interval = estimate.value().and_then(|e| e.interval.value());
        [
            Cell::from(interval.map(|interval| interval.low)),
            Cell::from(interval.map(|interval| interval.high)),
        ]
    };
    let mut row = vec![model.name.into(), model.source.label().into()];
    row.push(real(model.pass_1.map(|e| e.value)));
    row.extend(interval(model.pass_1));
    row.push(real(model.pass_3.map(|e| e.value)));
    row.push(real(model.pass_5.map(|e| e.value)));
    row.push(real(model.delta_5.map(|e| e.value)));
    row.extend(interval(model.delta_5));
    row.push(real(model.delta_5_matched.map(|e| e.value)));
    row.push(real(model.latency_s.map(|s| s * 1e3)));
    row.push(real(model.memory_gib));
    row.push(score(&model.literal));
    row.push(score(&model.chance_corrected));
    row.push(model.rank.is_some().into());
    row.push(model.rank.map(|rank| rank as u64).into());
    row.push(not_ranked(model.chance_corrected.standing).into());
    row
}
