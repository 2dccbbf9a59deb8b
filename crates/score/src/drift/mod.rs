//! How the time or energy of an answer drifts under sustained load.
//!
//! Questions differ in length, so an answer of the first minute is set against later answers to the
//! same question. Which questions fall into the first minute then says nothing about the drift.

mod student;
#[cfg(test)]
mod tests;
mod throttled;

use std::collections::BTreeMap;

use edgescore_record::Ask;

use crate::{Estimate, Interval, Reading, Reason};
use student::t95;
pub use throttled::{BoardPoint, Throttling, ToldBy, time_to_throttle};

/// What comes first, in seconds.
const FIRST_S: f64 = 60.0;
/// The shortest steady state, in seconds.
const STEADY_S: f64 = 60.0;
/// A change below it is no drift: the warm-up before a run takes timings that differ by as much for
/// equal, too.
const NO_DRIFT: f64 = 0.02;
/// Fewest pairs for an interval: Student's factor is 2.8 there, and 12.7 for two.
const PAIRS: u64 = 5;

/// The times that are set against each other, in seconds since the first question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Windows {
    /// The first minute ends here.
    pub first_until_s: f64,
    /// The steady state begins here: the last third, and at least the last minute.
    pub steady_from_s: f64,
    /// It ends here.
    pub end_s: f64,
}

impl Windows {
    /// Those of a load of `length_s` seconds.
    ///
    /// # Errors
    /// It is too short for both.
    pub fn of(length_s: f64) -> Result<Windows, NoDrift> {
        match length_s >= FIRST_S + STEADY_S {
            true => Ok(Windows {
                first_until_s: FIRST_S,
                steady_from_s: length_s - (length_s / 3.0).max(STEADY_S),
                end_s: length_s,
            }),
            false => Err(NoDrift::TooShort),
        }
    }

    /// Which of the two `at_s` lies in.
    fn half(&self, at_s: f64) -> Option<Half> {
        match at_s {
            at if at < self.first_until_s => Some(Half::First),
            at if at >= self.steady_from_s => Some(Half::Steady),
            _ => None,
        }
    }

    /// Means of values with their moments in both.
    pub fn means(&self, values: impl Iterator<Item = (f64, f64)>) -> Reading<Change> {
        let mut sums = [(0.0, 0u32); 2];
        for (at_s, value) in values {
            let sum = match self.half(at_s) {
                Some(Half::First) => &mut sums[0],
                Some(Half::Steady) => &mut sums[1],
                None => continue,
            };
            sum.0 += value;
            sum.1 += 1;
        }
        match sums {
            [(_, 0), _] | [_, (_, 0)] => Reading::Missing(Reason::NoRows),
            [first, steady] => Reading::Value(Change {
                first: first.0 / f64::from(first.1),
                steady: steady.0 / f64::from(steady.1),
            }),
        }
    }
}

enum Half {
    First,
    Steady,
}

/// A mean in the first minute and in the steady state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// In the first minute.
    pub first: f64,
    /// In the steady state.
    pub steady: f64,
}

/// What an answer took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimedAnswer {
    /// To which question in which order of options.
    pub ask: Ask,
    /// When it began, in seconds since the first question.
    pub began_s: f64,
    /// Its time, energy or the like: above 0.
    pub value: f64,
}

/// How far answers of the steady state took more than those of the first minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Means over the same questions.
    pub means: Change,
    /// Relative change of the mean: 0.44 for 44 % more.
    pub change: Estimate,
    /// Answers of the first minute that have a counterpart.
    pub pairs: u64,
}

/// Why there is no drift to state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDrift {
    /// First minute and steady state would overlap.
    #[error("two minutes are needed: the first one, and one to set against it")]
    TooShort,
    /// No question of the first minute was asked in the steady state.
    #[error(
        "no question of the first minute came again in the last third: ask fewer, with --limit \
         {0}, which is what it answers in a minute"
    )]
    NoPair(u32),
    /// An answer has no value.
    #[error("{0}")]
    Missing(Reason),
}

impl Drift {
    /// The drift over `length_s` seconds.
    ///
    /// Each answer of the first minute is paired with the mean of an equal share of the steady
    /// state's answers to the same question. The change is the ratio of both means less 1, with
    /// the Student interval of a ratio of paired means (Cochran, Sampling Techniques, 1977,
    /// 6.4), which treats pairs as independent.
    ///
    /// # Errors
    /// See [`NoDrift`].
    pub fn of(answers: &[TimedAnswer], length_s: f64) -> Result<Drift, NoDrift> {
        let windows = Windows::of(length_s)?;
        let pairs = pairs(answers, windows);
        let first_answers = answers
            .iter()
            .filter(|answer| answer.began_s < windows.first_until_s);
        let count = pairs.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
        let (first, steady) = (mean(|pair| pair.0), mean(|pair| pair.1));
        if pairs.is_empty() {
            let answered = first_answers.count();
            return Err(NoDrift::NoPair(u32::try_from(answered.max(1)).unwrap_or(1)));
        }
        if !(first > 0.0 && steady > 0.0) {
            return Err(NoDrift::Missing(Reason::Invalid));
        }
        let ratio = steady / first;
        Ok(Drift {
            means: Change { first, steady },
            change: Estimate {
                value: ratio - 1.0,
                interval: interval(&pairs, first, ratio),
            },
            pairs: pairs.len() as u64,
        })
    }

    /// Whether nothing drifts: the interval contains 0, or the change is below 2 %.
    pub fn is_none(&self) -> bool {
        let contains_0 = self
            .change
            .interval
            .value()
            .is_some_and(|interval| interval.contains(0.0));
        contains_0 || self.change.value.abs() < NO_DRIFT
    }
}

/// Value in the first minute beside the mean of its share in the steady state.
fn pairs(answers: &[TimedAnswer], windows: Windows) -> Vec<(f64, f64)> {
    let mut by_question: BTreeMap<Ask, [Vec<f64>; 2]> = BTreeMap::new();
    for answer in answers {
        let Some(half) = windows.half(answer.began_s) else {
            continue;
        };
        let [first, steady] = by_question.entry(answer.ask).or_default();
        match half {
            Half::First => first.push(answer.value),
            Half::Steady => steady.push(answer.value),
        }
    }
    let mut pairs = Vec::new();
    for [first, steady] in by_question.into_values() {
        let shares = first.len().min(steady.len());
        let share = |values: &[f64], number: usize| {
            let of_share = values.iter().skip(number).step_by(shares);
            of_share.clone().sum::<f64>() / of_share.count() as f64
        };
        pairs.extend((0..shares).map(|number| (share(&first, number), share(&steady, number))));
    }
    pairs
}

/// Of the ratio less 1.
fn interval(pairs: &[(f64, f64)], first: f64, ratio: f64) -> Reading<Interval> {
    let have = pairs.len() as u64;
    if have < PAIRS {
        return Reading::Missing(Reason::Insufficient { have, need: PAIRS });
    }
    let squares = pairs
        .iter()
        .map(|(first, steady)| (steady - ratio * first).powi(2));
    let (count, squares) = (have as f64, squares.sum::<f64>());
    let error = (squares / (count - 1.0) / count).sqrt() / first;
    let half = t95(have - 1) * error;
    Reading::Value(Interval {
        low: ratio - 1.0 - half,
        high: ratio - 1.0 + half,
    })
}
