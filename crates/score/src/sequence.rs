//! An interval for accuracy that may be looked at after every question.

use serde::{Deserialize, Serialize};

use crate::{Estimate, Interval, Proportion, Reading, Run};

/// How the questions reach the model. It decides what the interval is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// Independent draws from an endless population; the interval is for the accuracy on
    /// that population.
    Independent,
    /// A pack of this many questions in uniformly random order, each asked once; the
    /// interval is for the accuracy on the whole pack, and closes to a point at its end.
    /// An order that keeps an episode's questions together is not such an order.
    Pack {
        /// Questions in the pack.
        questions: u32,
    },
}

/// What the sequence says about a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nothing yet.
    Open,
    /// The accuracy is at least the threshold.
    AtLeast,
    /// The accuracy is below the threshold.
    Below,
}

/// A sequence that cannot be, or cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum SequenceError {
    /// An error rate at which nothing would be said or ruled out.
    #[error("error rate {0} is not usable: give a number above 0 and below 1, such as 0.05")]
    ErrorRate(f64),
    /// More outcomes than the pack has questions.
    #[error("the pack has {questions} questions and all are answered: ask each only once")]
    PackExhausted {
        /// Questions in the pack.
        questions: u32,
    },
}

/// A confidence sequence: with probability at least 1 - error rate the true accuracy is
/// inside the interval at every question at once, so stopping on what it shows costs no
/// error rate.
///
/// The likelihood of the outcomes under a uniform mixture of all accuracies, divided by
/// their likelihood under the true one, is a nonnegative martingale that starts at 1 and
/// reaches 1/error rate with at most that error rate (Ville, 1939). The interval holds the
/// accuracies whose ratio is below it now. For independent draws that is the beta-binomial
/// mixture (Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49, 2021, section
/// 3.1; Robbins, 1970); for a pack, the prior-posterior ratio of sampling without
/// replacement (Waudby-Smith and Ramdas, NeurIPS 33, 2020, section 2).
///
/// One update is O(1); an interval takes a bisection; a decision one or two likelihoods.
#[derive(Clone, Debug)]
pub struct ConfidenceSequence {
    regime: Regime,
    /// ln(1 / error rate).
    ln_bar: f64,
    correct: u32,
    asked: u32,
    /// ln of the mixture's likelihood of the outcomes in their order.
    ln_mixture: f64,
    /// ln(i!) for i up to the pack's questions; empty for independent draws.
    ln_factorials: Vec<f64>,
}

impl ConfidenceSequence {
    /// An empty sequence. `error_rate` is 0.05 for 95 % confidence.
    pub fn new(regime: Regime, error_rate: f64) -> Result<ConfidenceSequence, SequenceError> {
        if !(error_rate > 0.0 && error_rate < 1.0) {
            return Err(SequenceError::ErrorRate(error_rate));
        }
        let ln_factorials = match regime {
            Regime::Independent => Vec::new(),
            Regime::Pack { questions } => core::iter::once(0.0)
                .chain((1..=questions).scan(0.0, |sum, i| {
                    *sum += f64::from(i).ln();
                    Some(*sum)
                }))
                .collect(),
        };
        Ok(ConfidenceSequence {
            regime,
            ln_bar: -error_rate.ln(),
            correct: 0,
            asked: 0,
            ln_mixture: 0.0,
            ln_factorials,
        })
    }

    /// Adds the next question's outcome.
    pub fn update(&mut self, correct: bool) -> Result<(), SequenceError> {
        if let Regime::Pack { questions } = self.regime
            && self.asked >= questions
        {
            return Err(SequenceError::PackExhausted { questions });
        }
        // Laplace's rule of succession: what the uniform mixture predicts.
        let like_this = if correct {
            self.correct
        } else {
            self.asked - self.correct
        };
        self.ln_mixture += ((f64::from(like_this) + 1.0) / (f64::from(self.asked) + 2.0)).ln();
        self.asked += 1;
        self.correct += u32::from(correct);
        Ok(())
    }

    /// Questions asked so far.
    pub fn asked(&self) -> u32 {
        self.asked
    }

    /// Right answers so far.
    pub fn correct(&self) -> u32 {
        self.correct
    }

    /// How the questions reach the model.
    pub fn regime(&self) -> Regime {
        self.regime
    }

    /// The accuracies not yet ruled out.
    pub fn interval(&self) -> Interval {
        match self.regime {
            Regime::Independent => self.independent_interval(),
            Regime::Pack { questions } => self.pack_interval(questions),
        }
    }

    /// Whether the accuracy is known to be at least `threshold`, or below it. Stop at the
    /// first answer: a later interval may be wider.
    pub fn decided(&self, threshold: f64) -> Decision {
        if threshold <= 0.0 {
            return Decision::AtLeast;
        }
        if threshold > 1.0 {
            return Decision::Below;
        }
        match self.regime {
            Regime::Independent => {
                if !self.rules_out_share(threshold) {
                    Decision::Open
                } else if self.mean() >= threshold {
                    Decision::AtLeast
                } else {
                    Decision::Below
                }
            }
            Regime::Pack { questions } => self.decided_for_pack(threshold, questions),
        }
    }

    fn mean(&self) -> f64 {
        f64::from(self.correct) / f64::from(self.asked.max(1))
    }

    /// Whether an accuracy of `share` on the population is ruled out.
    fn rules_out_share(&self, share: f64) -> bool {
        let wrong = self.asked - self.correct;
        // 0 * ln 0 is 0: no right answer says nothing against an accuracy of 0.
        let term = |count: u32, share: f64| match count {
            0 => 0.0,
            count => f64::from(count) * share.ln(),
        };
        self.ln_mixture - term(self.correct, share) - term(wrong, 1.0 - share) >= self.ln_bar
    }

    fn independent_interval(&self) -> Interval {
        if self.asked == 0 {
            return Interval {
                low: 0.0,
                high: 1.0,
            };
        }
        // Between an end that is ruled out and the mean, which never is, the ratio is
        // monotone. 60 halvings reach the last bit of an f64 below 1. The side that is ruled
        // out is returned, so the interval is never too short.
        let edge = |mut out: f64| {
            if !self.rules_out_share(out) {
                return out;
            }
            let mut inside = self.mean();
            for _ in 0..60 {
                let middle = (out + inside) / 2.0;
                if self.rules_out_share(middle) {
                    out = middle;
                } else {
                    inside = middle;
                }
            }
            out
        };
        Interval {
            low: edge(0.0),
            high: edge(1.0),
        }
    }

    /// Whether a pack of `questions` with `total` right answers is ruled out.
    fn rules_out_total(&self, total: u32, questions: u32) -> bool {
        let wrong = self.asked - self.correct;
        if total < self.correct || total > questions - wrong {
            return true;
        }
        // The outcomes' likelihood in their order: total!/(total - correct)! times
        // (questions - total)!/(questions - total - wrong)! over
        // questions!/(questions - asked)!.
        let ln = |i: u32| self.ln_factorials.get(i as usize).copied().unwrap_or(0.0);
        let ln_likelihood = ln(total) - ln(total - self.correct) + ln(questions - total)
            - ln(questions - total - wrong)
            - ln(questions)
            + ln(questions - self.asked);
        self.ln_mixture - ln_likelihood >= self.ln_bar
    }

    /// The likeliest number of right answers in the pack.
    fn likeliest_total(&self, questions: u32) -> u32 {
        let wrong = self.asked - self.correct;
        // The peak of the hypergeometric likelihood: floor((questions + 1) correct / asked).
        let peak =
            (u64::from(questions) + 1) * u64::from(self.correct) / u64::from(self.asked.max(1));
        (peak as u32).clamp(self.correct, questions - wrong)
    }

    fn pack_interval(&self, questions: u32) -> Interval {
        let share = |total: u32| f64::from(total) / f64::from(questions.max(1));
        let likeliest = self.likeliest_total(questions);
        // The likelihood has a single peak, so each end is found by bisection.
        let (mut low, mut inside) = (0, likeliest);
        while low < inside {
            let middle = low + (inside - low) / 2;
            if self.rules_out_total(middle, questions) {
                low = middle + 1;
            } else {
                inside = middle;
            }
        }
        let (mut inside, mut high) = (likeliest, questions);
        while inside < high {
            let middle = inside + (high - inside).div_ceil(2);
            if self.rules_out_total(middle, questions) {
                high = middle - 1;
            } else {
                inside = middle;
            }
        }
        Interval {
            low: share(low),
            high: share(high),
        }
    }

    fn decided_for_pack(&self, threshold: f64, questions: u32) -> Decision {
        // The fewest right answers that reach the threshold. Rounding of threshold times
        // questions must not ask for one more: 0.07 * 100 is 7.000000000000001.
        let needed = (threshold * f64::from(questions) - 1e-9).ceil() as u32;
        let Some(one_less) = needed.checked_sub(1) else {
            return Decision::AtLeast;
        };
        let likeliest = self.likeliest_total(questions);
        if likeliest >= needed && self.rules_out_total(one_less, questions) {
            Decision::AtLeast
        } else if likeliest < needed && self.rules_out_total(needed, questions) {
            Decision::Below
        } else {
            Decision::Open
        }
    }
}

/// pass@1 of a run that was stopped by what it showed, with the 95 % interval that holds
/// whenever it was stopped. `questions` is how many the run would have asked; those skipped
/// make the true number smaller, and the interval for the larger one is the wider one.
///
/// The rows must be in the order of asking, and that order uniformly random.
pub fn stopped_accuracy(run: &Run, questions: u32) -> Result<Reading<Estimate>, SequenceError> {
    let mut sequence = ConfidenceSequence::new(Regime::Pack { questions }, 0.05)?;
    for row in run.counted() {
        sequence.update(row.is_correct())?;
    }
    let seen = Proportion::new(sequence.correct(), sequence.asked());
    Ok(seen.map(|seen| Estimate {
        value: seen.value(),
        interval: Reading::Value(sequence.interval()),
    }))
}

#[cfg(test)]
mod tests;
