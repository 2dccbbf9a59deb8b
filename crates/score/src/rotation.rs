//! The same question in all cyclic orders of its options.

use serde::Serialize;

use crate::moments::Moments;
use crate::{Estimate, Letter, Outcome, Proportion, Reading, Row, Run};

/// What turning the options does, over the questions asked in all orders, of which there are as many
/// as options, and skipped in none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RotationReport {
    /// Questions asked in all orders.
    pub complete: u32,
    /// Questions asked in some orders only. They are left out below.
    pub incomplete: u32,
    /// Accuracy in each order, from rotation 0 on, over the questions that have it.
    pub accuracy: Vec<Reading<Estimate>>,
    /// Accuracy averaged over the orders: a preference for a letter cancels out of it. The
    /// interval is over questions, not over askings.
    pub mean_accuracy: Reading<Estimate>,
    /// Share of the questions with the same option chosen in all orders, right or
    /// wrong. A model that answers one letter throughout has 0.
    pub consistency: Reading<Estimate>,
    /// Questions with the same letter chosen in all orders: the place decided, not the option.
    pub same_letter: u32,
    /// Share of the questions right in all orders (the strict score of Liu et al.,
    /// MMBench, arXiv:2307.06281).
    pub always_right: Reading<Estimate>,
}

impl RotationReport {
    /// Over all rows of `run`.
    pub fn of(run: &Run) -> RotationReport {
        let mut rows: Vec<&Row> = run.rows().iter().filter(|row| row.has_options()).collect();
        rows.sort_unstable_by_key(|row| (row.question, row.rotation.steps()));

        let (mut complete, mut incomplete) = (0, 0);
        let (mut consistent, mut always_right, mut same_letter) = (0, 0, 0);
        let mut at: Vec<(u32, u32)> = Vec::new();
        let mut mean = Moments::default();
        for turns in rows.chunk_by(|a, b| a.question == b.question) {
            // The run holds no rotation twice, so as many rows as options are all rotations.
            let options = turns.iter().map(|row| usize::from(row.options)).max();
            if Some(turns.len()) < options || turns.iter().any(|row| row.answer == Outcome::Skipped)
            {
                incomplete += 1;
                continue;
            }
            complete += 1;
            at.resize(at.len().max(turns.len()), (0, 0));
            let mut right = 0;
            for ((right_here, asked), row) in at.iter_mut().zip(turns) {
                *asked += 1;
                *right_here += u32::from(row.is_correct());
                right += usize::from(row.is_correct());
            }
            mean.push(right as f64 / turns.len() as f64);
            always_right += u32::from(right == turns.len());
            consistent += u32::from(same(turns, |row, letter| {
                row.rotation.original(letter, row.options)
            }));
            same_letter += u32::from(same(turns, |_, letter| letter));
        }
        let share = |count| Proportion::new(count, complete).map(Proportion::estimate);
        RotationReport {
            complete,
            incomplete,
            accuracy: at
                .iter()
                .map(|(right, asked)| Proportion::new(*right, *asked).map(Proportion::estimate))
                .collect(),
            mean_accuracy: mean.estimate(0.0, 1.0),
            consistency: share(consistent),
            same_letter,
            always_right: share(always_right),
        }
    }
}

/// Whether all turns answered, and what `of` makes of their letters is the same.
fn same(turns: &[&Row], of: impl Fn(&Row, Letter) -> Letter) -> bool {
    let mut choices = turns.iter().map(|row| match row.answer {
        Outcome::Letter(letter) => Some(of(row, letter)),
        _ => None,
    });
    match choices.next().flatten() {
        Some(first) => choices.all(|choice| choice == Some(first)),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Reason, Rotation, ScoredTask};
    use proptest::prelude::*;

    const TASKS: [ScoredTask; 1] = [ScoredTask {
        group: 1,
        pass_k: false,
    }];

    /// The row of a question whose right option is `key`, answered with letter `answer`.
    fn row(question: u32, key: usize, rotation: Rotation, answer: Outcome) -> Row {
        row_of(4, question, key, rotation, answer)
    }

    fn row_of(options: u8, question: u32, key: usize, rotation: Rotation, answer: Outcome) -> Row {
        Row {
            question,
            latency_us: None,
            task: 0,
            options,
            key: rotation.shown(Letter::ALL[key], options),
            answer,
            call: None,
            rotation,
            evidence: Evidence::None,
        }
    }

    fn all_turns(question: u32, key: usize, answer: impl Fn(Rotation) -> Letter) -> Vec<Row> {
        Rotation::all(4)
            .map(|rotation| row(question, key, rotation, Outcome::Letter(answer(rotation))))
            .collect()
    }

    #[test]
    fn incomplete_questions_are_counted_and_left_out() {
        let mut rows = all_turns(0, 2, |r| r.shown(Letter::C, 4));
        rows.extend(all_turns(1, 0, |_| Letter::A).into_iter().take(3));
        let mut skipped = all_turns(2, 0, |_| Letter::A);
        skipped[1].answer = Outcome::Skipped;
        rows.extend(skipped);
        let got = RotationReport::of(&Run::new(&TASKS, &rows).unwrap());
        assert_eq!((got.complete, got.incomplete), (1, 2));
        // Question 0 was answered with option C in every order, and C is right.
        assert_eq!(got.consistency.value().unwrap().value, 1.0);
        assert_eq!(got.always_right.value().unwrap().value, 1.0);

        let none = RotationReport::of(&Run::new(&TASKS, &[]).unwrap());
        assert_eq!(none.consistency, Reading::Missing(Reason::NoRows));
    }

    #[test]
    fn unparsed_in_every_order_is_not_consistent() {
        let rows: Vec<Row> = Rotation::all(4)
            .map(|r| row(0, 0, r, Outcome::Unparsed))
            .collect();
        let got = RotationReport::of(&Run::new(&TASKS, &rows).unwrap());
        assert_eq!(got.consistency.value().unwrap().value, 0.0);
    }

    /// A question of two options has two orders, one of five has five.
    #[test]
    fn there_are_as_many_orders_as_options() {
        let turns = |options: u8, question, right: bool| {
            Rotation::all(options).map(move |rotation| {
                let shown = rotation.shown(Letter::B, options);
                let other = Rotation::new(1).original(shown, options);
                let answer = Outcome::Letter(if right { shown } else { other });
                row_of(options, question, 1, rotation, answer)
            })
        };
        let mut rows: Vec<Row> = turns(2, 0, true).collect();
        rows.extend(turns(5, 1, true));
        rows.extend(turns(5, 2, false));
        rows.extend(turns(5, 3, true).take(4));
        let got = RotationReport::of(&Run::new(&TASKS, &rows).unwrap());
        assert_eq!((got.complete, got.incomplete), (3, 1));
        let accuracy = got.accuracy.iter().map(|a| a.value().unwrap().value);
        let third = 2.0 / 3.0;
        assert!(accuracy.eq([third, third, 0.5, 0.5, 0.5]));
        assert_eq!(got.consistency.value().unwrap().value, 1.0);
    }

    proptest! {
        /// A constant letter is exactly at chance once every question is asked in all four rotations.
        #[test]
        fn a_constant_letter_is_at_chance_and_never_consistent(
            golds in prop::collection::vec(0usize..4, 1..40),
            letter in 0usize..4,
        ) {
            let rows: Vec<Row> = golds
                .iter()
                .enumerate()
                .flat_map(|(i, &g)| all_turns(i as u32, g, |_| Letter::ALL[letter]))
                .collect();
            let got = RotationReport::of(&Run::new(&TASKS, &rows).unwrap());
            prop_assert!((got.mean_accuracy.value().unwrap().value - 0.25).abs() < 1e-12);
            prop_assert_eq!(got.consistency.value().unwrap().value, 0.0);
            prop_assert_eq!(got.always_right.value().unwrap().value, 0.0);
        }

        /// A model that looks at the option only is consistent, and equally good in each order.
        #[test]
        fn a_reader_is_consistent(
            questions in prop::collection::vec((0usize..4, 0usize..4), 1..40),
        ) {
            let rows: Vec<Row> = questions
                .iter()
                .enumerate()
                .flat_map(|(i, &(key, chosen))| {
                    all_turns(i as u32, key, move |r| {
                        r.shown(Letter::ALL[chosen], 4)
                    })
                })
                .collect();
            let got = RotationReport::of(&Run::new(&TASKS, &rows).unwrap());
            prop_assert_eq!(got.consistency.value().unwrap().value, 1.0);
            let accuracy = got.accuracy.iter().map(|a| a.value().unwrap().value);
            let accuracy: Vec<f64> = accuracy.collect();
            prop_assert!(accuracy.iter().all(|a| *a == accuracy[0]));
            prop_assert_eq!(got.always_right.value().unwrap().value, accuracy[0]);
        }
    }
}
