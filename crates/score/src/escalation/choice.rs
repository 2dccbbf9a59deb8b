//! A threshold that is chosen on one half of the questions and judged on the other.

use edgescore_taskpack::SplitMix64;
use serde::Serialize;

use super::point::{Answered, ESCALATE_ALL, Escalable, EscalationPoint, mean, thresholds};
use crate::moments::{NORMAL_NEEDS, normal_interval};
use crate::proportion::Z95;
use crate::{Estimate, Reading};

/// Sets this use of the mixer apart from others: "escalate" in ASCII.
const SALT: u64 = 0x6573_6361_6C61_7465;

/// Limits on the mean cost of a question. `None` asks nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct CostLimits {
    /// Mean seconds a question, at most.
    pub seconds: Option<f64>,
    /// Mean joules a question, at most.
    pub joules: Option<f64>,
}

impl CostLimits {
    /// Whether the mean costs of `point` are within the limits. What was not measured is not.
    fn hold(&self, point: &EscalationPoint) -> bool {
        let holds = |limit: Option<f64>, mean: Reading<Estimate>| {
            limit.is_none_or(|limit| mean.value().is_some_and(|mean| mean.value <= limit))
        };
        holds(self.seconds, point.seconds) && holds(self.joules, point.joules)
    }
}

/// What a threshold promises for questions that it was not chosen on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// The mean costs are within the limits; among such thresholds the most accurate was chosen.
    Within(CostLimits),
    /// The accuracy is at most `margin` below the large model's; among such thresholds the cheapest
    /// was chosen, which is the lowest.
    AsGoodAsLarge(AsGoodAsLarge),
}

/// See [`Goal::AsGoodAsLarge`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AsGoodAsLarge {
    /// Half the width of the interval of the large model's accuracy on the half that the threshold was
    /// chosen on: what its own accuracy is not known better than.
    pub margin: f64,
}

/// A threshold and what came of it.
///
/// Its promise is that the goal holds on the other half, and it is kept with a probability of at least
/// 95 %. Two things are needed for that. The bound by which a threshold passes is that of a mean over
/// *other* questions: 1.96 standard errors of the difference of two halves' means, not of one mean. And
/// thresholds are tried from the safest on (none escalated under limits, all escalated otherwise) up to
/// the first that does not pass, so that trying many does not help (fixed-sequence testing; Angelopoulos
/// et al., "Learn then test", arXiv:2110.01052).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// The threshold: at or above it the small model answers.
    pub threshold: f64,
    /// What it promises.
    pub goal: Goal,
    /// Questions that it was chosen on.
    pub chosen_on: u32,
    /// The threshold on the other half.
    pub stated: EscalationPoint,
    /// The small model alone on the other half.
    pub small: EscalationPoint,
    /// The large model alone on the other half.
    pub large: EscalationPoint,
    /// Accuracy at the threshold minus the large model's, on the other half, with the interval of
    /// paired shares.
    pub difference: Estimate,
    /// Whether the promise is kept on the other half.
    pub kept: bool,
}

impl Choice {
    /// Whether the large model alone would serve as well, on the half that is stated: it keeps the limits
    /// and is no less accurate, or, without limits, takes no more time and, where that was measured, no
    /// more energy.
    pub fn large_serves_as_well(&self) -> bool {
        let (large, stated) = (&self.large, &self.stated);
        let no_more = |large: Reading<Estimate>, here: Reading<Estimate>| {
            let both = large.value().zip(here.value());
            both.map(|(large, here)| large.value <= here.value)
        };
        match self.goal {
            Goal::Within(limits) => {
                limits.hold(large) && large.accuracy.value >= stated.accuracy.value
            }
            Goal::AsGoodAsLarge(_) => {
                no_more(large.seconds, stated.seconds).unwrap_or(false)
                    && no_more(large.joules, stated.joules).unwrap_or(true)
            }
        }
    }
}

/// Why no threshold was chosen.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NoChoice {
    /// A half has too few questions.
    #[error(
        "too few questions: each half needs {NORMAL_NEEDS} that both models answered, and one has {0}"
    )]
    TooFew(u64),
    /// Not even the small model alone passes.
    #[error("even the small model alone may break the limits: allow more, or take a smaller model")]
    OverLimit,
    /// A limit is on a cost that was not measured.
    #[error("a limit is on what was not measured: {0}")]
    NotMeasured(crate::Reason),
}

/// Chooses a threshold on the half of `asked` that a hash of the question's number selects, and states
/// what it gives on the other half. The order of `asked` makes no difference.
///
/// With `limits` the goal is [`Goal::Within`] them, else [`Goal::AsGoodAsLarge`].
///
/// # Errors
/// Fewer than 30 questions in a half, a limit on what was not measured, or limits that even the small
/// model alone may not keep.
pub fn choose(asked: &[Escalable], limits: Option<CostLimits>) -> Result<Choice, NoChoice> {
    let first = |one: &&Escalable| SplitMix64::mix(u64::from(one.question) ^ SALT) & 1 == 0;
    let (mine, other): (Vec<Escalable>, Vec<Escalable>) =
        asked.iter().copied().partition(|one| first(&one));
    let least = mine.len().min(other.len()) as u64;
    if least < NORMAL_NEEDS {
        return Err(NoChoice::TooFew(least));
    }
    // The variance of a mean's difference from the mean of the other half, in units of its own.
    let widen = 1.0 + mine.len() as f64 / other.len() as f64;
    let (threshold, goal) = match limits {
        Some(limits) => (within(&mine, limits, widen)?, Goal::Within(limits)),
        None => {
            let goal = AsGoodAsLarge {
                margin: margin(&mine)?,
            };
            (cheapest(&mine, goal, widen), Goal::AsGoodAsLarge(goal))
        }
    };
    let stated = point(EscalationPoint::at(&other, threshold))?;
    let pairs = Pairs::of(&other, threshold);
    Ok(Choice {
        threshold,
        goal,
        chosen_on: mine.len() as u32,
        stated,
        small: point(EscalationPoint::small_alone(&other))?,
        large: point(EscalationPoint::large_alone(&other))?,
        difference: pairs.estimate(),
        kept: match goal {
            Goal::AsGoodAsLarge(goal) => pairs.difference() >= -goal.margin,
            Goal::Within(limits) => limits.hold(&stated),
        },
    })
}

fn point(point: Reading<EscalationPoint>) -> Result<EscalationPoint, NoChoice> {
    point.value().ok_or(NoChoice::TooFew(0))
}

fn margin(asked: &[Escalable]) -> Result<f64, NoChoice> {
    let accuracy = point(EscalationPoint::large_alone(asked))?.accuracy;
    Ok(accuracy
        .interval
        .value()
        .map_or(0.0, |interval| interval.half_width()))
}

/// The most accurate of the thresholds that pass, from none escalated on; the lowest of equals.
fn within(asked: &[Escalable], limits: CostLimits, widen: f64) -> Result<f64, NoChoice> {
    let mut best: Option<(f64, f64)> = None;
    for threshold in thresholds(asked) {
        let answers: Vec<Answered> = asked.iter().map(|one| one.at(threshold)).collect();
        let seconds = passes(&answers, |answer| answer.seconds, limits.seconds, widen)?;
        let joules = passes(&answers, |answer| answer.joules, limits.joules, widen)?;
        if !(seconds && joules) {
            break;
        }
        let accuracy = point(EscalationPoint::of(&answers, 0))?.accuracy.value;
        if best.is_none_or(|(_, highest)| accuracy > highest) {
            best = Some((threshold, accuracy));
        }
    }
    best.map(|(threshold, _)| threshold)
        .ok_or(NoChoice::OverLimit)
}

fn passes(
    answers: &[Answered],
    cost: impl Fn(&Answered) -> Reading<f64>,
    limit: Option<f64>,
    widen: f64,
) -> Result<bool, NoChoice> {
    let Some(limit) = limit else { return Ok(true) };
    let moments = mean(answers, cost);
    match moments.and_then(|m| {
        m.mean()
            .and_then(|mean| m.squared_error().map(|e| (mean, e)))
    }) {
        Reading::Value((mean, error)) => Ok(mean + Z95 * (error * widen).sqrt() <= limit),
        Reading::Missing(reason) => Err(NoChoice::NotMeasured(reason)),
    }
}

/// The lowest of the thresholds that pass, from all escalated on. That one is the large model itself,
/// as far as answers go, and passes without a test.
fn cheapest(asked: &[Escalable], goal: AsGoodAsLarge, widen: f64) -> f64 {
    let passes = |threshold: &f64| {
        *threshold == ESCALATE_ALL || {
            let (difference, error) = Pairs::of(asked, *threshold).adjusted();
            difference - Z95 * (error * widen).sqrt() >= -goal.margin
        }
    };
    let thresholds = thresholds(asked);
    let passing = thresholds.iter().rev().take_while(|t| passes(t));
    passing.last().copied().unwrap_or(ESCALATE_ALL)
}

/// Questions at a threshold beside the large model alone.
struct Pairs {
    /// Right here only.
    gained: f64,
    /// Right on the large model only.
    lost: f64,
    count: f64,
}

impl Pairs {
    fn of(asked: &[Escalable], threshold: f64) -> Pairs {
        let mut pairs = Pairs {
            gained: 0.0,
            lost: 0.0,
            count: asked.len() as f64,
        };
        for one in asked {
            match (one.at(threshold).correct, one.large.correct) {
                (true, false) => pairs.gained += 1.0,
                (false, true) => pairs.lost += 1.0,
                _ => {}
            }
        }
        pairs
    }

    fn difference(&self) -> f64 {
        (self.gained - self.lost) / self.count
    }

    /// Difference and squared error after half a question is added to each of the four cells, without
    /// which no discordant pair would mean certainty (Agresti and Min, Statistics in Medicine 24, 2005).
    fn adjusted(&self) -> (f64, f64) {
        let (gained, lost, count) = (self.gained + 0.5, self.lost + 0.5, self.count + 2.0);
        let difference = (gained - lost) / count;
        let variance = (gained + lost) / count - difference * difference;
        (difference, variance / count)
    }

    fn estimate(&self) -> Estimate {
        let (difference, error) = self.adjusted();
        Estimate {
            value: self.difference(),
            interval: Reading::Value(normal_interval(difference, error, -1.0, 1.0)),
        }
    }
}
