//! Whether the model has a favourite letter.

use serde::Serialize;

use crate::{Estimate, Letter, Outcome, Proportion, Reading, Run};

/// The best that answering one letter throughout can do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ConstantLetter {
    /// The commonest letter of the answer key; the first of them on a tie.
    pub letter: Letter,
    /// Its accuracy. A model that does not beat this has not been shown to read.
    pub accuracy: Estimate,
}

/// Letters of the answer key and letters that the model chose, over the counted headline rows of
/// questions with options.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LetterBias {
    /// How often each letter was right, from A on.
    pub key: Vec<u32>,
    /// How often the model chose each letter, from A on.
    pub chosen: Vec<u32>,
    /// Answers from which no letter could be read.
    pub unparsed: u32,
    /// The best constant answer.
    pub constant: Reading<ConstantLetter>,
    /// Total variation distance between the shares of the answer key's letters and
    /// of those chosen, unparsed answers left out: 0 alike, 1 disjoint.
    pub distance: Reading<f64>,
}

impl LetterBias {
    /// Counts the counted headline rows of `run`.
    pub fn of(run: &Run) -> LetterBias {
        let most = run.letters().map(|row| row.options).max();
        let letters = usize::from(most.unwrap_or(0));
        let (mut key, mut chosen, mut unparsed) = (vec![0; letters], vec![0; letters], 0);
        let add = |counts: &mut Vec<u32>, letter: Letter| {
            if let Some(count) = counts.get_mut(letter.index()) {
                *count += 1;
            }
        };
        for row in run.letters() {
            add(&mut key, row.key);
            match row.answer {
                Outcome::Letter(letter) => add(&mut chosen, letter),
                _ => unparsed += 1,
            }
        }
        LetterBias {
            constant: best_constant(&key),
            distance: distance(&key, &chosen),
            key,
            chosen,
            unparsed,
        }
    }
}

/// Answers of mostly one letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Habit {
    /// The letter.
    pub letter: Letter,
    /// How often it was chosen.
    pub count: u32,
    /// Of how many letters.
    pub letters: u32,
}

impl LetterBias {
    /// Fewer letters than this show no habit.
    pub(crate) const FEW: u32 = 10;

    /// The letter that more than 90 % of the answers chose, unparsed ones left out: they depend on
    /// the letter, not on what it stands for. Where more than 90 % of the key is that letter, they may
    /// well depend on what it stands for.
    pub fn habit(&self) -> Option<Habit> {
        let letters = self.chosen.iter().sum();
        let each = Letter::ALL.into_iter().zip(self.chosen.iter().copied());
        let (letter, count) = each.max_by_key(|(_, count)| *count)?;
        let mostly = |count: u32, of: u32| u64::from(count) * 10 > u64::from(of) * 9;
        let of_key = self.key.get(letter.index()).copied().unwrap_or(0);
        let habit = mostly(count, letters) && !mostly(of_key, self.key.iter().sum());
        (letters >= LetterBias::FEW && habit).then_some(Habit {
            letter,
            count,
            letters,
        })
    }
}

fn best_constant(key: &[u32]) -> Reading<ConstantLetter> {
    let (mut letter, mut most) = (Letter::A, 0);
    for (candidate, count) in Letter::ALL.into_iter().zip(key.iter().copied()) {
        if count > most {
            (letter, most) = (candidate, count);
        }
    }
    Proportion::new(most, key.iter().sum()).map(|proportion| ConstantLetter {
        letter,
        accuracy: proportion.estimate(),
    })
}

fn distance(key: &[u32], chosen: &[u32]) -> Reading<f64> {
    let (asked, answered) = (key.iter().sum(), chosen.iter().sum());
    // Both must have rows; the counts themselves are then shares.
    Proportion::new(0, asked)
        .and_then(|_| Proportion::new(0, answered))
        .map(|_| {
            let apart: f64 = key
                .iter()
                .zip(chosen)
                .map(|(g, p)| {
                    (f64::from(*g) / f64::from(asked) - f64::from(*p) / f64::from(answered)).abs()
                })
                .sum();
            apart / 2.0
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Reason, Rotation, Row, ScoredTask};
    use proptest::prelude::*;

    const TASKS: [ScoredTask; 1] = [ScoredTask {
        group: 1,
        pass_k: false,
    }];

    fn bias(answers: &[(usize, Outcome)]) -> LetterBias {
        let rows: Vec<Row> = answers
            .iter()
            .enumerate()
            .map(|(i, &(key, answer))| Row {
                question: i as u32,
                latency_us: None,
                task: 0,
                options: 4,
                key: Letter::ALL[key],
                answer,
                call: None,
                rotation: Rotation::default(),
                evidence: Evidence::None,
            })
            .collect();
        LetterBias::of(&Run::new(&TASKS, &rows).unwrap())
    }

    #[test]
    fn more_than_nine_of_ten_alike_are_a_habit() {
        let letters = |counts: [usize; 3]| {
            let outcomes = [
                Outcome::Letter(Letter::C),
                Outcome::Letter(Letter::A),
                Outcome::Unparsed,
            ];
            let all = outcomes.into_iter().zip(counts);
            let all: Vec<_> = all
                .flat_map(|(outcome, n)| std::iter::repeat_n(outcome, n))
                .enumerate()
                .map(|(at, outcome)| (at % 4, outcome))
                .collect();
            bias(&all)
                .habit()
                .map(|habit| (habit.letter, habit.count, habit.letters))
        };
        assert_eq!(letters([30, 0, 0]), Some((Letter::C, 30, 30)));
        assert_eq!(letters([28, 1, 1]), Some((Letter::C, 28, 29)));
        assert_eq!(letters([27, 3, 0]), None);
        assert_eq!(letters([9, 0, 0]), None);
        let c = Outcome::Letter(Letter::C);
        assert_eq!(bias(&[(2, c); 30]).habit(), None, "C is right each time");
    }

    #[test]
    fn a_model_that_always_says_a() {
        let a = Outcome::Letter(Letter::A);
        let got = bias(&[
            (0, a),
            (1, a),
            (1, a),
            (2, Outcome::Unparsed),
            (3, Outcome::Skipped),
        ]);
        assert_eq!(got.key, [1, 2, 1, 0]);
        assert_eq!(got.chosen, [3, 0, 0, 0]);
        assert_eq!(got.unparsed, 1);
        let constant = got.constant.value().unwrap();
        assert_eq!((constant.letter, constant.accuracy.value), (Letter::B, 0.5));
        assert_eq!(got.distance, Reading::Value(0.75));
        assert!(bias(&[]).key.is_empty());
        assert_eq!(bias(&[]).constant, Reading::Missing(Reason::NoRows));
        assert_eq!(bias(&[]).distance, Reading::Missing(Reason::NoRows));
    }

    proptest! {
        #[test]
        fn no_constant_letter_beats_the_best(
            golds in prop::collection::vec(0usize..4, 1..80),
            letter in 0usize..4,
        ) {
            let answers: Vec<_> = golds
                .iter()
                .map(|&key| (key, Outcome::Letter(Letter::ALL[letter])))
                .collect();
            let got = bias(&answers);
            let hits = golds.iter().filter(|&&key| key == letter).count() as f64;
            let best = got.constant.value().unwrap().accuracy.value;
            prop_assert!(hits / golds.len() as f64 <= best && best >= 0.25);
            let distance = got.distance.value().unwrap();
            prop_assert!((0.0..=1.0).contains(&distance));
        }
    }
}
