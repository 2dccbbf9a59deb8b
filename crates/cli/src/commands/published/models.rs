//! The published models, scored.

use edgescore_score::published::{
    Counts, GGUF_BUILDS, GgufBuild, TINY_MODELS, TinyModel, task_table,
};
use edgescore_score::{
    Delta5, EdgeInputs, EdgeScore, Estimate, Exponents, Formula, Proportion, Reading, Reason, Run,
    Temperature, edge_score, order_by_value, ranking,
};

/// Where a model's figures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The paper: accuracy only.
    Paper,
    /// The GGUF builds on one GPU: accuracy, latency and memory.
    Builds,
}

impl Source {
    /// Its name in tables for programs.
    pub fn name(self) -> &'static str {
        match self {
            Source::Paper => "arXiv:2603.02156",
            Source::Builds => "maferrag/6G-Bench Agentic6G",
        }
    }
}

/// A published model under this program's scores.
pub struct Model {
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
    pub skill: EdgeScore,
    /// Rank by `skill`, from 1; `None` when it is not ranked.
    pub rank: Option<usize>,
}

/// The models of the paper by falling accuracy, then the builds by rank, the unranked ones
/// last.
pub fn models() -> Vec<Model> {
    let mut paper: Vec<Model> = TINY_MODELS.iter().map(of_paper).collect();
    paper.sort_by(|a, b| value(b.pass_1).total_cmp(&value(a.pass_1)));

    let mut builds: Vec<Option<Model>> = GGUF_BUILDS.iter().map(|b| Some(of_build(b))).collect();
    let skill: Vec<EdgeScore> = builds.iter().flatten().map(|b| b.skill.clone()).collect();
    let ranked = ranking(&skill);
    for (rank, &index) in (1..).zip(&ranked) {
        if let Some(Some(build)) = builds.get_mut(index) {
            build.rank = Some(rank);
        }
    }
    let order = ranked
        .into_iter()
        .chain(order_by_value(&skill))
        .chain(0..skill.len());
    // An index that comes again finds its place empty.
    paper.extend(order.filter_map(|index| builds.get_mut(index)?.take()));
    paper
}

fn value(estimate: Reading<Estimate>) -> f64 {
    estimate.value().map_or(0.0, |estimate| estimate.value)
}

fn of_paper(model: &TinyModel) -> Model {
    let counts = model.counts();
    let inputs = EdgeInputs {
        accuracy: counts.accuracy().map(Proportion::estimate),
        latency_s: Reading::Missing(Reason::Unpublished),
        memory_gib: Reading::Missing(Reason::Unpublished),
        energy: Reading::Missing(Reason::Unpublished),
    };
    scored(model.model, Source::Paper, &counts, &inputs)
}

fn of_build(build: &GgufBuild) -> Model {
    scored(
        build.model,
        Source::Builds,
        &build.counts,
        &build.edge_inputs(),
    )
}

fn scored(name: &'static str, source: Source, counts: &Counts, inputs: &EdgeInputs) -> Model {
    let (tasks, rows) = (task_table(), counts.rows());
    let delta = Run::new(&tasks, &rows).map(|run| Delta5::of(&run, Temperature::REFERENCE));
    let delta = |pick: fn(Delta5) -> Reading<Estimate>| match &delta {
        Ok(delta) => pick(*delta),
        Err(_) => Reading::Missing(Reason::Invalid),
    };
    let score = |formula| edge_score(inputs, formula, Exponents::default());
    Model {
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
        skill: score(Formula::ChanceCorrected),
        rank: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_once_and_the_ranked_first() {
        let models = models();
        assert_eq!(models.len(), 33);
        let builds: Vec<&Model> = models
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
