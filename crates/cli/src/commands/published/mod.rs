//! `edgescore published`: the benchmark's published results under this program's scores.

mod models;
mod sheet;

use clap::ValueEnum;
use edgescore_score::{Estimate, Reading};
use serde_json::{Value, json};

pub use models::{Model, Source, models};

use crate::commands::report::json::{estimate, measured};
use crate::failure::Failure;
use crate::output::{self, Content, Output};
use crate::render::page::{self, Block, Table};
use crate::render::words;

/// Print the published 6G-Bench results with this program's scores
///
/// 14 models over all 3,722 questions (arXiv:2603.02156, CC BY 4.0) and 19 GGUF builds under
/// Ollama on an NVIDIA L40S (maferrag/6G-Bench, MIT). Scores are computed from the published
/// figures of the tasks. Latency of a build is that of its fastest single query that
/// answered, load excluded: one query, not a median.
#[derive(clap::Args)]
pub struct Args {
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for reading
    Table,
    /// One JSON object with the key models
    Json,
    /// One JSON object a model
    Jsonl,
    /// Comma-separated values
    Csv,
    /// Markdown
    Md,
    /// SQL statements, for sqlite3
    Sql,
    /// Apache Parquet
    Parquet,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let models = models();
    let content = match args.format {
        Format::Parquet => Content::Binary,
        _ => Content::Text,
    };
    output::to(args.output.path.as_deref(), content, |out| {
        match args.format {
            Format::Table => page::text(out, &page(&models)).map_err(Failure::data),
            Format::Md => page::markdown(out, &page(&models)).map_err(Failure::data),
            Format::Json => {
                writeln!(out, "{:#}", json!({ "models": json(&models) })).map_err(Failure::data)
            }
            Format::Jsonl => sheet::with(&models, |sheet| {
                crate::render::sheet::write_jsonl(out, sheet)
            }),
            Format::Csv => {
                sheet::with(&models, |sheet| crate::render::sheet::write_csv(out, sheet))
            }
            Format::Sql => {
                sheet::with(&models, |sheet| crate::render::sheet::write_sql(out, sheet))
            }
            Format::Parquet => sheet::with(&models, |sheet| {
                crate::render::sheet::write_parquet(out, sheet)
            }),
        }
    })
}

/// The models as JSON objects.
pub fn json(models: &[Model]) -> Vec<Value> {
    let number = |value| json!(value);
    let score = |score: &edgescore_score::EdgeScore| match score.value {
        Ok(value) => json!(value),
        Err(refusal) => json!({ "missing": format!("{}: {}", refusal.component, refusal.reason) }),
    };
    let object = |model: &Model| {
        json!({
            "model": model.name,
            "source": model.source.name(),
            "pass_at_1": measured(model.pass_1.map(|e| e.value), number),
            "pass_at_1_interval": measured(model.pass_1, estimate),
            "pass_at_3": measured(model.pass_3.map(|e| e.value), number),
            "pass_at_5": measured(model.pass_5.map(|e| e.value), number),
            "delta5_published": measured(model.delta_5.map(|e| e.value), number),
            "delta5_published_interval": measured(model.delta_5, estimate),
            "delta5_matched": measured(model.delta_5_matched.map(|e| e.value), number),
            "delta5_matched_interval": measured(model.delta_5_matched, estimate),
            "latency_ms": measured(model.latency_s, |s| json!(s * 1e3)),
            "memory_gib": measured(model.memory_gib, number),
            "edge_score": score(&model.literal),
            "edge_score_skill": score(&model.skill),
            "ranked": model.rank.is_some(),
            "rank": model.rank,
            "not_ranked_because": words::not_ranked(model.skill.standing),
        })
    };
    models.iter().map(object).collect()
}

fn page(models: &[Model]) -> Vec<Block> {
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
                "less chance",
            ],
            rows: of(Source::Builds).map(build_row).collect(),
        }),
        Block::Line(
            "Ranked by the Edge Score less chance; a model whose interval contains chance, or lies \
             below it, is not ranked. A guesser has Delta_5 0.513."
                .into(),
        ),
    ]
}

fn paper_row(model: &Model) -> Vec<String> {
    vec![
        model.name.to_owned(),
        words::percent(model.pass_1),
        words::or_reason(model.pass_3, |e| format!("{:.1} %", 100.0 * e.value)),
        words::or_reason(model.pass_5, |e| format!("{:.1} %", 100.0 * e.value)),
        words::number(model.delta_5),
        words::number(model.delta_5_matched),
    ]
}

fn build_row(model: &Model) -> Vec<String> {
    let dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let delta = |delta: Reading<Estimate>| delta.value().map(|d| words::thousandths(d.value));
    vec![
        match model.rank {
            Some(rank) => rank.to_string(),
            None => format!(
                "- {}",
                words::not_ranked(model.skill.standing).unwrap_or("")
            ),
        },
        model.name.to_owned(),
        words::percent(model.pass_1),
        dash(delta(model.delta_5)),
        dash(delta(model.delta_5_matched)),
        dash(model.latency_s.value().map(words::seconds)),
        dash(model.memory_gib.value().map(words::gib)),
        dash(model.literal.value.ok().map(words::score)),
        dash(model.skill.value.ok().map(words::score)),
    ]
}
