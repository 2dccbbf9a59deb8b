//! What is chosen along with a model where the engines of a race differ.

use std::path::Path;

use edgescore_record::Labels;
use edgescore_summary::{Figure, RunSummary, load_all};
use serde::Serialize;

use super::candidate::Candidate;
use crate::failure::Failure;
use crate::render::blocks::{Block, Table};
use crate::render::values;

/// A model that was asked, and what asked it.
#[derive(Serialize)]
pub struct AcrossView {
    /// Its name in the race.
    pub model: String,
    /// Its engine.
    pub engine: String,
    /// Its quantisation; empty where a server does not say.
    pub quantisation: String,
    /// Where its chat template comes from, and the first digits of its SHA-256 where that is known.
    pub template: String,
    /// Mean tokens of a prompt, over the questions of the first round, as its own tokenizer counts
    /// them.
    pub prompt_tokens: Figure<f64>,
}

/// The models of `field` that were asked; none where one engine asked them all.
///
/// # Errors
/// A result of the race is none any more.
pub fn across(field: &[Candidate]) -> Result<Vec<AcrossView>, Failure> {
    let asked = || {
        field
            .iter()
            .filter_map(|one| Some((one, one.run.as_ref()?)))
    };
    let engine = |run: &RunSummary| run.provenance.engine.engine.clone();
    let first = asked().next().map(|(_, run)| engine(run));
    if asked().all(|(_, run)| Some(engine(run)) == first) {
        return Ok(Vec::new());
    }
    let view = |(one, run): (&Candidate, &RunSummary)| {
        Ok(AcrossView {
            model: one.label.clone(),
            engine: engine(run),
            quantisation: run.quantisation().to_owned(),
            template: template(run),
            prompt_tokens: match one.results.first() {
                Some(leg) => prompt_tokens(leg)?,
                None => Figure::missing("not asked"),
            },
        })
    };
    asked().map(view).collect()
}

fn template(run: &RunSummary) -> String {
    let origin = run.provenance.template.as_ref();
    let origin = origin.map_or("", |template| template.template_origin.0.label());
    match run.template_hash() {
        Some(hash) => format!("{origin} {:.8}", hash.to_string()),
        None => origin.to_owned(),
    }
}

fn prompt_tokens(leg: &Path) -> Result<Figure<f64>, Failure> {
    let runs = load_all(&[leg.to_owned()]).map_err(Failure::data)?;
    let mean = runs.first();
    let mean = mean.map(|run| run.provenance.engine.prompt_tokens_mean);
    Ok(match mean.filter(|tokens| *tokens > 0.0) {
        Some(tokens) => Figure::Value(tokens),
        None => Figure::missing("the server does not count them"),
    })
}

/// A warning and a table; nothing where one engine asked all.
pub fn blocks(across: &[AcrossView]) -> Vec<Block> {
    if across.is_empty() {
        return Vec::new();
    }
    let row = |one: &AcrossView| {
        vec![
            one.model.clone(),
            one.engine.clone(),
            one.quantisation.clone(),
            one.template.clone(),
            values::figure(&one.prompt_tokens, |tokens| format!("{tokens:.1}")),
        ]
    };
    vec![
        Block::Line(
            "Warning: the engines differ, so what follows is chosen along with the model. Where one model \
             is asked by two engines, other tokens a prompt are another template or tokenizer: `edgescore \
             serve-check` finds where."
                .to_owned(),
        ),
        Block::Table(Table {
            head: vec!["model", "engine", "quantisation", "template", "tokens a prompt"],
            rows: across.iter().map(row).collect(),
        }),
    ]
}
