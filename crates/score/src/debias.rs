//! Accuracy without the model's liking for letters.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    Estimate, Evidence, Letter, Outcome, Probabilities, Proportion, Reading, Reason, Rotation, Run,
};

/// What the liking for letters was estimated on. The answer key is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorFrom {
    /// The same questions in all orders of their options: the mean of the log-probabilities
    /// (Zheng et al., Large language models are not robust multiple choice selectors, ICLR 2024,
    /// equation 5).
    Rotations,
    /// All questions in the pack's order: the mean of the probabilities (Zhou et al., Batch
    /// calibration, ICLR 2024). It replaces content-free prompts (Zhao et al., Calibrate before
    /// use, ICML 2021), and assumes that keys are spread over the letters.
    Questions,
}

/// Accuracy when each letter's probability is divided by the model's liking for it, which is
/// estimated apart for each number of options.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Debiased {
    /// The liking for the letters of the commonest number of options, from A on; they sum to 1.
    pub prior: Vec<f64>,
    /// What it was estimated on.
    pub from: PriorFrom,
    /// Accuracy over the counted headline rows.
    pub accuracy: Estimate,
}

impl Debiased {
    /// Of `run`, whose rows have probabilities in letter mode.
    pub fn of(run: &Run) -> Reading<Debiased> {
        let rotated = run
            .rows()
            .iter()
            .any(|row| row.rotation != Rotation::default());
        let from = match rotated {
            true => PriorFrom::Rotations,
            false => PriorFrom::Questions,
        };
        let mut likings: BTreeMap<u8, Liking> = BTreeMap::new();
        for row in run.rows() {
            if let (Evidence::Letters(letters), false) =
                (row.evidence, row.answer == Outcome::Skipped)
            {
                let liking = likings.entry(letters.options()).or_default();
                liking.add(&letters, from);
            }
        }
        let Some(commonest) = likings.values().max_by_key(|liking| liking.count) else {
            return Reading::Missing(Reason::NoEvidence);
        };
        let prior = commonest.prior(from);
        let priors: BTreeMap<u8, Vec<f64>> = likings
            .iter()
            .map(|(options, liking)| (*options, liking.prior(from)))
            .collect();
        let (mut right, mut counted) = (0, 0);
        for row in run.counted() {
            if let Evidence::Letters(letters) = row.evidence {
                let prior = priors.get(&letters.options());
                let chosen = prior.and_then(|prior| choice(&letters, prior));
                counted += 1;
                right += u32::from(chosen == Some(row.key));
            }
        }
        Proportion::new(right, counted).map(|share| Debiased {
            prior,
            from,
            accuracy: share.estimate(),
        })
    }
}

/// What is seen of the liking for the letters of one number of options.
#[derive(Default)]
struct Liking {
    sums: Vec<f64>,
    count: u32,
}

impl Liking {
    fn add(&mut self, letters: &Probabilities, from: PriorFrom) {
        self.count += 1;
        self.sums.resize(usize::from(letters.options()), 0.0);
        for (sum, p) in self.sums.iter_mut().zip(letters.letters()) {
            *sum += match from {
                PriorFrom::Rotations => p.max(SMALLEST).ln(),
                PriorFrom::Questions => p,
            };
        }
    }

    fn prior(&self, from: PriorFrom) -> Vec<f64> {
        let means = self.sums.iter().map(|sum| sum / f64::from(self.count));
        let liking = means.map(|mean| match from {
            PriorFrom::Rotations => mean.exp(),
            PriorFrom::Questions => mean.max(SMALLEST),
        });
        let liking: Vec<f64> = liking.collect();
        let total: f64 = liking.iter().sum();
        liking.iter().map(|liking| liking / total).collect()
    }
}

/// Half the resolution of a stored probability.
const SMALLEST: f64 = 0.5 / 65535.0;

/// The letter with the highest probability for its liking; the first of them on a tie.
fn choice(letters: &Probabilities, prior: &[f64]) -> Option<Letter> {
    let mut best = None;
    for ((letter, p), prior) in Letter::ALL.into_iter().zip(letters.letters()).zip(prior) {
        let ratio = p / prior;
        if best.is_none_or(|(_, most)| ratio > most) {
            best = Some((letter, ratio));
        }
    }
    best.map(|(letter, _)| letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Probabilities, Row, ScoredTask};

    const TASKS: [ScoredTask; 1] = [ScoredTask {
        group: 1,
        pass_k: false,
    }];

    /// A model that finds the key, and likes A four times as much as the others.
    fn row(question: u32, key: Letter, rotation: Rotation) -> Row {
        let shown = rotation.shown(key, 4);
        let weights = [Letter::A, Letter::B, Letter::C, Letter::D].map(|letter| {
            let known = if letter == shown { 2.0 } else { 1.0 };
            let liked = if letter == Letter::A { 4.0 } else { 1.0 };
            known * liked
        });
        let letters = Probabilities::new(&weights, 0.0).unwrap();
        Row {
            question,
            latency_us: None,
            task: 0,
            options: 4,
            key: shown,
            answer: Outcome::Letter(choice(&letters, &[0.25; 4]).unwrap()),
            call: None,
            rotation,
            evidence: Evidence::Letters(letters),
        }
    }

    fn keys() -> impl Iterator<Item = (u32, Letter)> {
        (0..40).map(|question| (question, Letter::ALL[question as usize % 4]))
    }

    #[test]
    fn a_liking_for_a_is_taken_out() {
        let rows: Vec<Row> = keys()
            .map(|(question, key)| row(question, key, Rotation::default()))
            .collect();
        let run = Run::new(&TASKS, &rows).unwrap();
        assert_eq!(run.counted().filter(|row| row.is_correct()).count(), 10);
        let debiased = Debiased::of(&run).value().unwrap();
        assert_eq!(debiased.from, PriorFrom::Questions);
        assert_eq!(debiased.accuracy.value, 1.0);

        let turned: Vec<Row> = keys()
            .flat_map(|(question, key)| {
                Rotation::all(4).map(move |rotation| row(question, key, rotation))
            })
            .collect();
        let debiased = Debiased::of(&Run::new(&TASKS, &turned).unwrap())
            .value()
            .unwrap();
        assert_eq!(debiased.from, PriorFrom::Rotations);
        assert_eq!(debiased.accuracy.value, 1.0);
        // Over all orders each letter is the key alike, so 4 : 1 : 1 : 1 remains.
        let (a, b) = (debiased.prior[0], debiased.prior[1]);
        assert!((a / b - 4.0).abs() < 1e-3, "{a} {b}");
    }

    #[test]
    fn answers_without_probabilities_have_none() {
        let mut rows: Vec<Row> = keys()
            .map(|(question, key)| row(question, key, Rotation::default()))
            .collect();
        for row in &mut rows {
            row.evidence = Evidence::None;
        }
        let run = Run::new(&TASKS, &rows).unwrap();
        assert_eq!(Debiased::of(&run), Reading::Missing(Reason::NoEvidence));
    }
}
