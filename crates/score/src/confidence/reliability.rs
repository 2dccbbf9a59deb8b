//! Whether answers of a confidence are right as often as it says.

use serde::Serialize;

use super::answer::{ConfidentAnswer, correct, equally_sure};
use crate::proportion::Z95;
use crate::{Estimate, Proportion, Reading, Reason};

/// Bins of equal numbers of questions. Bins of equal width, as in Guo et al. 2017, would be nearly
/// empty below the confidences that a model has; with equal numbers the bias of ECE is lower (Nixon et
/// al., "Measuring calibration in deep learning", arXiv:1904.01685).
const BINS: u64 = 10;

/// Ten questions a bin: with fewer the noise of a bin's accuracy (0.16 at a share of 0.5) is larger
/// than what there is to find.
const NEEDS: u64 = 100;

/// Half-normal quantities have the mean sqrt(2/pi) of their scale.
const HALF_NORMAL_MEAN: f64 = 0.797_884_560_802_865_4;

/// The 95 % point of the standard normal distribution, one-sided.
const Z95_ONE_SIDED: f64 = 1.644_853_626_951_472_2;

/// Questions of similar confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Lowest confidence of the bin.
    pub low: f64,
    /// Highest confidence of the bin.
    pub high: f64,
    /// Mean confidence.
    pub confidence: f64,
    /// Accuracy with Wilson's interval.
    pub accuracy: Estimate,
    /// Number of questions.
    pub questions: u32,
}

/// Expected calibration error (ECE): the mean distance of a bin's accuracy from its mean confidence,
/// weighted by the bin's questions (Guo et al., "On calibration of modern neural networks", ICML 2017,
/// arXiv:1706.04599, equation 3).
///
/// ECE is above 0 by noise alone, the more the fewer the questions are. What it would be for a model
/// whose confidences are exact is therefore stated beside it (as the consistency bars of Bröcker and
/// Smith, Weather and Forecasting 22, 2007, but in closed form): a bin's distance is then half-normal
/// with the variance sum(c(1-c))/m^2 over its m questions of confidence c.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// The bins, from the least sure. Questions of equal confidence are in one bin, so there may be
    /// fewer than ten.
    pub bins: Vec<ReliabilityBin>,
    /// ECE, 0 to 1.
    pub ece: f64,
    /// Mean ECE of a model with exact confidences on as many questions.
    pub ece_if_exact: f64,
    /// ECE that such a model exceeds in 5 of 100 runs.
    pub ece_if_exact_at_most: f64,
}

impl Reliability {
    /// Whether ECE is more than noise explains.
    pub fn is_shown(&self) -> bool {
        self.ece > self.ece_if_exact_at_most
    }

    /// Of `answers`, sorted with the surest first. [`Reason::Insufficient`] below 100.
    pub(super) fn of(answers: &[ConfidentAnswer]) -> Reading<Reliability> {
        let have = answers.len() as u64;
        if have < NEEDS {
            return Reading::Missing(Reason::Insufficient { have, need: NEEDS });
        }
        let mut bins = Vec::with_capacity(BINS as usize);
        let (mut ece, mut mean, mut variance) = (0.0, 0.0, 0.0);
        for bin in split(answers) {
            let questions = bin.len() as u32;
            let count = f64::from(questions);
            let confidence = bin.iter().map(|a| a.confidence).sum::<f64>() / count;
            let Reading::Value(right) = Proportion::new(correct(bin), questions) else {
                continue;
            };
            let spread: f64 = bin
                .iter()
                .map(|a| a.confidence * (1.0 - a.confidence))
                .sum();
            let scale = spread.sqrt() / count;
            let weight = count / have as f64;
            ece += weight * (right.value() - confidence).abs();
            mean += weight * scale * HALF_NORMAL_MEAN;
            variance += (weight * scale).powi(2) * (1.0 - HALF_NORMAL_MEAN * HALF_NORMAL_MEAN);
            bins.push(ReliabilityBin {
                low: bin.last().map_or(confidence, |a| a.confidence),
                high: bin.first().map_or(confidence, |a| a.confidence),
                confidence,
                accuracy: right.estimate(),
                questions,
            });
        }
        bins.reverse();
        Reading::Value(Reliability {
            bins,
            ece,
            ece_if_exact: mean,
            ece_if_exact_at_most: mean + Z95_ONE_SIDED * variance.sqrt(),
        })
    }
}

/// Bins of sorted `answers`: each ends with the first group of equal confidence that fills its tenth.
fn split(answers: &[ConfidentAnswer]) -> Vec<&[ConfidentAnswer]> {
    let count = answers.len() as u64;
    let (mut bins, mut start, mut end, mut tenth) = (Vec::new(), 0, 0, 1);
    for group in equally_sure(answers) {
        end += group.len();
        if end as u64 * BINS >= tenth * count {
            bins.extend(answers.get(start..end));
            start = end;
            // A large group may fill several tenths.
            tenth = end as u64 * BINS / count + 1;
        }
    }
    bins
}

/// Area under the receiver operating characteristic: the probability that a right answer has more
/// confidence than a wrong one, equal confidences counting half (Mann-Whitney), with the interval of
/// Hanley and McNeil, Radiology 143, 1982. 0.5: confidence says nothing; 1: every right answer is surer
/// than every wrong one.
///
/// `answers` are sorted, the surest first. [`Reason::NoRows`] without both right and wrong answers; the
/// interval is missing with fewer than ten of either.
pub(super) fn auroc(answers: &[ConfidentAnswer]) -> Reading<Estimate> {
    const NEEDS: u64 = 10;
    let all_right = f64::from(correct(answers));
    let all_wrong = answers.len() as f64 - all_right;
    if all_right == 0.0 || all_wrong == 0.0 {
        return Reading::Missing(Reason::NoRows);
    }
    let (mut won, mut wrong_so_far) = (0.0, 0.0);
    for group in equally_sure(answers) {
        let right = f64::from(correct(group));
        let wrong = group.len() as f64 - right;
        won += right * (all_wrong - wrong_so_far - wrong / 2.0);
        wrong_so_far += wrong;
    }
    let area = won / (all_right * all_wrong);
    let have = all_right.min(all_wrong) as u64;
    let interval = match have < NEEDS {
        true => Reading::Missing(Reason::Insufficient { have, need: NEEDS }),
        false => {
            let two_right = area / (2.0 - area) - area * area;
            let two_wrong = 2.0 * area * area / (1.0 + area) - area * area;
            let variance = (area * (1.0 - area)
                + (all_right - 1.0) * two_right
                + (all_wrong - 1.0) * two_wrong)
                / (all_right * all_wrong);
            let half = Z95 * variance.max(0.0).sqrt();
            Reading::Value(crate::Interval {
                low: (area - half).max(0.0),
                high: (area + half).min(1.0),
            })
        }
    };
    Reading::Value(Estimate {
        value: area,
        interval,
    })
}
