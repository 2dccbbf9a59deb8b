//! The published results.

use edgescore_score::{Estimate, Reading};
use edgescore_summary::not_ranked;
use edgescore_summary::published::{PublishedModel, Source};

use crate::render::blocks::{Block, Table};
use crate::render::values;

/// The models of both sources.
pub fn page(models: &[PublishedModel]) -> Vec<Block> {
    let of = |source| models.iter().filter(move |model| model.source == source);
    vec![
        Block::Title("14 models on all 3,722 questions".into()),
        Block::Line("arXiv:2603.02156 and the repository maferrag/6G-Bench, CC BY 4.0.".into()),
        Block::Table(Table {
            head: vec![
                "model",
                "pass@1 (95 % interval)",
                "pass@3",
                "pass@5",
                "Delta_5",
                "same questions",
            ],
            rows: of(Source::Paper).map(paper_row).collect(),
        }),
        Block::Title("19 GGUF builds under Ollama on an NVIDIA L40S".into()),
        Block::Line(
            "maferrag/6G-Bench, Agentic6G, MIT. Latency and memory are those of the fastest single \
             query that answered, load excluded."
                .into(),
        ),
        Block::Table(Table {
            head: vec![
                "rank",
                "model",
                "pass@1 (95 % interval)",
                "Delta_5",
                "same questions",
                "latency",
                "memory",
                "Edge Score",
                "chance-corrected",
            ],
            rows: of(Source::Builds).map(build_row).collect(),
        }),
        Block::Line(
            "Ranked by the chance-corrected Edge Score; a model whose interval contains chance, or lies \
             below it, is not ranked. A guesser has Delta_5 0.513."
                .into(),
        ),
    ]
}

fn paper_row(model: &PublishedModel) -> Vec<String> {
    vec![
        model.name.to_owned(),
        values::percent(model.pass_1),
        values::or_reason(model.pass_3, |e| format!("{:.1} %", 100.0 * e.value)),
        values::or_reason(model.pass_5, |e| format!("{:.1} %", 100.0 * e.value)),
        values::number(model.delta_5),
        values::number(model.delta_5_matched),
    ]
}

fn build_row(model: &PublishedModel) -> Vec<String> {
    let dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let delta = |delta: Reading<Estimate>| delta.value().map(|d| values::thousandths(d.value));
    vec![
        match model.rank {
            Some(rank) => rank.to_string(),
            None => format!(
                "- {}",
                not_ranked(model.chance_corrected.standing).unwrap_or("")
            ),
        },
        model.name.to_owned(),
        values::percent(model.pass_1),
        dash(delta(model.delta_5)),
        dash(delta(model.delta_5_matched)),
        dash(model.latency_s.value().map(values::seconds)),
        dash(model.memory_gib.value().map(values::gib)),
        dash(model.literal.value.ok().map(values::score)),
        dash(model.chance_corrected.value.ok().map(values::score)),
    ]
}
