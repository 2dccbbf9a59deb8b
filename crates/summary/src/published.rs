//! The published models under this program's scores.

use edgescore_score::published::{
    Counts, GGUF_BUILDS, GgufBuild, TINY_MODELS, TinyModel, task_table,
};
use edgescore_score::{
    CHANCE, Delta5, EdgeInputs, EdgeScore, Estimate, Exponents, Formula, Proportion, Reading,
    Reason, Run, Temperature, edge_score, order_by_value, ranking,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::figure::{EstimateView, Figure, Share};
use crate::labels::Labelled;
use crate::ranking::{not_ranked, score_or_refusal};

/// Where a model's figures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The paper: accuracy only.
    Paper,
    /// The GGUF builds on one GPU: accuracy, latency and memory.
    Builds,
}

edgescore_record::labels! {
    Source {
        Paper = "arXiv:2603.02156",
        Builds = "maferrag/6G-Bench Agentic6G",
    }
}

/// A published model under this program's scores.
#[derive(Clone, Debug)]
pub struct PublishedModel {
    /// Its name at its source.
    pub name: &'static str,
    /// The source.
    pub source: Source,
    /// pass@1 over all questions.
    pub pass_1: Reading<Estimate>,
    /// pass@3 over the pass@k tasks.
    pub pass_3: Reading<Estimate>,
    /// pass@5 over the pass@k tasks.
    pub pass_5: Reading<Estimate>,
    /// Delta_5 as published.
    pub delta_5: Reading<Estimate>,
    /// Delta_5 over the same questions.
    pub delta_5_matched: Reading<Estimate>,
    /// Latency of one query in seconds, load excluded.
    pub latency_s: Reading<f64>,
    /// Peak memory in GiB.
    pub memory_gib: Reading<f64>,
    /// accuracy / (latency * memory).
    pub literal: EdgeScore,
    /// The same, corrected for chance.
    pub chance_corrected: EdgeScore,
    /// Rank by `chance_corrected`, from 1; `None` when it is not ranked.
    pub rank: Option<usize>,
}

/// The models of the paper by falling accuracy, then the builds by rank, the unranked ones
/// last.
pub fn models() -> Vec<PublishedModel> {
    let mut paper: Vec<PublishedModel> = TINY_MODELS.iter().map(of_paper).collect();
    paper.sort_by(|a, b| value(b.pass_1).total_cmp(&value(a.pass_1)));

    let mut builds: Vec<Option<PublishedModel>> =
        GGUF_BUILDS.iter().map(|b| Some(of_build(b))).collect();
    let chance_corrected: Vec<EdgeScore> = builds
        .iter()
        .flatten()
        .map(|b| b.chance_corrected.clone())
        .collect();
    let ranked = ranking(&chance_corrected);
    for (rank, &index) in (1..).zip(&ranked) {
        if let Some(Some(build)) = builds.get_mut(index) {
            build.rank = Some(rank);
        }
    }
    let order = ranked
        .into_iter()
        .chain(order_by_value(&chance_corrected))
        .chain(0..chance_corrected.len());
    // An index that comes again finds its place empty.
    paper.extend(order.filter_map(|index| builds.get_mut(index)?.take()));
    paper
}

fn value(estimate: Reading<Estimate>) -> f64 {
    estimate.value().map_or(0.0, |estimate| estimate.value)
}

fn of_paper(model: &TinyModel) -> PublishedModel {
    let counts = model.counts();
    let inputs = EdgeInputs {
        accuracy: counts.accuracy().map(Proportion::estimate),
        chance: CHANCE,
        latency_s: Reading::Missing(Reason::Unpublished),
        memory_gib: Reading::Missing(Reason::Unpublished),
        energy: Reading::Missing(Reason::Unpublished),
    };
    scored(model.model, Source::Paper, &counts, &inputs)
}

fn of_build(build: &GgufBuild) -> PublishedModel {
    scored(
        build.model,
        Source::Builds,
        &build.counts,
        &build.edge_inputs(),
    )
}

fn scored(
    name: &'static str,
    source: Source,
    counts: &Counts,
    inputs: &EdgeInputs,
) -> PublishedModel {
    let (tasks, rows) = (task_table(), counts.rows());
    let delta = Run::new(&tasks, &rows).map(|run| Delta5::of(&run, Temperature::REFERENCE));
    let delta = |pick: fn(Delta5) -> Reading<Estimate>| match &delta {
        Ok(delta) => pick(*delta),
        Err(_) => Reading::Missing(Reason::Invalid),
    };
    let score = |formula| edge_score(inputs, formula, Exponents::default());
    PublishedModel {
        name,
        source,
        pass_1: inputs.accuracy,
        pass_3: counts.pass_3().map(Proportion::estimate),
        pass_5: counts.pass_5().map(Proportion::estimate),
        delta_5: delta(|delta| delta.published),
        delta_5_matched: delta(|delta| delta.like_for_like),
        latency_s: inputs.latency_s,
        memory_gib: inputs.memory_gib,
        literal: score(Formula::Literal),
        chance_corrected: score(Formula::ChanceCorrected),
        rank: None,
    }
}

/// A published result under this program's scores.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PublishedView {
    /// Its name at its source.
    pub model: &'static str,
    /// Where its figures come from.
    pub source: Labelled<Source>,
    /// pass@1 over all questions.
    pub pass_at_1: Figure<Share>,
    /// The same with its interval.
    pub pass_at_1_interval: Figure<EstimateView>,
    /// pass@3 on the pass@k tasks.
    pub pass_at_3: Figure<Share>,
    /// pass@5 on the pass@k tasks.
    pub pass_at_5: Figure<Share>,
    /// pass@5 on the pass@k tasks less pass@1 on all.
    pub delta5_published: Figure<f64>,
    /// The same with its interval.
    pub delta5_published_interval: Figure<EstimateView>,
    /// Both on the pass@k tasks.
    pub delta5_matched: Figure<f64>,
    /// The same with its interval.
    pub delta5_matched_interval: Figure<EstimateView>,
    /// Latency of one query, load excluded.
    pub latency_ms: Figure<f64>,
    /// Peak memory in GiB.
    pub memory_gib: Figure<f64>,
    /// accuracy / (latency * memory).
    pub edge_score: Figure<f64>,
    /// The same with (accuracy - 1/4) / (3/4): the score that ranks.
    pub edge_score_chance_corrected: Figure<f64>,
    /// Whether it is ranked.
    pub ranked: bool,
    /// Its rank among the builds.
    #[schemars(range(min = 1))]
    pub rank: Option<usize>,
    /// Why it is not ranked; null when it is.
    pub not_ranked_because: Option<&'static str>,
}

impl From<&PublishedModel> for PublishedView {
    fn from(model: &PublishedModel) -> PublishedView {
        let share = |estimate: Reading<Estimate>| Figure::from(estimate.map(|e| Share(e.value)));
        let value = |estimate: Reading<Estimate>| Figure::from(estimate.map(|e| e.value));
        PublishedView {
            model: model.name,
            source: Labelled(model.source),
            pass_at_1: share(model.pass_1),
            pass_at_1_interval: model.pass_1.into(),
            pass_at_3: share(model.pass_3),
            pass_at_5: share(model.pass_5),
            delta5_published: value(model.delta_5),
            delta5_published_interval: model.delta_5.into(),
            delta5_matched: value(model.delta_5_matched),
            delta5_matched_interval: model.delta_5_matched.into(),
            latency_ms: model.latency_s.map(|s| s * 1e3).into(),
            memory_gib: model.memory_gib.into(),
            edge_score: score_or_refusal(&model.literal),
            edge_score_chance_corrected: score_or_refusal(&model.chance_corrected),
            ranked: model.rank.is_some(),
            rank: model.rank,
            not_ranked_because: not_ranked(model.chance_corrected.standing),
        }
    }
}

/// All published results, for programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublishedList {
    /// The models.
    pub models: Vec<PublishedView>,
}

impl From<&[PublishedModel]> for PublishedList {
    fn from(models: &[PublishedModel]) -> PublishedList {
        PublishedList {
            models: models.iter().map(PublishedView::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_once_and_the_ranked_first() {
        let models = models();
        assert_eq!(models.len(), 33);
        let builds: Vec<&PublishedModel> = models
            .iter()
            .filter(|m| m.source == Source::Builds)
            .collect();
        assert_eq!(builds[0].name, "granite4:350m");
        let ranks: Vec<usize> = builds.iter().filter_map(|m| m.rank).collect();
        assert_eq!(ranks, (1..=14).collect::<Vec<_>>());
        assert!(builds[14..].iter().all(|m| m.rank.is_none()));
        let mut names: Vec<&str> = models.iter().map(|m| m.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 33);
    }
}
