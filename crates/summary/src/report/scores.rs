//! The scores of a run in the report.

use std::collections::BTreeMap;

use edgescore_score::{
    Calls, Component, ConstantLetter, Debiased, Delta5, EdgeScore, Faults, Latency, LetterBias,
    PassAtK, Percentile, PriorFrom, Reading, RotationReport, Tally,
};
use edgescore_taskpack::Letter;
use schemars::JsonSchema;
use serde::Serialize;

use crate::figure::{EstimateView, Figure, Share, spread_estimate};
use crate::labels::Labelled;
use crate::ranking::{not_ranked, score_or_refusal};

/// pass@k with the number of questions behind it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PassAtKView {
    /// The mean over the questions.
    #[serde(flatten)]
    #[schemars(schema_with = "spread_estimate")]
    pub mean: Figure<EstimateView>,
    /// Questions that it is over.
    pub questions: u64,
    /// Questions without letter probabilities or draws.
    pub without_evidence: u64,
}

impl From<&PassAtK> for PassAtKView {
    fn from(pass: &PassAtK) -> PassAtKView {
        PassAtKView {
            mean: pass.mean.into(),
            questions: pass.questions,
            without_evidence: pass.without_evidence,
        }
    }
}

/// pass@5 less pass@1: of all questions, and of the same questions; and what a uniform guesser
/// has.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Delta5View {
    /// pass@5 on the pass@k tasks less pass@1 on all.
    pub published: Figure<EstimateView>,
    /// Both on the pass@k tasks.
    pub like_for_like: Figure<EstimateView>,
    /// What a uniform guesser has.
    pub guesser: f64,
}

impl From<&Delta5> for Delta5View {
    fn from(delta: &Delta5) -> Delta5View {
        Delta5View {
            published: delta.published.into(),
            like_for_like: delta.like_for_like.into(),
            guesser: delta.guesser,
        }
    }
}

/// Accuracy with its Wilson interval, and the counts behind it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct TallyView {
    /// Accuracy.
    #[serde(flatten)]
    #[schemars(schema_with = "spread_estimate")]
    pub accuracy: Figure<EstimateView>,
    /// Right answers.
    pub correct: u32,
    /// Questions that count: answered, unparsed or incomplete.
    pub questions: u32,
    /// Answers from which nothing could be read. They count as wrong.
    pub unparsed: u32,
    /// Traces that did not end, so that there is no answer. They count as wrong.
    pub incomplete: u32,
    /// Questions that could not be asked.
    pub skipped: u32,
}

impl From<&Tally> for TallyView {
    fn from(tally: &Tally) -> TallyView {
        TallyView {
            accuracy: tally.accuracy().into(),
            correct: tally.correct,
            questions: tally.counted,
            unparsed: tally.unparsed,
            incomplete: tally.incomplete,
            skipped: tally.skipped,
        }
    }
}

/// Calls of functions, each axis apart.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CallsView {
    /// Questions that ask for a call, or for none.
    pub questions: u32,
    /// Share of the answers that are a call in a known form, or plainly none.
    pub well_formed: Figure<EstimateView>,
    /// Where a call is right: share that call the right function.
    pub right_function: Figure<EstimateView>,
    /// Where a call is right: share that call it with the right arguments.
    pub right_arguments: Figure<EstimateView>,
    /// Where no call is right: share without one.
    pub abstained: Figure<EstimateView>,
    /// Where a call is right: share without one.
    pub held_back: Figure<EstimateView>,
}

impl From<&Calls> for CallsView {
    fn from(calls: &Calls) -> CallsView {
        CallsView {
            questions: calls.questions,
            well_formed: calls.well_formed.into(),
            right_function: calls.function.into(),
            right_arguments: calls.arguments.into(),
            abstained: calls.abstained.into(),
            held_back: calls.held_back.into(),
        }
    }
}

/// Wrong answers by the fault of reasoning that they stand for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FaultsView {
    /// Best if the present state goes on: ignored what may come.
    pub myopic: u32,
    /// Best on average: optimised for the average.
    pub average_case: u32,
    /// Against the policy: chose a forbidden option.
    pub policy_blind: u32,
    /// The pack does not say.
    pub unknown: u32,
}

impl From<Faults> for FaultsView {
    fn from(faults: Faults) -> FaultsView {
        FaultsView {
            myopic: faults.myopic,
            average_case: faults.average_case,
            policy_blind: faults.policy_blind,
            unknown: faults.unknown,
        }
    }
}

/// Letters of the answer key and letters that the model chose.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct LettersView {
    /// How often each letter was right.
    pub answer_key: ByLetter,
    /// How often the model chose each letter.
    pub model_chose: ByLetter,
    /// Answers from which no letter could be read.
    pub unparsed: u32,
    /// The best that answering one letter throughout can do.
    pub best_constant: Figure<ConstantView>,
    /// Total variation distance between the shares of the two: 0 alike, 1 disjoint.
    pub distance: Figure<Share>,
}

/// A count for each letter that an option of the run has: A to D where all questions have four.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ByLetter(BTreeMap<char, u32>);

impl From<&Vec<u32>> for ByLetter {
    fn from(counts: &Vec<u32>) -> ByLetter {
        let letters = Letter::ALL.into_iter().map(Letter::as_char);
        ByLetter(letters.zip(counts.iter().copied()).collect())
    }
}

/// Answering one letter throughout.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ConstantView {
    /// The letter.
    pub letter: Labelled<Letter>,
    /// Its accuracy.
    pub accuracy: EstimateView,
}

impl From<ConstantLetter> for ConstantView {
    fn from(constant: ConstantLetter) -> ConstantView {
        ConstantView {
            letter: Labelled(constant.letter),
            accuracy: constant.accuracy.into(),
        }
    }
}

impl From<&LetterBias> for LettersView {
    fn from(bias: &LetterBias) -> LettersView {
        LettersView {
            answer_key: (&bias.key).into(),
            model_chose: (&bias.chosen).into(),
            unparsed: bias.unparsed,
            best_constant: bias.constant.into(),
            distance: bias.distance.into(),
        }
    }
}

/// The same questions in all cyclic orders of their options.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RotationView {
    /// Questions asked in all orders.
    pub complete: u32,
    /// Questions asked in some orders only. They are left out below.
    pub incomplete: u32,
    /// Accuracy in each order, over the questions that have it.
    pub accuracy: Vec<Figure<EstimateView>>,
    /// Accuracy averaged over the orders.
    pub mean_accuracy: Figure<EstimateView>,
    /// Share of the questions with the same option chosen in all orders.
    pub consistency: Figure<EstimateView>,
    /// Share of the questions right in all orders.
    pub always_right: Figure<EstimateView>,
}

impl From<RotationReport> for RotationView {
    fn from(report: RotationReport) -> RotationView {
        RotationView {
            complete: report.complete,
            incomplete: report.incomplete,
            accuracy: report.accuracy.into_iter().map(Figure::from).collect(),
            mean_accuracy: report.mean_accuracy.into(),
            consistency: report.consistency.into(),
            always_right: report.always_right.into(),
        }
    }
}

/// Time of an answer in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct LatencyView {
    /// The median.
    pub p50: Figure<f64>,
    /// 90th percentile; needs 64 questions.
    pub p90: Figure<f64>,
    /// 99th percentile; needs 662 questions.
    pub p99: Figure<f64>,
}

impl From<&Latency> for LatencyView {
    fn from(latency: &Latency) -> LatencyView {
        let milliseconds = |percentile: Reading<Percentile>| {
            Figure::from(percentile.map(|percentile| f64::from(percentile.value_us) / 1e3))
        };
        LatencyView {
            p50: latency.median_us.map(|us| us / 1e3).into(),
            p90: milliseconds(latency.p90),
            p99: milliseconds(latency.p99),
        }
    }
}

/// Accuracy when each letter's probability is divided by the model's liking for it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DebiasedView {
    /// Share of the questions right.
    pub accuracy: EstimateView,
    /// The liking for the letters of the commonest number of options, from A on; it sums to 1.
    pub prior: Vec<f64>,
    /// What it was estimated on, never on the answer key: the rotations of the questions, or the
    /// questions in the pack's order.
    pub prior_from: &'static str,
}

impl From<Debiased> for DebiasedView {
    fn from(debiased: Debiased) -> DebiasedView {
        DebiasedView {
            accuracy: debiased.accuracy.into(),
            prior: debiased.prior,
            prior_from: match debiased.from {
                PriorFrom::Rotations => "rotations",
                PriorFrom::Questions => "questions",
            },
        }
    }
}

/// An Edge Score with everything it was made of.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EdgeScoreView {
    /// The score, or the component that is missing.
    pub value: Figure<f64>,
    /// The formula in the components' names.
    pub formula: String,
    /// The unit of the value.
    pub unit: String,
    /// Accuracy, latency or energy, memory.
    pub components: [ComponentView; 3],
    /// Whether the score may be ranked beside others.
    pub ranked: bool,
    /// Why it may not; null when it may.
    pub not_ranked_because: Option<&'static str>,
}

/// One component of an Edge Score.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ComponentView {
    /// Its name in the formula.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The power to which it is raised.
    pub exponent: f64,
    /// Its value.
    pub value: Figure<f64>,
}

impl From<&EdgeScore> for EdgeScoreView {
    fn from(score: &EdgeScore) -> EdgeScoreView {
        let not_ranked = not_ranked(score.standing);
        EdgeScoreView {
            value: score_or_refusal(score),
            formula: score.expression.clone(),
            unit: score.unit.clone(),
            components: score.components.map(|component: Component| ComponentView {
                name: component.name,
                unit: component.unit,
                exponent: component.exponent,
                value: component.measured.into(),
            }),
            ranked: not_ranked.is_none(),
            not_ranked_because: not_ranked,
        }
    }
}
