//! Controls that show what a pack measures: solvers that should not be able to answer it.
//!
//! A *shortcut* sees letters, lengths or the options' words, but not the situation; on a sound
//! pack it is at chance. A *partial solver* reads a generated question's numbers but makes one
//! fault of reasoning.

use std::collections::HashMap;

use edgescore_taskpack::{Choice, Letter, MAX_OPTIONS, Question};

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

/// A constant letter, for each letter.
const ALWAYS: [&str; MAX_OPTIONS] = [
    "always A", "always B", "always C", "always D", "always E", "always F", "always G", "always H",
    "always I", "always J",
];

/// A question and its options.
type Asked<'q, 'p> = (&'q Question<'p>, &'q Choice<'p>);

fn with_options<'q, 'p>(questions: &'q [Question<'p>]) -> Vec<Asked<'q, 'p>> {
    let pairs = questions
        .iter()
        .map(|question| Some((question, question.choice()?)));
    pairs.flatten().collect()
}

/// What stands before the question; empty where it is about no episode.
fn summary<'p>(question: &Question<'p>) -> &'p str {
    question.episode.map_or("", |episode| episode.summary)
}

impl Control {
    fn of(
        name: &'static str,
        shortcut: bool,
        questions: &[Asked],
        mut solver: impl FnMut(Asked) -> Option<Letter>,
    ) -> Control {
        let right = questions
            .iter()
            .filter(|asked| solver(**asked) == Some(asked.1.key));
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

/// The share of right answers of a uniform guess: the mean of one over the number of options. `None`
/// where no question has options.
pub fn chance(questions: &[Question]) -> Option<f64> {
    let asked = with_options(questions);
    let shares = asked
        .iter()
        .map(|(_, choice)| 1.0 / f64::from(choice.count()));
    (!asked.is_empty()).then(|| shares.sum::<f64>() / asked.len() as f64)
}

/// Runs all controls over those of `questions` that have options. `train` are other questions, from
/// which the bag of words learns; without them it is left out. So are the partial solvers if a
/// question is not of the generator's form.
pub fn run(questions: &[Question], train: &[Question]) -> Vec<Control> {
    let (questions, train) = (&with_options(questions), &with_options(train));
    let most_options = questions.iter().map(|(_, choice)| choice.count()).max();
    let letters = Letter::of(most_options.unwrap_or_default())
        .iter()
        .zip(ALWAYS);
    let mut controls: Vec<Control> = letters
        .map(|(letter, name)| Control::of(name, true, questions, |_| Some(*letter)))
        .collect();
    controls.extend([
        Control::of("longest option", true, questions, |(_, choice)| {
            most(choice.options.iter().map(|option| option.text.len()))
        }),
        Control::of("shortest option", true, questions, |(_, choice)| {
            let options = choice.options.iter();
            most(options.map(|option| usize::MAX - option.text.len()))
        }),
        Control::of("random letter", true, questions, |(question, choice)| {
            // A hash of the words (FNV-1a): no state, so the order of questions plays no part.
            let text = match summary(question) {
                "" => question.text,
                summary => summary,
            };
            let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3u64)
            });
            Letter::from_index((hash >> 40) as usize % choice.options.len())
        }),
        Control::of(
            "option that shares most words with the text",
            true,
            questions,
            |(question, choice)| {
                let options = choice.options.iter();
                most(options.map(|option| shared_words(question, option.text)))
            },
        ),
    ]);
    if !train.is_empty() {
        let bag = Bag::learn(train);
        controls.push(Control::of(
            "bag of words of the options",
            true,
            questions,
            |(_, choice)| bag.answer(choice),
        ));
    }
    let readings: Option<Vec<_>> = questions
        .iter()
        .map(|(question, choice)| {
            let options: Vec<&str> = choice.options.iter().map(|option| option.text).collect();
            let options = options.try_into().ok()?;
            solve::read(summary(question), question.text, options).ok()
        })
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
fn most<T: PartialOrd>(values: impl IntoIterator<Item = T>) -> Option<Letter> {
    let values = Letter::ALL.into_iter().zip(values);
    let best = values.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(letter, _)| letter)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Words of the option that stand in the episode or the question.
fn shared_words(question: &Question, option: &str) -> usize {
    let known = |word: &&str| {
        words(summary(question))
            .chain(words(question.text))
            .any(|other| other == *word)
    };
    words(option).filter(known).count()
}

/// A linear choice among the options by their words: softmax over the sums of word weights,
/// fitted by gradient descent. It sees neither episode nor question, but which letter an option
/// stands under.
struct Bag {
    weights: HashMap<String, f32>,
    letters: [f32; MAX_OPTIONS],
}

impl Bag {
    /// Passes over the training questions.
    const EPOCHS: u32 = 8;

    fn learn(train: &[Asked]) -> Bag {
        let mut bag = Bag {
            weights: HashMap::new(),
            letters: [0.0; MAX_OPTIONS],
        };
        for epoch in 0..Bag::EPOCHS {
            let rate = 0.2 / (1 + epoch) as f32;
            for (_, choice) in train {
                bag.step(choice, rate);
            }
        }
        bag
    }

    fn step(&mut self, choice: &Choice, rate: f32) {
        let mut exps = self.scores(choice);
        let top = exps.iter().copied().fold(f32::MIN, f32::max);
        exps.iter_mut()
            .for_each(|score| *score = (*score - top).exp());
        let sum: f32 = exps.iter().sum();
        let options = choice.letters().iter().zip(&choice.options).zip(exps);
        for ((letter, option), exp) in options {
            let target = f32::from(u8::from(*letter == choice.key));
            let change = rate * (target - exp / sum);
            if let Some(weight) = self.letters.get_mut(letter.index()) {
                *weight += change;
            }
            for word in words(option.text) {
                match self.weights.get_mut(word) {
                    Some(weight) => *weight += change,
                    None => drop(self.weights.insert(word.to_owned(), change)),
                }
            }
        }
    }

    fn scores(&self, choice: &Choice) -> Vec<f32> {
        let options = self.letters.iter().zip(&choice.options);
        let scores = options.map(|(letter, option)| {
            let known = words(option.text).filter_map(|word| self.weights.get(word));
            letter + known.sum::<f32>()
        });
        scores.collect()
    }

    fn answer(&self, choice: &Choice) -> Option<Letter> {
        most(self.scores(choice))
    }
}

#[cfg(test)]
mod tests;
