//! pass@k: the chance that at least one of k sampled answers is right.

use serde::{Deserialize, Serialize};

use crate::moments::Moments;
use crate::{Estimate, Evidence, Letter, Outcome, Reading, Reason, Row, Run};

/// A sampling temperature: finite and above 0.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Temperature(f64);

/// A temperature at which nothing can be sampled.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("temperature {0} is not usable: give a finite number above 0 (the benchmark uses 0.7)")]
pub struct InvalidTemperature(pub f64);

impl Temperature {
    /// The temperature of the 6G-Bench protocol.
    pub const REFERENCE: Temperature = Temperature(0.7);

    /// The temperature `value`.
    pub fn new(value: f64) -> Result<Temperature, InvalidTemperature> {
        if value.is_finite() && value > 0.0 {
            Ok(Temperature(value))
        } else {
            Err(InvalidTemperature(value))
        }
    }

    /// As a number.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Temperature {
    type Error = InvalidTemperature;

    fn try_from(value: f64) -> Result<Temperature, InvalidTemperature> {
        Temperature::new(value)
    }
}

impl From<Temperature> for f64 {
    fn from(temperature: Temperature) -> f64 {
        temperature.0
    }
}

/// Exact pass@k of letter mode.
///
/// The stored probabilities are softmax(logits) over the letters. At temperature T the key
/// letter has softmax(logits/T), which is p^(1/T) over the sum of all p^(1/T);
/// k independent draws all miss it with probability (1 - that)^k. The u16 steps of the
/// stored probabilities move pass@5 at T = 0.7 by less than 0.0002.
///
/// Missing when all probabilities are 0, or none is the key's.
pub fn letter_pass_at_k(
    probabilities: &[u16],
    key: Letter,
    temperature: Temperature,
    k: u8,
) -> Reading<f64> {
    let right = right_in_a_draw(probabilities, key, temperature);
    right.map(|right| 1.0 - (1.0 - right).powi(i32::from(k)))
}

/// Probability that a draw at `temperature` is the key.
fn right_in_a_draw(probabilities: &[u16], key: Letter, temperature: Temperature) -> Reading<f64> {
    let largest = f64::from(probabilities.iter().copied().max().unwrap_or(0));
    // Dividing by the largest first keeps p^(1/T) from underflowing at low T.
    let weight = |p: &u16| (f64::from(*p) / largest).powf(temperature.value().recip());
    match probabilities.get(key.index()) {
        Some(of_key) if largest > 0.0 => {
            let total: f64 = probabilities.iter().map(weight).sum();
            Reading::Value(weight(of_key) / total)
        }
        _ => Reading::Missing(Reason::Invalid),
    }
}

/// Unbiased estimate of pass^k, the chance that all of k draws are right, from `drawn` samples of which
/// `correct` are right: C(correct, k) / C(drawn, k) (Yao et al., tau-bench, arXiv:2406.12045, 2024).
///
/// Missing when fewer than k were drawn or more were right than drawn.
pub fn sampled_pass_hat_k(drawn: u8, correct: u8, k: u8) -> Reading<f64> {
    // All right is none wrong: the chance that one of k draws is wrong, taken from 1.
    match drawn.checked_sub(correct) {
        Some(wrong) => sampled_pass_at_k(drawn, wrong, k).map(|miss| 1.0 - miss),
        None => Reading::Missing(Reason::Invalid),
    }
}

/// Unbiased estimate of pass@k from `drawn` samples of which `correct` are right:
/// 1 - C(drawn - correct, k) / C(drawn, k) (Chen et al., arXiv:2107.03374, 2021, eq. 1).
///
/// Missing when fewer than k were drawn or more were right than drawn.
pub fn sampled_pass_at_k(drawn: u8, correct: u8, k: u8) -> Reading<f64> {
    if correct > drawn {
        return Reading::Missing(Reason::Invalid);
    }
    if drawn < k {
        return Reading::Missing(Reason::Insufficient {
            have: u64::from(drawn),
            need: u64::from(k),
        });
    }
    let wrong = drawn - correct;
    if wrong < k {
        return Reading::Value(1.0);
    }
    // C(wrong, k) / C(drawn, k) as a product of `correct` factors, none above 1.
    let all_miss: f64 = (wrong..drawn)
        .map(|below| 1.0 - f64::from(k) / (f64::from(below) + 1.0))
        .product();
    Reading::Value(1.0 - all_miss)
}

/// pass@k of one row, exact or estimated, whichever its evidence allows.
pub(crate) fn row_pass_at_k(row: &Row, temperature: Temperature, k: u8) -> Reading<f64> {
    match row.evidence {
        _ if row.answer == Outcome::Skipped => Reading::Missing(Reason::NoRows),
        Evidence::None => Reading::Missing(Reason::NoEvidence),
        Evidence::Letters(probabilities) => {
            letter_pass_at_k(probabilities.units(), row.key, temperature, k)
        }
        Evidence::Draws { drawn, correct } => sampled_pass_at_k(drawn, correct, k),
    }
}

/// pass^k of one row, exact or estimated, whichever its evidence allows.
fn row_pass_hat_k(row: &Row, temperature: Temperature, k: u8) -> Reading<f64> {
    match row.evidence {
        _ if row.answer == Outcome::Skipped => Reading::Missing(Reason::NoRows),
        Evidence::None => Reading::Missing(Reason::NoEvidence),
        Evidence::Letters(probabilities) => {
            let right = right_in_a_draw(probabilities.units(), row.key, temperature);
            right.map(|right| right.powi(i32::from(k)))
        }
        Evidence::Draws { drawn, correct } => sampled_pass_hat_k(drawn, correct, k),
    }
}

/// pass@k, or pass^k, over the tasks flagged for it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PassAtK {
    /// How many draws.
    pub k: u8,
    /// Counted questions of the flagged tasks with usable evidence. The mean is over these.
    pub questions: u64,
    /// Counted questions of the flagged tasks without.
    pub without_evidence: u64,
    /// Mean over the questions, so that a task weighs by its questions, with the normal
    /// interval. When every question lacks evidence, the reason is the last one's.
    pub mean: Reading<Estimate>,
}

impl PassAtK {
    /// pass@k of the headline rows of `run`. The temperature matters in letter mode only:
    /// draws were made at their own.
    pub fn of(run: &Run, temperature: Temperature, k: u8) -> PassAtK {
        PassAtK::mean_of(run, k, |row| row_pass_at_k(row, temperature, k))
    }

    /// pass^k of the same rows: the chance that all of k answers are right, which is what reliability
    /// means.
    pub fn all_right(run: &Run, temperature: Temperature, k: u8) -> PassAtK {
        PassAtK::mean_of(run, k, |row| row_pass_hat_k(row, temperature, k))
    }

    fn mean_of(run: &Run, k: u8, of: impl Fn(&Row) -> Reading<f64>) -> PassAtK {
        let mut moments = Moments::default();
        let mut without_evidence = 0;
        let mut why = Reason::NoRows;
        for row in run.counted().filter(|row| run.is_pass_k(row)) {
            match of(row) {
                Reading::Value(value) => moments.push(value),
                Reading::Missing(reason) => {
                    without_evidence += 1;
                    why = reason;
                }
            }
        }
        let mean = match moments.estimate(0.0, 1.0) {
            Reading::Missing(_) => Reading::Missing(why),
            value => value,
        };
        PassAtK {
            k,
            questions: moments.count(),
            without_evidence,
            mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rotation;
    use edgescore_taskpack::SplitMix64;
    use proptest::prelude::*;

    fn exact(p: [u16; 4], key: Letter, t: f64, k: u8) -> f64 {
        letter_pass_at_k(&p, key, Temperature::new(t).unwrap(), k)
            .value()
            .unwrap()
    }

    fn sampled(drawn: u8, correct: u8, k: u8) -> f64 {
        sampled_pass_at_k(drawn, correct, k).value().unwrap()
    }

    fn distribution() -> impl Strategy<Value = [u16; 4]> {
        prop::array::uniform4(0u16..=u16::MAX).prop_filter("not all zero", |p| p != &[0; 4])
    }

    #[test]
    fn known_values() {
        // A uniform guesser: 1 - 0.75^5.
        let uniform = [16384; 4];
        assert!((exact(uniform, Letter::A, 0.7, 5) - 0.762_695_312_5).abs() < 1e-12);
        // At T = 1 the stored probability itself: 1 - 0.9^3 = 0.271.
        let tenth = [10, 20, 30, 40];
        assert!((exact(tenth, Letter::A, 1.0, 3) - 0.271).abs() < 1e-12);
        // At T = 1/2 the squares: 16/30.
        assert!((exact(tenth, Letter::D, 0.5, 1) - 16.0 / 30.0).abs() < 1e-12);
        // Cold: the greedy answer, without underflow.
        assert_eq!(exact(tenth, Letter::D, 1e-3, 5), 1.0);
        assert_eq!(
            letter_pass_at_k(&[0; 4], Letter::A, Temperature::REFERENCE, 5),
            Reading::Missing(Reason::Invalid)
        );

        // n = 5, c = 2: pass@1 = 2/5, pass@3 = 1 - C(3,3)/C(5,3) = 9/10, pass@5 = 1.
        assert!((sampled(5, 2, 1) - 0.4).abs() < 1e-12);
        assert!((sampled(5, 2, 3) - 0.9).abs() < 1e-12);
        assert_eq!(sampled(5, 2, 5), 1.0);
        assert_eq!(sampled(5, 0, 5), 0.0);
        // All of k: C(4,3)/C(5,3) = 4/10.
        let all = |correct, k| sampled_pass_hat_k(5, correct, k).value().unwrap();
        assert!((all(4, 3) - 0.4).abs() < 1e-12);
        assert_eq!((all(5, 5), all(4, 5), all(0, 1)), (1.0, 0.0, 0.0));
        assert_eq!(
            sampled_pass_at_k(3, 1, 5),
            Reading::Missing(Reason::Insufficient { have: 3, need: 5 })
        );
    }

    #[test]
    fn a_temperature_is_positive_and_finite() {
        for bad in [0.0, -0.7, f64::NAN, f64::INFINITY] {
            assert!(Temperature::new(bad).is_err());
        }
        assert!(serde_json::from_str::<Temperature>("0").is_err());
        assert_eq!(
            serde_json::from_str::<Temperature>("0.7").unwrap(),
            Temperature::REFERENCE
        );
    }

    /// Draws 2,000 letters at temperature T and checks that the exact value lies inside the
    /// 99 % interval of what the draws say: 400 blocks of five, each a hit or a miss.
    /// Hoeffding's interval (JASA 58, 1963), which holds at any sample size.
    #[test]
    fn exact_agrees_with_sampling() {
        let mut random = SplitMix64::new(20_260_101);
        let temperature = 0.7;
        let mut outside = 0;
        for _ in 0..200 {
            let p: [u16; 4] = core::array::from_fn(|_| random.below(65536) as u16);
            let weights = p.map(|p| f64::from(p).powf(1.0 / temperature));
            let total: f64 = weights.iter().sum();
            let draw = |random: &mut SplitMix64| {
                let mut left = random.unit() * total;
                weights
                    .iter()
                    .position(|w| {
                        left -= w;
                        left < 0.0
                    })
                    .unwrap_or(3)
            };
            let key = Letter::B;
            let hits = (0..400)
                .filter(|_| {
                    // All five are drawn, hit or not.
                    (0..5).filter(|_| draw(&mut random) == key.index()).count() > 0
                })
                .count();
            let half = ((2.0f64 / 0.01).ln() / (2.0 * 400.0)).sqrt();
            let seen = hits as f64 / 400.0;
            outside += i32::from((exact(p, key, temperature, 5) - seen).abs() > half);
        }
        // 1 % of 200 is 2; more than 8 has a probability below 0.001.
        assert!(outside <= 8, "{outside} of 200 outside the 99 % interval");
    }

    proptest! {
        #[test]
        fn letter_mode_is_bounded_monotone_and_symmetric(p in distribution(), t in 0.05..5.0f64) {
            for key in Letter::of(4).iter().copied() {
                let mut last = 0.0;
                for k in 0..8 {
                    let now = exact(p, key, t, k);
                    prop_assert!((0.0..=1.0).contains(&now));
                    prop_assert!(now >= last);
                    last = now;
                }
                // Turning letters and key together changes nothing.
                let mut rotated = p;
                rotated.rotate_left(1);
                let key_rotated = Rotation::new(3).original(key, 4);
                prop_assert!((exact(rotated, key_rotated, t, 5) - exact(p, key, t, 5)).abs() < 1e-12);
            }
            let sum: f64 = Letter::of(4).iter().map(|&g| exact(p, g, t, 1)).sum();
            prop_assert!((sum - 1.0).abs() < 1e-12);
        }

        #[test]
        fn storage_steps_do_not_matter(raw in prop::array::uniform4(0.001..1.0f64)) {
            let total: f64 = raw.iter().sum();
            let stored = raw.map(|p| (p / total * 65535.0).round() as u16);
            let weights = raw.map(|p| (p / total).powf(1.0 / 0.7));
            let key = weights[0] / weights.iter().sum::<f64>();
            let unrounded = 1.0 - (1.0 - key).powi(5);
            prop_assert!((exact(stored, Letter::A, 0.7, 5) - unrounded).abs() < 2e-4);
        }

        #[test]
        fn sampled_is_bounded_monotone_and_unbiased(drawn in 5u8..40, p in 0.0..=1.0f64) {
            let mut last = 0.0;
            let mut expected = 0.0;
            // P(correct = 0), then by the ratio of successive binomial terms.
            let mut terms = vec![1.0];
            for i in 0..drawn {
                let mut next = vec![0.0; terms.len() + 1];
                for (j, term) in terms.iter().enumerate() {
                    next[j] += term * (1.0 - p);
                    next[j + 1] += term * p;
                }
                terms = next;
                prop_assert_eq!(terms.len(), usize::from(i) + 2);
            }
            for correct in 0..=drawn {
                let now = sampled(drawn, correct, 5);
                prop_assert!((0.0..=1.0).contains(&now) && now >= last);
                last = now;
                expected += terms[usize::from(correct)] * now;
            }
            prop_assert!((expected - (1.0 - (1.0 - p).powi(5))).abs() < 1e-9);
        }
    }
}
