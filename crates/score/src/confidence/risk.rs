//! What answering only the surest questions would do.

use serde::Serialize;

use super::answer::{ConfidentAnswer, correct, equally_sure};
use crate::{Estimate, Proportion};

/// Points of the curve: every 5 % of coverage.
const STEPS: usize = 20;

/// Answering the surest questions only.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RiskPoint {
    /// Share of the questions that are answered.
    pub coverage: f64,
    /// They are those whose confidence is at or above this.
    pub threshold: f64,
    /// Questions answered.
    pub answered: u32,
    /// Share of the answers that are wrong, with Wilson's interval.
    pub risk: Estimate,
}

/// Risk along coverage (Geifman and El-Yaniv, "Selective classification for deep neural networks",
/// NIPS 2017, arXiv:1705.08500). Questions of equal confidence are answered together, so a coverage may
/// be passed over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RiskCoverage {
    /// By rising coverage; the last one answers every question.
    pub points: Vec<RiskPoint>,
    /// Area under the curve: the mean risk over every number of answers (Geifman et al.,
    /// arXiv:1805.08206). Within equal confidences it is that of a random order.
    pub aurc: f64,
    /// The least area that so many wrong answers allow: all of them last. An order that says nothing
    /// has the risk of answering everything.
    pub aurc_if_perfect: f64,
}

impl RiskCoverage {
    /// The first point that answers at least `percent` % of the questions.
    pub fn at(&self, percent: u32) -> Option<&RiskPoint> {
        let all = self.points.last()?.answered;
        let covers = |point: &&RiskPoint| {
            u64::from(point.answered) * 100 >= u64::from(all) * u64::from(percent)
        };
        self.points.iter().find(covers)
    }

    /// Of `answers`, sorted with the surest first.
    pub(super) fn of(answers: &[ConfidentAnswer]) -> RiskCoverage {
        let count = answers.len();
        let (mut points, mut sum, mut step) = (Vec::with_capacity(STEPS), 0.0, 1);
        let (mut answered, mut wrong) = (0, 0);
        for group in equally_sure(answers) {
            let wrong_here = group.len() as u32 - correct(group);
            let rate = f64::from(wrong_here) / group.len() as f64;
            for place in 1..=group.len() {
                let expected = f64::from(wrong) + rate * place as f64;
                sum += expected / (answered + place) as f64;
            }
            answered += group.len();
            wrong += wrong_here;
            if answered * STEPS >= step * count {
                step = answered * STEPS / count + 1;
                points.extend(point(group, wrong, answered, count));
            }
        }
        let right = count - wrong as usize;
        let last: f64 = (1..=wrong)
            .map(|n| f64::from(n) / (right as f64 + f64::from(n)))
            .sum();
        RiskCoverage {
            points,
            aurc: sum / count as f64,
            aurc_if_perfect: last / count as f64,
        }
    }
}

fn point(
    group: &[ConfidentAnswer],
    wrong: u32,
    answered: usize,
    count: usize,
) -> Option<RiskPoint> {
    let risk = Proportion::new(wrong, answered as u32).value()?;
    Some(RiskPoint {
        coverage: answered as f64 / count as f64,
        threshold: group.last()?.confidence,
        answered: answered as u32,
        risk: risk.estimate(),
    })
}
