//! Whether a model's choices depend on what it is asked.

use std::collections::BTreeMap;

use edgescore_taskpack::MAX_OPTIONS;
use serde::Serialize;

use crate::{Habit, LetterBias, Outcome, RotationReport, Row, Run};

/// Why a model is said not to have decided.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Indecision {
    /// Nearly all answers are one letter.
    OneLetter(Habit),
    /// With the options turned, it nearly always stays at the letter instead of the option.
    SameLetterInAllOrders {
        /// Questions with one letter in all orders.
        count: u32,
        /// Questions asked in all of them.
        questions: u32,
    },
    /// Nearly all answers are one text.
    OneText {
        /// Answers with it.
        count: u32,
        /// Texts that were kept.
        answers: u32,
    },
    /// It calls nothing where a call is right, and is right where none is by that alone.
    HeldBack {
        /// Answers that are plainly no call.
        count: u32,
        /// Questions where a call is right.
        questions: u32,
    },
    /// Its letters fit the answer key no better than the same letters dealt out at random.
    LikeShuffled {
        /// Right answers.
        correct: u32,
        /// Right answers that the same letters have on average, when shuffled over the questions.
        expected: f64,
        /// Questions.
        questions: u32,
        /// Probability that shuffled letters fit at least as well.
        p: f64,
    },
}

/// Fewer questions than this prove little about a model that is often right.
const FEW: u32 = 30;

/// A worse p value than this is no evidence of a decision.
const LEVEL: f64 = 0.05;

impl Indecision {
    /// What speaks against a decision in `run`, if anything does.
    pub fn of(run: &Run, bias: &LetterBias, rotation: &RotationReport) -> Option<Indecision> {
        if let Some(habit) = bias.habit() {
            return Some(Indecision::OneLetter(habit));
        }
        let (count, questions) = (rotation.same_letter, rotation.complete);
        if questions >= LetterBias::FEW && u64::from(count) * 10 > u64::from(questions) * 9 {
            return Some(Indecision::SameLetterInAllOrders { count, questions });
        }
        held_back(run).or_else(|| like_shuffled(run))
    }
}

impl Indecision {
    /// Of the `answers` in a run whose accuracy is `accuracy`: more than nine of ten the same text do
    /// not depend on the questions, unless one answer is right nearly everywhere.
    pub fn of_texts<'t>(answers: impl Iterator<Item = &'t str>, accuracy: f64) -> Option<Self> {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for answer in answers {
            *counts.entry(answer.trim()).or_default() += 1;
        }
        let count = counts.values().copied().max()?;
        let answers = counts.values().sum();
        let alike = u64::from(count) * 10 > u64::from(answers) * 9;
        (answers >= LetterBias::FEW && alike && accuracy <= 0.9)
            .then_some(Indecision::OneText { count, answers })
    }
}

/// Whether more than nine of ten answers to questions where a call is right are plainly none, in a run
/// that asks for calls alone. Calls in an unknown form are no evidence of this.
fn held_back(run: &Run) -> Option<Indecision> {
    let (mut count, mut questions) = (0, 0);
    for row in run.counted() {
        let axes = row.call?;
        questions += u32::from(axes.expected());
        count += u32::from(axes.expected() && axes.well_formed() && !axes.called());
    }
    (questions >= LetterBias::FEW && count * 10 > questions * 9)
        .then_some(Indecision::HeldBack { count, questions })
}

/// A permutation test of the letters against the key, among questions with as many options: mean and
/// variance over all permutations are exact (Hoeffding, A combinatorial central limit theorem, Annals
/// of Mathematical Statistics 22, 1951) and add up over the numbers of options, the tail is the normal
/// one.
fn like_shuffled(run: &Run) -> Option<Indecision> {
    let mut strata: BTreeMap<u8, Stratum> = BTreeMap::new();
    let (mut correct, mut questions) = (0, 0);
    for row in run.letters() {
        strata.entry(row.options).or_default().add(row);
        questions += 1;
        correct += u32::from(row.is_correct());
    }
    let expected: f64 = strata.values().map(Stratum::expected).sum();
    let variance: f64 = strata.values().map(Stratum::variance).sum();
    let deviation = variance.sqrt();
    if questions < FEW || deviation <= 0.0 {
        return None;
    }
    // Half a question down, since counts are whole.
    let z = (f64::from(correct) - 0.5 - expected) / deviation;
    let p = upper_tail(z);
    (p >= LEVEL).then_some(Indecision::LikeShuffled {
        correct,
        expected,
        questions,
        p,
    })
}

/// Questions with the same number of options.
#[derive(Default)]
struct Stratum {
    /// Answers of each letter, those without one last.
    chosen: [f64; MAX_OPTIONS + 1],
    /// Keys of each letter.
    keys: [f64; MAX_OPTIONS],
    questions: f64,
}

impl Stratum {
    fn add(&mut self, row: &Row) {
        // An answer without a letter fits no key.
        let chosen = match row.answer {
            Outcome::Letter(letter) => letter.index(),
            _ => MAX_OPTIONS,
        };
        if let Some(count) = self.chosen.get_mut(chosen) {
            *count += 1.0;
        }
        if let Some(count) = self.keys.get_mut(row.key.index()) {
            *count += 1.0;
        }
        self.questions += 1.0;
    }

    /// Right answers on average over the permutations.
    fn expected(&self) -> f64 {
        let pairs = self.chosen.iter().zip(&self.keys);
        pairs.map(|(chosen, keys)| chosen * keys).sum::<f64>() / self.questions
    }

    /// Variance of right answers over the permutations.
    fn variance(&self) -> f64 {
        let (n, expected) = (self.questions, self.expected());
        // Of every pair of an answer and a key: how much more it fits than its row and column do.
        let mut squares = 0.0;
        for (letter, &answers) in self.chosen.iter().enumerate() {
            for (key, (&of_key, &chosen)) in self.keys.iter().zip(&self.chosen).enumerate() {
                let fit = f64::from(u8::from(letter == key));
                let of_letter = self.keys.get(letter).map_or(0.0, |count| count / n);
                let rest = fit - of_letter - chosen / n + expected / n;
                squares += answers * of_key * rest * rest;
            }
        }
        // A question alone has one order.
        match n > 1.0 {
            true => squares / (n - 1.0),
            false => 0.0,
        }
    }
}

/// Probability that a standard normal variable is above `z`: Abramowitz and Stegun, Handbook of
/// Mathematical Functions, 7.1.26, error below 1.5e-7.
fn upper_tail(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = t
        * (0.254_829_592
            + t * (-0.284_496_736
                + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let tail = series * (-x * x).exp() / 2.0;
    if z >= 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Letter;
    use crate::{Evidence, Rotation, Row, ScoredTask};
    use edgescore_record::CallAxes;
    use edgescore_taskpack::SplitMix64;

    const TASKS: [ScoredTask; 1] = [ScoredTask {
        group: 1,
        pass_k: false,
    }];

    fn row(question: u32, key: Letter, answer: Letter, rotation: Rotation) -> Row {
        Row {
            question,
            latency_us: None,
            task: 0,
            options: 4,
            key,
            answer: Outcome::Letter(answer),
            call: None,
            rotation,
            evidence: Evidence::None,
        }
    }

    fn found(rows: &[Row]) -> Option<Indecision> {
        let run = Run::new(&TASKS, rows).unwrap();
        Indecision::of(&run, &LetterBias::of(&run), &RotationReport::of(&run))
    }

    /// `questions` answers with the share `right` right and the others any letter.
    fn random(questions: u32, right: f64, seed: u64) -> Vec<Row> {
        let mut random = SplitMix64::new(seed);
        let mut letter = || Letter::ALL[random.below(4) as usize];
        let mut rows: Vec<Row> = (0..questions)
            .map(|question| row(question, letter(), letter(), Rotation::default()))
            .collect();
        for row in &mut rows {
            if random.unit() < right {
                row.answer = Outcome::Letter(row.key);
            }
        }
        rows
    }

    #[test]
    fn shuffled_letters_by_hand() {
        // Ten of each key; the model says A to B's and B to A's, and is right on C and D.
        let swapped = [Letter::B, Letter::A, Letter::C, Letter::D];
        let rows: Vec<Row> = (0..40)
            .map(|i| (i, Letter::ALL[i as usize % 4]))
            .map(|(i, key)| row(i, key, swapped[key.index()], Rotation::default()))
            .collect();
        assert_eq!(found(&rows), None, "20 right, 10 expected");
        // Always the next letter: none right. Mean 10, variance (1/39) 1600 * 3/16 = 7.69.
        let wrong: Vec<Row> = (0..40)
            .map(|i| (i, Letter::ALL[i as usize % 4]))
            .map(|(i, key)| {
                row(
                    i,
                    key,
                    Letter::ALL[(key.index() + 1) % 4],
                    Rotation::default(),
                )
            })
            .collect();
        let Some(Indecision::LikeShuffled {
            correct: 0,
            expected,
            p,
            ..
        }) = found(&wrong)
        else {
            panic!("{:?}", found(&wrong));
        };
        assert!(
            (expected - 10.0).abs() < 1e-9 && p > 0.9999,
            "{expected} {p}"
        );
        assert!((upper_tail(1.959_964) - 0.025).abs() < 1e-6);
        assert!((upper_tail(-1.0) - 0.841_345).abs() < 1e-5);
    }

    #[test]
    fn guessers_are_found_and_models_that_read_are_not() {
        let share = |questions, right| {
            let found = (0..400).filter(|&seed| found(&random(questions, right, seed)).is_some());
            found.count() as f64 / 400.0
        };
        let guessers = share(300, 0.0);
        println!("guessers found: {guessers}");
        assert!((0.92..=0.98).contains(&guessers), "{guessers}");
        // 44 % right: found undecided in one of a hundred at 300 questions.
        assert!(share(300, 0.25) < 0.01);
        assert!(share(30, 0.67) < 0.01);
        assert_eq!(found(&random(29, 0.0, 1)), None, "too few");
    }

    #[test]
    fn a_model_that_says_one_thing() {
        let found = |same: usize, others: usize, accuracy| {
            let others: Vec<String> = (0..others).map(|i| format!("{i}")).collect();
            let same = [" 7 ", "7"].into_iter().cycle().take(same);
            Indecision::of_texts(same.chain(others.iter().map(String::as_str)), accuracy)
        };
        assert_eq!(
            found(10, 1, 0.5),
            Some(Indecision::OneText {
                count: 10,
                answers: 11
            })
        );
        assert_eq!(found(9, 0, 0.5), None, "too few");
        assert_eq!(found(18, 2, 0.5), None, "nine of ten");
        assert_eq!(found(20, 0, 0.95), None, "it is right");
        assert_eq!(found(0, 0, 0.0), None);
    }

    #[test]
    fn a_model_that_calls_nothing() {
        // So many questions where a call is right, of them with a call, of them with none.
        let asked = |expected: u32, called: u32, plainly_none: u32, letters: u32| -> Vec<Row> {
            let calls = (0..expected + 3).map(|question| {
                let (is_expected, called) = (question < expected, question < called);
                let well_formed = !is_expected || called || question >= expected - plainly_none;
                let axes = CallAxes::new(is_expected, well_formed, called, called, false);
                Row {
                    options: 0,
                    answer: Outcome::Other {
                        right: !is_expected,
                    },
                    call: Some(axes),
                    ..row(question, Letter::A, Letter::A, Rotation::default())
                }
            });
            let letters = (100..100 + letters)
                .map(|question| row(question, Letter::A, Letter::A, Rotation::default()));
            calls.chain(letters).collect()
        };
        assert_eq!(
            found(&asked(11, 1, 10, 0)),
            Some(Indecision::HeldBack {
                count: 10,
                questions: 11
            })
        );
        assert_eq!(found(&asked(10, 1, 9, 0)), None, "nine tenths");
        assert_eq!(found(&asked(9, 0, 9, 0)), None, "too few");
        assert_eq!(found(&asked(11, 0, 0, 0)), None, "in an unknown form");
        assert_eq!(
            found(&asked(11, 0, 11, 1)),
            None,
            "letters are asked for too"
        );
    }

    #[test]
    fn a_letter_that_stays_when_the_options_turn() {
        let turned = |stays: u32| -> Vec<Row> {
            (0..20)
                .flat_map(|question| {
                    let key = Letter::ALL[question as usize % 4];
                    Rotation::all(4).map(move |rotation| {
                        let shown = rotation.shown(key, 4);
                        let answer = if question < stays { key } else { shown };
                        row(question, shown, answer, rotation)
                    })
                })
                .collect()
        };
        assert_eq!(
            found(&turned(19)),
            Some(Indecision::SameLetterInAllOrders {
                count: 19,
                questions: 20
            })
        );
        assert_eq!(found(&turned(18)), None);
    }
}
