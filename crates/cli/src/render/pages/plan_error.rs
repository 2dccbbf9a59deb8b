//! A plan beside the run that was made of it.

use edgescore_probe::Bytes;
use edgescore_summary::{PlanError, PlannedFigure};

use crate::render::blocks::{Block, Table};
use crate::render::values;

/// Planned, measured, and by how much the plan was too high.
pub fn page(plan: &PlanError) -> Vec<Block> {
    let rows = plan.0.iter().map(|line| {
        vec![
            name(line.figure).to_owned(),
            shown(line.figure, line.planned),
            shown(line.figure, line.measured),
            values::or_reason(line.error(), |error| format!("{:+.1} %", 100.0 * error)),
        ]
    });
    vec![Block::Table(Table {
        head: vec!["plan", "planned", "measured", "error"],
        rows: rows.collect(),
    })]
}

fn name(figure: PlannedFigure) -> &'static str {
    match figure {
        PlannedFigure::Memory => "memory",
        PlannedFigure::Prefill => "prefill",
        PlannedFigure::Decode => "decode",
        PlannedFigure::Question => "a question",
        PlannedFigure::Energy => "energy",
    }
}

fn shown(figure: PlannedFigure, value: f64) -> String {
    match figure {
        PlannedFigure::Memory => Bytes(value as u64).to_string(),
        PlannedFigure::Prefill | PlannedFigure::Decode => format!("{value:.1} tokens/s"),
        PlannedFigure::Question => values::seconds(value),
        PlannedFigure::Energy => format!("{} J", values::score(value)),
    }
}
