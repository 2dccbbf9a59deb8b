//! An answer with its confidence, as the statistics of confidence take it.

/// One question's confidence and whether the answer was right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfidentAnswer {
    /// Probability of the chosen letter among the question's, 0 to 1.
    pub confidence: f64,
    /// Whether the chosen letter is that of the answer key.
    pub correct: bool,
}

/// Sorts `answers`, the surest first. Answers of equal confidence stay in any order: what is made of
/// them must take them together ([`equally_sure`]), or a figure would depend on the order of asking.
pub(super) fn surest_first(answers: &mut [ConfidentAnswer]) {
    answers.sort_unstable_by(|a, b| b.confidence.total_cmp(&a.confidence));
}

/// Runs of sorted `answers` whose confidence is the same.
pub(super) fn equally_sure(
    answers: &[ConfidentAnswer],
) -> impl Iterator<Item = &[ConfidentAnswer]> {
    answers.chunk_by(|a, b| a.confidence == b.confidence)
}

/// How many of `answers` are right.
pub(super) fn correct(answers: &[ConfidentAnswer]) -> u32 {
    answers.iter().filter(|answer| answer.correct).count() as u32
}
