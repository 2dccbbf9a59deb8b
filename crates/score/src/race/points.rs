//! Operating points of one model, told apart by what an answer costs.

use super::mean_sequence::{FEW, MeanSequence};
use crate::{Estimate, Interval, Reading, Reason};

/// What the points must keep, and how sure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointGoal {
    /// Probability, at most, that any of what is said of the points is wrong.
    pub error_rate: f64,
    /// Mean seconds an answer, rests included, at most.
    pub max_latency_s: Option<f64>,
    /// Whether all questions that there are were asked: then the mean decides on the limit.
    pub over: bool,
}

/// An operating point and its answers to the questions that all points were asked, in one order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointAnswers {
    /// What each answer costs, in joules or seconds, above 0.
    pub costs: Vec<f64>,
    /// Seconds of each answer, rests included.
    pub seconds: Vec<f64>,
    /// Whether it is known to keep the limit: it raced.
    pub raced: bool,
}

/// What became of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PointFound {
    /// Its answers cost the least of those that keep the limit.
    Best,
    /// It keeps the limit, and its answers cost this many times as much as those of the best: the
    /// geometric mean of the questions' ratios, so that a ratio and its inverse weigh the same.
    Costs(Estimate),
    /// It is not certain to keep the limit.
    TooSlow,
}

impl PointFound {
    /// Whether the best is certainly cheaper.
    pub fn is_settled(&self) -> bool {
        match self {
            PointFound::Costs(ratio) => {
                let interval = ratio.interval.value();
                interval.is_some_and(|interval| interval.low > 1.0)
            }
            PointFound::Best | PointFound::TooSlow => true,
        }
    }
}

/// Judges points, by their places. There is no best one if none keeps the limit.
///
/// Pairs of points and limits share the error rate equally, so it does not matter that the best
/// was picked by the same answers.
pub fn judge_points(points: &[PointAnswers], goal: PointGoal) -> Vec<PointFound> {
    let count = points.len();
    let limits = if goal.max_latency_s.is_some() {
        count
    } else {
        0
    };
    let tests = count * count.saturating_sub(1) / 2 + limits;
    let of_each = goal.error_rate / tests.max(1) as f64;
    let keeps = |point: &PointAnswers| point.keeps(goal, of_each);
    let mean_log = |point: &PointAnswers| mean(point.costs.iter().map(|cost| cost.ln())).mean();
    let best = points.iter().filter(|point| keeps(point)).min_by(|a, b| {
        let log = |point| mean_log(point).unwrap_or(f64::INFINITY);
        log(a).total_cmp(&log(b))
    });
    let found = |point: &PointAnswers| match best {
        Some(best) if std::ptr::eq(best, point) => PointFound::Best,
        Some(best) if keeps(point) => PointFound::Costs(ratio(point, best, of_each)),
        _ => PointFound::TooSlow,
    };
    points.iter().map(found).collect()
}

impl PointAnswers {
    fn keeps(&self, goal: PointGoal, error_rate: f64) -> bool {
        let Some(limit) = goal.max_latency_s else {
            return true;
        };
        let times = mean(self.seconds.iter().copied());
        match (times.interval(error_rate), times.mean()) {
            (_, Some(mean)) if goal.over => mean <= limit,
            (Some(interval), _) if self.raced => interval.low <= limit,
            (Some(interval), _) => interval.high <= limit,
            (None, _) => self.raced,
        }
    }
}

fn ratio(point: &PointAnswers, best: &PointAnswers, error_rate: f64) -> Estimate {
    let pairs = point.costs.iter().zip(&best.costs);
    let have = pairs.len() as u64;
    let logs = mean(pairs.map(|(one, other)| (one / other).ln()));
    let few = Reason::Insufficient {
        have,
        need: FEW as u64,
    };
    let interval = logs.interval(error_rate).map(|logs| Interval {
        low: logs.low.exp(),
        high: logs.high.exp(),
    });
    Estimate {
        value: logs.mean().unwrap_or(0.0).exp(),
        interval: interval.map_or(Reading::Missing(few), Reading::Value),
    }
}

fn mean(values: impl Iterator<Item = f64>) -> MeanSequence {
    let mut mean = MeanSequence::default();
    values.for_each(|value| mean.update(value));
    mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgescore_taskpack::SplitMix64;

    const QUESTIONS: u32 = 60;

    /// Answers at `factor` times the cost of the questions, and at `noise` to either side.
    fn point(seed: u64, factor: f64, noise: f64) -> PointAnswers {
        let mut lengths = SplitMix64::new(1);
        let mut random = SplitMix64::new(seed);
        let costs: Vec<f64> = (0..QUESTIONS)
            .map(|_| {
                // Prompts are of several lengths, the same ones at each point.
                let length = 0.5 + lengths.unit();
                factor * length * (1.0 + noise * (2.0 * random.unit() - 1.0))
            })
            .collect();
        PointAnswers {
            seconds: costs.clone(),
            costs,
            raced: false,
        }
    }

    fn goal(max_latency_s: Option<f64>) -> PointGoal {
        PointGoal {
            error_rate: 0.025,
            max_latency_s,
            over: false,
        }
    }

    #[test]
    fn the_cheapest_is_named_with_the_others_ratios() {
        let points = [
            point(2, 1.3, 0.05),
            point(3, 1.0, 0.05),
            point(4, 1.001, 0.05),
        ];
        let found = judge_points(&points, goal(None));
        assert_eq!(found[1], PointFound::Best);
        let PointFound::Costs(ratio) = found[0] else {
            panic!("{found:?}");
        };
        assert!((ratio.value - 1.3).abs() < 0.03, "{ratio:?}");
        // Pairs: the questions' lengths, which differ threefold, are no part of the interval.
        let interval = ratio.interval.value().unwrap();
        assert!(interval.high - interval.low < 0.06, "{interval:?}");
        assert!(interval.contains(1.3) && found[0].is_settled());
        assert!(!found[2].is_settled(), "a thousandth is not told apart");
    }

    #[test]
    fn the_cheapest_that_is_too_slow_is_not_the_best() {
        let mut slow = point(2, 1.0, 0.05);
        slow.seconds = slow.seconds.iter().map(|s| 3.0 * s).collect();
        let mut raced = point(3, 1.4, 0.05);
        raced.raced = true;
        let found = judge_points(&[slow.clone(), raced.clone()], goal(Some(2.0)));
        assert_eq!(found, [PointFound::TooSlow, PointFound::Best]);
        // At a limit that its mean just keeps nothing is certain, so only the one that raced does.
        let limit = slow.seconds.iter().sum::<f64>() / 60.0 + 0.01;
        let found = judge_points(&[slow.clone(), raced], goal(Some(limit)));
        assert_eq!(found[0], PointFound::TooSlow);
        let all_asked = PointGoal {
            over: true,
            ..goal(Some(limit))
        };
        assert_eq!(judge_points(&[slow], all_asked), [PointFound::Best]);
    }

    #[test]
    fn few_questions_settle_nothing() {
        let mut points = [point(2, 2.0, 0.0), point(3, 1.0, 0.0)];
        for point in &mut points {
            point.costs.truncate(10);
        }
        let found = judge_points(&points, goal(None));
        assert_eq!(found[1], PointFound::Best);
        assert!(!found[0].is_settled());
    }

    #[test]
    fn equal_points_are_rarely_told_apart() {
        let wrong = (0..2000).filter(|&seed| {
            let points = [0, 1, 2].map(|at| point(10 + 3 * seed + at, 1.0, 0.2));
            let found = judge_points(&points, goal(None));
            found
                .iter()
                .any(|point| matches!(point, PointFound::Costs(_)) && point.is_settled())
        });
        let share = wrong.count() as f64 / 2000.0;
        println!("equal points told apart in {share}");
        assert!(share <= 0.025, "{share}");
    }
}
