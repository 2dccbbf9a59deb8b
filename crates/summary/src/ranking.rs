//! Runs beside each other: Edge Scores, ranks and the Pareto front.

use edgescore_score::{
    EdgeInputs, EdgeScore, Exponents, Formula, Place, Point, Standing, edge_score, order_by_value,
    pareto_front, ranking,
};

use crate::figure::Figure;
use crate::run::RunSummary;

/// A run and where it stands among the others.
#[derive(Clone, Debug)]
pub struct RankedRun {
    /// The run.
    pub run: RunSummary,
    /// accuracy / (latency * memory).
    pub literal: EdgeScore,
    /// The same, corrected for chance: the score that ranks.
    pub chance_corrected: EdgeScore,
    /// accuracy / (energy * memory).
    pub per_joule: EdgeScore,
    /// Rank by the chance-corrected score, from 1; `None` when the run is not ranked.
    pub rank: Option<usize>,
    /// Its place against the Pareto front of all runs.
    pub place: Place,
}

/// Scores `runs` and sets them beside each other, in the order given.
pub fn rank(runs: Vec<RunSummary>, exponents: Exponents) -> Vec<RankedRun> {
    let inputs: Vec<EdgeInputs> = runs.iter().map(RunSummary::edge_inputs).collect();
    let points: Vec<Point> = inputs.iter().map(point).collect();
    let places = pareto_front(&points);
    let scores = |formula| -> Vec<EdgeScore> {
        let score = |inputs| edge_score(inputs, formula, exponents);
        inputs.iter().map(score).collect()
    };
    let chance_corrected = scores(Formula::ChanceCorrected);
    let ranks = ranking(&chance_corrected);
    let rest = scores(Formula::Literal)
        .into_iter()
        .zip(scores(Formula::PerJoule))
        .zip(places);
    runs.into_iter()
        .zip(chance_corrected)
        .zip(rest)
        .enumerate()
        .map(
            |(index, ((run, chance_corrected), ((literal, per_joule), place)))| RankedRun {
                run,
                literal,
                chance_corrected,
                per_joule,
                rank: ranks.iter().position(|&at| at == index).map(|at| at + 1),
                place,
            },
        )
        .collect()
}

/// Indices of all runs: the ranked ones first, then the others by their score.
pub fn order(runs: &[RankedRun]) -> Vec<usize> {
    let scores: Vec<EdgeScore> = runs
        .iter()
        .map(|run| run.chance_corrected.clone())
        .collect();
    let mut order = ranking(&scores);
    let by_value = order_by_value(&scores);
    for index in by_value.into_iter().chain(0..runs.len()) {
        if !order.contains(&index) {
            order.push(index);
        }
    }
    order
}

/// Why a score is not ranked; `None` when it is.
pub fn not_ranked(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::Ranked => None,
        Standing::AtChance => Some("at chance"),
        Standing::BelowChance => Some("below chance"),
        Standing::SimulatedEnergy => Some("energy is simulated"),
        Standing::Refused => Some("a component is missing"),
    }
}

/// The value of `score`, or which component refuses it and why.
pub(crate) fn score_or_refusal(score: &EdgeScore) -> Figure<f64> {
    match score.value {
        Ok(value) => Figure::Value(value),
        Err(refusal) => Figure::missing(format!("{}: {}", refusal.component, refusal.reason)),
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
