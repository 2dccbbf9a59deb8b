//! Controls that show what a pack measures: solvers that should not be able to answer it.
//!
//! A *shortcut* sees letters, lengths or the options' words, but not the situation; on a sound
//! pack it is at chance. A *partial solver* reads a generated question's numbers but makes one
//! fault of reasoning.

use std::collections::HashMap;

use edgescore_taskpack::{Letter, Question};

use crate::solve;

/// Right answers of one control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// What it does.
    pub name: &'static str,
    /// Whether it is a shortcut, which must be near chance, or a partial solver.
    pub shortcut: bool,
    /// Right answers.
    pub right: u32,
    /// Questions asked.
    pub asked: u32,
}

impl Control {
    fn of<'q, 'p: 'q>(
        name: &'static str,
        shortcut: bool,
        questions: &'q [Question<'p>],
        mut solver: impl FnMut(&Question<'p>) -> Option<Letter>,
    ) -> Control {
        let right = questions
            .iter()
            .filter(|question| solver(question) == Some(question.key));
        Control {
            name,
            shortcut,
            right: right.count() as u32,
            asked: questions.len() as u32,
        }
    }

    /// Share of right answers.
    pub fn accuracy(&self) -> f64 {
        f64::from(self.right) / f64::from(self.asked.max(1))
    }
}

/// Runs all controls over `questions`. `train` are other questions, from which the bag of words
/// learns; without them it is left out. So are the partial solvers if a question is not of the
/// generator's form.
pub fn run(questions: &[Question], train: &[Question]) -> Vec<Control> {
    let always = |letter: Letter| move |_: &Question| Some(letter);
    let mut controls = vec![
        Control::of("always A", true, questions, always(Letter::A)),
        Control::of("always B", true, questions, always(Letter::B)),
        Control::of("always C", true, questions, always(Letter::C)),
        Control::of("always D", true, questions, always(Letter::D)),
        Control::of("longest option", true, questions, |question| {
            most(question.options.map(str::len))
        }),
        Control::of("shortest option", true, questions, |question| {
            most(question.options.map(|option| usize::MAX - option.len()))
        }),
        Control::of("random letter", true, questions, |question| {
            // A hash of the words (FNV-1a): no state, so the order of questions plays no part.
            let hash = question
                .episode
                .summary
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3u64)
                });
            Letter::from_index((hash >> 40) as usize % 4)
        }),
        Control::of(
            "option that shares most words with the text",
            true,
            questions,
            |question| {
                most(
                    question
                        .options
                        .map(|option| shared_words(question, option)),
                )
            },
        ),
    ];
    if !train.is_empty() {
        let bag = Bag::learn(train);
        controls.push(Control::of(
            "bag of words of the options",
            true,
            questions,
            |question| bag.answer(question),
        ));
    }
    let readings: Option<Vec<_>> = questions
        .iter()
        .map(|question| solve::read(question.episode.summary, question.text, question.options).ok())
        .collect();
    let Some(readings) = readings else {
        return controls;
    };
    let mut partial = |name, solver: fn(&solve::ParsedQuestion) -> Option<Letter>| {
        let mut next = readings.iter();
        controls.push(Control::of(name, false, questions, |_| {
            next.next().and_then(solver)
        }));
    };
    partial("myopic: least cost now", solve::ParsedQuestion::myopic);
    partial(
        "average-case: least mean cost",
        solve::ParsedQuestion::average_case,
    );
    partial(
        "policy-blind: least worst regret of all four",
        solve::ParsedQuestion::policy_blind,
    );
    partial(
        "cautious: least worst cost",
        solve::ParsedQuestion::cautious,
    );
    partial(
        "all four steps: least worst regret",
        solve::ParsedQuestion::right,
    );
    controls
}

/// The first letter with the greatest value.
fn most<T: PartialOrd>(values: [T; 4]) -> Option<Letter> {
    let mut best = 0;
    for (at, value) in values.iter().enumerate() {
        if values.get(best).is_some_and(|most| value > most) {
            best = at;
        }
    }
    Letter::from_index(best)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Words of the option that stand in the episode or the question.
fn shared_words(question: &Question, option: &str) -> usize {
    let known = |word: &&str| {
        words(question.episode.summary)
            .chain(words(question.text))
            .any(|other| other == *word)
    };
    words(option).filter(known).count()
}

/// A linear choice among four options by their words: softmax over the sums of word weights,
/// fitted by gradient descent. It sees neither episode nor question, but which letter an option
/// stands under.
struct Bag {
    weights: HashMap<String, f32>,
    letters: [f32; 4],
}

impl Bag {
    /// Passes over the training questions.
    const EPOCHS: u32 = 8;

    fn learn(train: &[Question]) -> Bag {
        let mut bag = Bag {
            weights: HashMap::new(),
            letters: [0.0; 4],
        };
        for epoch in 0..Bag::EPOCHS {
            let rate = 0.2 / (1 + epoch) as f32;
            for question in train {
                bag.step(question, rate);
            }
        }
        bag
    }

    fn step(&mut self, question: &Question, rate: f32) {
        let scores = self.scores(question);
        let top = scores.iter().copied().fold(f32::MIN, f32::max);
        let exps = scores.map(|score| (score - top).exp());
        let sum: f32 = exps.iter().sum();
        for letter in Letter::ALL {
            let at = letter.index();
            let (Some(exp), Some(option)) = (exps.get(at), question.options.get(at)) else {
                continue;
            };
            let target = f32::from(u8::from(letter == question.key));
            let change = rate * (target - exp / sum);
            if let Some(weight) = self.letters.get_mut(at) {
                *weight += change;
            }
            for word in words(option) {
                match self.weights.get_mut(word) {
                    Some(weight) => *weight += change,
                    None => drop(self.weights.insert(word.to_owned(), change)),
                }
            }
        }
    }

    fn scores(&self, question: &Question) -> [f32; 4] {
        let mut scores = self.letters;
        for (score, option) in scores.iter_mut().zip(question.options) {
            *score += words(option)
                .filter_map(|word| self.weights.get(word))
                .sum::<f32>();
        }
        scores
    }

    fn answer(&self, question: &Question) -> Option<Letter> {
        most(self.scores(question))
    }
}

#[cfg(test)]
mod tests;
