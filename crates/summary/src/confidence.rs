//! What a report says of a run's confidence.

use edgescore_score::{Confidence, Reliability, ReliabilityBin, RiskCoverage, RiskPoint};
use schemars::JsonSchema;
use serde::Serialize;

use crate::figure::{EstimateView, Figure, Share};

/// How far the probability of the chosen letter among the question's can be trusted.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ConfidenceView {
    /// Questions with letter probabilities.
    pub questions: u32,
    /// Mean confidence minus accuracy: positive is overconfident.
    pub overconfidence: EstimateView,
    /// Brier score over the letters, 0 to 2; a uniform guess has 0.75.
    pub brier: EstimateView,
    /// Whether answers of a confidence are right as often as it says.
    pub reliability: Figure<ReliabilityView>,
    /// What answering only the surest questions would do, by rising coverage; the last point answers
    /// all. Questions of equal confidence are answered together.
    pub risk_coverage: Vec<RiskPointView>,
    /// Area under risk along coverage: the mean risk over every number of answers.
    pub aurc: f64,
    /// The least area that so many wrong answers allow.
    pub aurc_if_perfect: f64,
    /// Probability that a right answer has more confidence than a wrong one.
    pub auroc: Figure<EstimateView>,
}

/// Expected calibration error and the bins that it is made of.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ReliabilityView {
    /// Expected calibration error.
    pub ece: Share,
    /// Its mean for a model with exact confidences on as many questions: it is above 0 by noise.
    pub ece_if_exact: f64,
    /// What such a model exceeds in 5 of 100 runs.
    pub ece_if_exact_at_most: f64,
    /// At most ten bins of equal numbers of questions, from the least sure.
    pub bins: Vec<ReliabilityBinView>,
}

/// Questions of similar confidence.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ReliabilityBinView {
    /// Lowest confidence.
    pub low: Share,
    /// Highest confidence.
    pub high: Share,
    /// Mean confidence.
    pub confidence: Share,
    /// Accuracy.
    pub accuracy: EstimateView,
    /// Number of questions.
    pub questions: u32,
}

/// Answering the surest questions only.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RiskPointView {
    /// Share of the questions that are answered.
    pub coverage: Share,
    /// Their confidence is at or above this.
    pub threshold: Share,
    /// Questions answered.
    pub answered: u32,
    /// Share of the answers that are wrong.
    pub risk: EstimateView,
}

impl From<Confidence> for ConfidenceView {
    fn from(confidence: Confidence) -> ConfidenceView {
        let RiskCoverage {
            points,
            aurc,
            aurc_if_perfect,
        } = confidence.risk;
        ConfidenceView {
            questions: confidence.questions,
            overconfidence: confidence.overconfidence.into(),
            brier: confidence.brier.into(),
            reliability: confidence.reliability.into(),
            risk_coverage: points.iter().map(RiskPointView::from).collect(),
            aurc,
            aurc_if_perfect,
            auroc: confidence.auroc.into(),
        }
    }
}

impl From<Reliability> for ReliabilityView {
    fn from(reliability: Reliability) -> ReliabilityView {
        ReliabilityView {
            ece: Share(reliability.ece),
            ece_if_exact: reliability.ece_if_exact,
            ece_if_exact_at_most: reliability.ece_if_exact_at_most,
            bins: reliability
                .bins
                .iter()
                .map(ReliabilityBinView::from)
                .collect(),
        }
    }
}

impl From<&ReliabilityBin> for ReliabilityBinView {
    fn from(bin: &ReliabilityBin) -> ReliabilityBinView {
        ReliabilityBinView {
            low: Share(bin.low),
            high: Share(bin.high),
            confidence: Share(bin.confidence),
            accuracy: bin.accuracy.into(),
            questions: bin.questions,
        }
    }
}

impl From<&RiskPoint> for RiskPointView {
    fn from(point: &RiskPoint) -> RiskPointView {
        RiskPointView {
            coverage: Share(point.coverage),
            threshold: Share(point.threshold),
            answered: point.answered,
            risk: point.risk.into(),
        }
    }
}
