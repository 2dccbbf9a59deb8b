//! How far a model's confidence can be trusted.
//!
//! Confidence is the probability of the chosen letter among the question's letters: the mass outside them is left
//! out, because a letter is what is answered. Only mode letter records it.

mod answer;
mod reliability;
mod risk;

#[cfg(test)]
mod tests;

use serde::Serialize;

pub use answer::ConfidentAnswer;
pub use reliability::{Reliability, ReliabilityBin};
pub use risk::{RiskCoverage, RiskPoint};

use crate::moments::Moments;
use crate::{Estimate, Evidence, Letter, Outcome, Reading, Reason, Row, Run};

/// Brier score of a uniform guess among four options.
pub const GUESSER_BRIER: f64 = 0.75;

/// The confidence of a run over its counted headline rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Confidence {
    /// Questions with a confidence.
    pub questions: u32,
    /// Mean confidence minus accuracy, with a normal interval: positive is overconfident.
    pub overconfidence: Estimate,
    /// Brier score: mean over the questions of the squared distance of the letters' probabilities from
    /// those of the answer key, 0 to 2 (Brier, Monthly Weather Review 78, 1950), with a normal interval.
    pub brier: Estimate,
    /// Whether answers of a confidence are right as often as it says.
    pub reliability: Reading<Reliability>,
    /// What answering only the surest questions would do.
    pub risk: RiskCoverage,
    /// Whether right answers are surer than wrong ones.
    pub auroc: Reading<Estimate>,
}

impl Confidence {
    /// Of the counted headline rows of `run` with letter probabilities. [`Reason::NoRows`] without
    /// rows, [`Reason::NoProbabilities`] if none has probabilities.
    pub fn of(run: &Run) -> Reading<Confidence> {
        let mut brier = Moments::default();
        let mut answers = Vec::new();
        let mut counted = false;
        for row in run.counted() {
            counted = true;
            if let (Some(confidence), Evidence::Letters(letters)) = (row.confidence(), row.evidence)
            {
                let all = Letter::of(letters.options()).iter();
                let distance =
                    all.map(|letter| letters.of(*letter) - f64::from(u8::from(*letter == row.key)));
                brier.push(distance.map(|d| d * d).sum());
                answers.push(ConfidentAnswer {
                    confidence,
                    correct: row.is_correct(),
                });
            }
        }
        match counted {
            true => Confidence::of_answers(answers, brier),
            false => Reading::Missing(Reason::NoRows),
        }
    }

    fn of_answers(mut answers: Vec<ConfidentAnswer>, brier: Moments) -> Reading<Confidence> {
        answer::surest_first(&mut answers);
        let mut over = Moments::default();
        for answer in &answers {
            over.push(answer.confidence - f64::from(u8::from(answer.correct)));
        }
        let both = (over.estimate(-1.0, 1.0), brier.estimate(0.0, 2.0));
        let (Reading::Value(overconfidence), Reading::Value(brier)) = both else {
            return Reading::Missing(Reason::NoProbabilities);
        };
        Reading::Value(Confidence {
            questions: answers.len() as u32,
            overconfidence,
            brier,
            reliability: Reliability::of(&answers),
            risk: RiskCoverage::of(&answers),
            auroc: reliability::auroc(&answers),
        })
    }
}

impl Row {
    /// Probability of the chosen letter among the question's; `None` without a letter or probabilities.
    pub fn confidence(&self) -> Option<f64> {
        match (self.answer, self.evidence) {
            (Outcome::Letter(letter), Evidence::Letters(letters)) => Some(letters.of(letter)),
            _ => None,
        }
    }
}
