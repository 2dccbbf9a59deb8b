//! What a threshold gives.

use serde::Serialize;

use crate::moments::Moments;
use crate::{Estimate, Proportion, Reading, Reason};

/// A threshold above every confidence: all questions are escalated.
pub const ESCALATE_ALL: f64 = 2.0;

/// Thresholds of a curve: every 5 % of escalated questions. Few, so that the one that is chosen owes
/// little to chance.
const STEPS: usize = 20;

/// What one model did with a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answered {
    /// Whether it was right.
    pub correct: bool,
    /// Time of the answer.
    pub seconds: Reading<f64>,
    /// Gross energy of the answer.
    pub joules: Reading<f64>,
}

/// A question that both models answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Escalable {
    /// Its index in the pack.
    pub question: u32,
    /// The small model's confidence.
    pub confidence: f64,
    /// The small model's answer.
    pub small: Answered,
    /// The large model's answer.
    pub large: Answered,
}

impl Escalable {
    /// What the question gives at `threshold`.
    pub(super) fn at(&self, threshold: f64) -> Answered {
        let both = |small: Reading<f64>, large: Reading<f64>| {
            small.and_then(|small| large.map(|large| small + large))
        };
        match self.confidence < threshold {
            false => self.small,
            true => Answered {
                correct: self.large.correct,
                seconds: both(self.small.seconds, self.large.seconds),
                joules: both(self.small.joules, self.large.joules),
            },
        }
    }
}

/// Questions at one threshold, or of one of the two models alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EscalationPoint {
    /// Share of the questions that the large model answered.
    pub escalated: f64,
    /// Number of questions.
    pub questions: u32,
    /// Accuracy with Wilson's interval.
    pub accuracy: Estimate,
    /// Mean seconds a question. One question without a time refuses the mean: which ones lack it need
    /// not be chance.
    pub seconds: Reading<Estimate>,
    /// Mean joules a question, refused like seconds.
    pub joules: Reading<Estimate>,
}

impl EscalationPoint {
    /// `answers` to at least one question, `escalated` of which are the large model's.
    pub(super) fn of(answers: &[Answered], escalated: usize) -> Reading<EscalationPoint> {
        let questions = answers.len() as u32;
        let correct = answers.iter().filter(|answer| answer.correct).count() as u32;
        Proportion::new(correct, questions).map(|correct| EscalationPoint {
            escalated: escalated as f64 / f64::from(questions),
            questions,
            accuracy: correct.estimate(),
            seconds: mean(answers, |answer| answer.seconds).and_then(estimate),
            joules: mean(answers, |answer| answer.joules).and_then(estimate),
        })
    }

    /// The small model alone on `asked`; missing without questions.
    pub fn small_alone(asked: &[Escalable]) -> Reading<EscalationPoint> {
        EscalationPoint::at(asked, 0.0)
    }

    /// The large model alone on `asked`, which costs less than to escalate all of it.
    pub fn large_alone(asked: &[Escalable]) -> Reading<EscalationPoint> {
        let answers: Vec<Answered> = asked.iter().map(|one| one.large).collect();
        EscalationPoint::of(&answers, answers.len())
    }

    /// `asked` at `threshold`; missing without questions.
    pub fn at(asked: &[Escalable], threshold: f64) -> Reading<EscalationPoint> {
        let answers: Vec<Answered> = asked.iter().map(|one| one.at(threshold)).collect();
        let escalated = asked.iter().filter(|one| one.confidence < threshold);
        EscalationPoint::of(&answers, escalated.count())
    }
}

fn estimate(moments: Moments) -> Reading<Estimate> {
    moments.estimate(0.0, f64::INFINITY)
}

/// Mean and spread of a cost.
pub(super) fn mean(
    answers: &[Answered],
    cost: impl Fn(&Answered) -> Reading<f64>,
) -> Reading<Moments> {
    let mut moments = Moments::default();
    for answer in answers {
        match cost(answer).finite() {
            Reading::Value(value) => moments.push(value),
            Reading::Missing(reason) => return Reading::Missing(reason),
        }
    }
    match moments.count() {
        0 => Reading::Missing(Reason::NoRows),
        _ => Reading::Value(moments),
    }
}

/// The thresholds that escalate none, 5 %, 10 % ... all of `asked`. Equal confidences cannot be set
/// apart, so there may be fewer.
pub(super) fn thresholds(asked: &[Escalable]) -> Vec<f64> {
    let mut confidences: Vec<f64> = asked.iter().map(|one| one.confidence).collect();
    confidences.sort_unstable_by(f64::total_cmp);
    let inner = (1..STEPS).filter_map(|step| {
        confidences
            .get((step * confidences.len()).div_ceil(STEPS))
            .copied()
    });
    let mut all: Vec<f64> = std::iter::once(0.0).chain(inner).collect();
    all.push(ESCALATE_ALL);
    all.dedup();
    // The least confidence escalates none, as 0 does.
    if let (Some(least), Some(second)) = (confidences.first(), all.get(1))
        && least == second
    {
        all.remove(1);
    }
    all
}

/// `asked` at the thresholds that escalate none to all of it, in that order.
pub fn curve(asked: &[Escalable]) -> Vec<(f64, EscalationPoint)> {
    let at = |threshold| Some((threshold, EscalationPoint::at(asked, threshold).value()?));
    thresholds(asked).into_iter().filter_map(at).collect()
}
