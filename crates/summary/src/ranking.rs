//! Runs beside each other: places by accuracy, Edge Scores and the Pareto front.

use core::fmt;

use edgescore_score::{
    AgainstChance, EdgeInputs, EdgeScore, Exponents, Formula, Limits, Place, Point, Quantity,
    Standing, edge_score, pareto_front,
};

use crate::error::Error;
use crate::figure::Figure;
use crate::gate::judge;
use crate::run::RunSummary;

/// What runs are ranked by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RankBy {
    /// The accuracy, among the runs that keep their budgets and the limits.
    #[default]
    Accuracy,
    /// The chance-corrected Edge Score, among the same.
    EdgeScore,
}

edgescore_record::labels! {
    RankBy {
        Accuracy = "accuracy",
        EdgeScore = "edge_score",
    }
}

/// How runs are ranked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ranking {
    /// By what.
    pub by: RankBy,
    /// What a run must keep to be ranked.
    pub limits: Option<Limits>,
    /// Exponents of the Edge Scores.
    pub exponents: Exponents,
}

/// Why a run is not ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRanked {
    /// It did not end as planned: a budget was broken, or it failed or was cut off.
    EndedBadly,
    /// Its answers do not depend on the questions.
    Undecided,
    /// Its accuracy cannot be told from a guesser's.
    AtChance,
    /// Its accuracy is below a guesser's.
    BelowChance,
    /// It has no accuracy.
    NoAccuracy,
    /// It breaks this limit.
    Breaks(Quantity),
    /// By the Edge Score: it has none.
    NoEdgeScore,
}

impl fmt::Display for NotRanked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotRanked::EndedBadly => "did not end as planned",
            NotRanked::Undecided => "did not decide",
            NotRanked::AtChance => "at chance",
            NotRanked::BelowChance => "below chance",
            NotRanked::NoAccuracy => "no accuracy",
            NotRanked::NoEdgeScore => "no Edge Score",
            NotRanked::Breaks(quantity) => match quantity {
                Quantity::Accuracy => "below the accuracy asked for",
                Quantity::Delta5 => "over the limit of Delta_5",
                Quantity::Latency => "over the limit of latency",
                Quantity::Memory => "over the limit of memory",
                Quantity::Power => "over the limit of power",
                Quantity::Energy => "over the limit of energy",
                Quantity::EdgeScore => "below the Edge Score asked for",
            },
        })
    }
}

/// A run and where it stands among the others.
#[derive(Clone, Debug)]
pub struct RankedRun {
    /// The run.
    pub run: RunSummary,
    /// accuracy / (latency * memory).
    pub literal: EdgeScore,
    /// The same, corrected for chance.
    pub chance_corrected: EdgeScore,
    /// accuracy / (energy * memory).
    pub per_joule: EdgeScore,
    /// Its rank from 1, or why it has none.
    pub rank: Result<usize, NotRanked>,
    /// Its place against the Pareto front of all runs.
    pub place: Place,
}

/// Scores `runs` and sets them beside each other, in the order given.
///
/// # Errors
/// Limits that are no gate.
pub fn rank(runs: Vec<RunSummary>, how: &Ranking) -> Result<Vec<RankedRun>, Error> {
    let inputs: Vec<EdgeInputs> = runs.iter().map(RunSummary::edge_inputs).collect();
    let points: Vec<Point> = inputs.iter().map(point).collect();
    let places = pareto_front(&points);
    let mut ranked = Vec::with_capacity(runs.len());
    for ((run, inputs), place) in runs.into_iter().zip(&inputs).zip(places) {
        let score = |formula| {
            let score = edge_score(inputs, formula, how.exponents).or_refused();
            match run.indecision {
                Some(_) => score.of_undecided(),
                None => score,
            }
        };
        let chance_corrected = score(Formula::ChanceCorrected);
        ranked.push(RankedRun {
            literal: score(Formula::Literal),
            per_joule: score(Formula::PerJoule),
            // Their number comes when all are known.
            rank: match not_ranked_because(&run, &chance_corrected, how)? {
                Some(why) => Err(why),
                None => Ok(0),
            },
            chance_corrected,
            run,
            place,
        });
    }
    let mut order: Vec<usize> = (0..ranked.len())
        .filter(|&index| ranked.get(index).is_some_and(|run| run.rank.is_ok()))
        .collect();
    order.sort_by(|&a, &b| {
        match (ranked.get(a), ranked.get(b)) {
            (Some(a), Some(b)) => ahead(b, how.by).partial_cmp(&ahead(a, how.by)),
            _ => None,
        }
        .unwrap_or(std::cmp::Ordering::Equal)
    });
    for (number, index) in (1..).zip(order) {
        if let Some(run) = ranked.get_mut(index) {
            run.rank = Ok(number);
        }
    }
    Ok(ranked)
}

/// What puts a run ahead of another: accuracy, then speed; or the score.
fn ahead(ranked: &RankedRun, by: RankBy) -> (f64, f64) {
    let accuracy = ranked.run.pass_at_1.map(|accuracy| accuracy.value);
    match by {
        RankBy::Accuracy => (
            accuracy.value().unwrap_or(0.0),
            -ranked.run.latency_s().value().unwrap_or(f64::INFINITY),
        ),
        RankBy::EdgeScore => (ranked.chance_corrected.value.unwrap_or(0.0), 0.0),
    }
}

fn not_ranked_because(
    run: &RunSummary,
    score: &EdgeScore,
    how: &Ranking,
) -> Result<Option<NotRanked>, Error> {
    if run.indecision.is_some() {
        return Ok(Some(NotRanked::Undecided));
    }
    let standing = run.pass_at_1.map(|accuracy| accuracy.against(run.chance()));
    let why = match standing.value() {
        None => Some(NotRanked::NoAccuracy),
        Some(AgainstChance::AtChance) => Some(NotRanked::AtChance),
        Some(AgainstChance::Below) => Some(NotRanked::BelowChance),
        Some(AgainstChance::Above) if !run.ended_well() => Some(NotRanked::EndedBadly),
        Some(AgainstChance::Above) => None,
    };
    if why.is_some() {
        return Ok(why);
    }
    if let Some(limits) = &how.limits {
        let judged = judge(run, limits)?;
        let broken = judged.verdict.lines.iter().find(|line| !line.pass);
        if let Some(line) = broken {
            return Ok(Some(NotRanked::Breaks(line.quantity)));
        }
    }
    Ok((how.by == RankBy::EdgeScore && score.value.is_err()).then_some(NotRanked::NoEdgeScore))
}

/// Indices of all runs: the ranked ones first, then the others as they were given.
pub fn order(runs: &[RankedRun]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by_key(|&index| {
        let rank = runs.get(index).map(|run| run.rank);
        rank.and_then(Result::ok).unwrap_or(usize::MAX)
    });
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
        chance: inputs.chance,
        latency_s: inputs.latency_s,
        memory_gib: inputs.memory_gib,
        energy: inputs.energy,
    }
}
