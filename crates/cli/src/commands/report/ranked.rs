//! Runs beside each other: Edge Scores, ranks and the Pareto front.

use edgescore_score::{
    EdgeInputs, EdgeScore, Exponents, Formula, Place, Point, edge_score, order_by_value,
    pareto_front, ranking,
};

use super::load::RunSummary;

/// A run and where it stands among the others.
pub struct Entry {
    /// The run.
    pub run: RunSummary,
    /// accuracy / (latency * memory).
    pub literal: EdgeScore,
    /// The same, corrected for chance: the score that ranks.
    pub skill: EdgeScore,
    /// accuracy / (energy * memory).
    pub per_joule: EdgeScore,
    /// Rank by `skill`, from 1; `None` when the run is not ranked.
    pub rank: Option<usize>,
    /// Its place against the Pareto front of all runs.
    pub place: Place,
}

/// Scores `runs` and sets them beside each other, in the order given.
pub fn rank(runs: Vec<RunSummary>, exponents: Exponents) -> Vec<Entry> {
    let inputs: Vec<EdgeInputs> = runs.iter().map(inputs).collect();
    let points: Vec<Point> = inputs.iter().map(point).collect();
    let places = pareto_front(&points);
    let scores = |formula| -> Vec<EdgeScore> {
        let score = |inputs| edge_score(inputs, formula, exponents);
        inputs.iter().map(score).collect()
    };
    let skill = scores(Formula::ChanceCorrected);
    let ranks = ranking(&skill);
    let rest = scores(Formula::Literal)
        .into_iter()
        .zip(scores(Formula::PerJoule))
        .zip(places);
    runs.into_iter()
        .zip(skill)
        .zip(rest)
        .enumerate()
        .map(
            |(index, ((run, skill), ((literal, per_joule), place)))| Entry {
                run,
                literal,
                skill,
                per_joule,
                rank: ranks.iter().position(|&at| at == index).map(|at| at + 1),
                place,
            },
        )
        .collect()
}

/// Indices of all entries: the ranked ones first, then the others by their score.
pub fn order(entries: &[Entry]) -> Vec<usize> {
    let skill: Vec<EdgeScore> = entries.iter().map(|entry| entry.skill.clone()).collect();
    let mut order = ranking(&skill);
    let by_value = order_by_value(&skill);
    for index in by_value.into_iter().chain(0..entries.len()) {
        if !order.contains(&index) {
            order.push(index);
        }
    }
    order
}

/// What the Edge Score of `run` is made of.
pub fn inputs(run: &RunSummary) -> EdgeInputs {
    EdgeInputs {
        accuracy: run.pass_at_1,
        latency_s: run.latency_s(),
        memory_gib: run.memory_gib(),
        energy: run.energy,
    }
}

fn point(inputs: &EdgeInputs) -> Point {
    Point {
        accuracy: inputs.accuracy,
        latency_s: inputs.latency_s,
        memory_gib: inputs.memory_gib,
        energy: inputs.energy,
    }
}
