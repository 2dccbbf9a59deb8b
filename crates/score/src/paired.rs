//! Two runs over the same questions.

use serde::Serialize;

use crate::moments::NORMAL_NEEDS;
use crate::{
    Bootstrap, Discordance, Estimate, Interval, McNemar, Outcome, Proportion, Reading, Reason, Row,
    Run, Term, bootstrap_mean, linear_interval, mcnemar,
};

/// Runs that are not over the same questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// The runs disagree on the answer key.
    #[error("question {question} has another answer key in each run: compare runs of one pack")]
    AnswerKey {
        /// The question.
        question: u32,
    },
}

/// The rows of the questions that count in both runs.
pub(crate) struct Pairs<'a> {
    pub(crate) rows: Vec<(&'a Row, &'a Row)>,
    /// Questions that count in one of the runs only.
    pub(crate) unpaired: u32,
}

pub(crate) fn pair<'a>(first: &Run<'a>, second: &Run<'a>) -> Result<Pairs<'a>, PairError> {
    let sorted = |run: &Run<'a>| {
        let mut rows: Vec<&'a Row> = run.counted().collect();
        rows.sort_unstable_by_key(|row| row.question);
        rows
    };
    let (first, second) = (sorted(first), sorted(second));
    let mut rows = Vec::with_capacity(first.len().min(second.len()));
    let mut others = second.iter().copied().peekable();
    for &row in &first {
        while others
            .next_if(|other| other.question < row.question)
            .is_some()
        {}
        if let Some(other) = others.next_if(|other| other.question == row.question) {
            if other.key != row.key {
                return Err(PairError::AnswerKey {
                    question: row.question,
                });
            }
            rows.push((row, other));
        }
    }
    Ok(Pairs {
        unpaired: (first.len() + second.len() - 2 * rows.len()) as u32,
        rows,
    })
}

/// Two models on the questions that both answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Questions right in both runs.
    pub both: u32,
    /// Questions right in one of them.
    pub discordance: Discordance,
    /// Questions right in neither.
    pub neither: u32,
    /// Questions that count in one run only. They are left out.
    pub unpaired: u32,
    /// First accuracy minus second, with a paired bootstrap interval.
    pub difference: Reading<Estimate>,
    /// p-values against equal accuracy. Comparing several models, adjust them with
    /// [`crate::holm()`].
    pub mcnemar: McNemar,
}

/// Compares the accuracies of two runs over the questions that count in both. An unparsed
/// answer is wrong.
pub fn compare(first: &Run, second: &Run, how: Bootstrap) -> Result<Comparison, PairError> {
    let pairs = pair(first, second)?;
    Ok(judge(&pairs.rows, pairs.unpaired, how))
}

/// [`compare`] task by task, in the order of the first run's task table.
pub fn compare_tasks(
    first: &Run,
    second: &Run,
    how: Bootstrap,
) -> Result<Vec<Comparison>, PairError> {
    let pairs = pair(first, second)?;
    let counted = |run: &Run, task| run.counted().filter(|row| row.task == task).count();
    Ok((0u8..)
        .zip(first.tasks())
        .map(|(task, _)| {
            let of_task = pairs.rows.iter().filter(|(a, _)| a.task == task);
            let rows: Vec<_> = of_task.copied().collect();
            let both = counted(first, task) + counted(second, task);
            judge(&rows, both.saturating_sub(2 * rows.len()) as u32, how)
        })
        .collect())
}

fn judge(pairs: &[(&Row, &Row)], unpaired: u32, how: Bootstrap) -> Comparison {
    let (mut both, mut neither) = (0, 0);
    let mut discordance = Discordance {
        only_first: 0,
        only_second: 0,
    };
    let mut differences = Vec::with_capacity(pairs.len());
    for (a, b) in pairs {
        let (count, difference) = match (a.is_correct(), b.is_correct()) {
            (true, true) => (&mut both, 0.0),
            (true, false) => (&mut discordance.only_first, 1.0),
            (false, true) => (&mut discordance.only_second, -1.0),
            (false, false) => (&mut neither, 0.0),
        };
        *count += 1;
        differences.push(difference);
    }
    Comparison {
        both,
        discordance,
        neither,
        unpaired,
        difference: bootstrap_mean(&differences, how).map(|mean| Estimate {
            interval: difference_interval(mean, differences.len(), discordance),
            ..mean
        }),
        mcnemar: mcnemar(discordance),
    }
}

/// The bootstrap's interval where it can be trusted.
///
/// Without a discordant pair every resample is 0 and the bootstrap would claim certainty.
/// What none of n pairs showed has a probability of at most 1 - 0.05^(1/n), which bounds the
/// difference both ways. With some, but fewer than [`NORMAL_NEEDS`] pairs, there is no
/// interval.
fn difference_interval(
    mean: Estimate,
    pairs: usize,
    discordance: Discordance,
) -> Reading<Interval> {
    if discordance.only_first + discordance.only_second == 0 {
        let bound = 1.0 - 0.05f64.powf((pairs as f64).recip());
        return Reading::Value(Interval {
            low: -bound,
            high: bound,
        });
    }
    if (pairs as u64) < NORMAL_NEEDS {
        return Reading::Missing(Reason::Insufficient {
            have: pairs as u64,
            need: NORMAL_NEEDS,
        });
    }
    mean.interval
}

/// How many times longer the first run took than the second for the same question: the
/// geometric mean of the ratios over the questions timed in both, with a paired bootstrap
/// interval. A ratio and its inverse weigh the same.
pub fn latency_ratio(
    first: &Run,
    second: &Run,
    how: Bootstrap,
) -> Result<Reading<Estimate>, PairError> {
    let logarithms: Vec<f64> = pair(first, second)?
        .rows
        .iter()
        .filter_map(|(a, b)| {
            let ratio = f64::from(a.latency_us?.get()) / f64::from(b.latency_us?.get());
            Some(ratio.ln())
        })
        .collect();
    Ok(bootstrap_mean(&logarithms, how).map(|mean| Estimate {
        value: mean.value.exp(),
        interval: mean.interval.map(|interval| Interval {
            low: interval.low.exp(),
            high: interval.high.exp(),
        }),
    }))
}

/// First share minus second when the questions can't be paired, with Newcombe's interval
/// (see [`linear_interval`]). Wider than the paired one on the same questions.
pub fn unpaired_difference(first: Proportion, second: Proportion) -> Estimate {
    let term = |weight, proportion| Term { weight, proportion };
    Estimate {
        value: first.value() - second.value(),
        interval: Reading::Value(linear_interval(&[term(1.0, first), term(-1.0, second)])),
    }
}

/// Whether two rows gave the same letter; unparsed agrees with nothing.
pub(crate) fn same_letter(a: &Row, b: &Row) -> bool {
    matches!(a.answer, Outcome::Letter(_)) && a.answer == b.answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Letter, Rotation, ScoredTask};

    const TASKS: [ScoredTask; 1] = [ScoredTask {
        group: 1,
        pass_k: false,
    }];

    fn row(question: u32, answer: Outcome) -> Row {
        Row {
            question,
            latency_us: None,
            task: 0,
            options: 4,
            key: Letter::A,
            answer,
            call: None,
            rotation: Rotation::default(),
            evidence: Evidence::None,
        }
    }

    const CORRECT: Outcome = Outcome::Letter(Letter::A);
    const WRONG: Outcome = Outcome::Letter(Letter::B);

    #[test]
    fn pairs_by_question_whatever_the_order() {
        let first = [
            row(9, CORRECT),
            row(2, WRONG),
            row(4, CORRECT),
            row(5, Outcome::Skipped),
            row(7, CORRECT),
        ];
        let second = [
            row(5, CORRECT),
            row(4, Outcome::Unparsed),
            row(9, CORRECT),
            row(2, WRONG),
            row(3, CORRECT),
        ];
        let first = Run::new(&TASKS, &first).unwrap();
        let second = Run::new(&TASKS, &second).unwrap();
        let got = compare(&first, &second, Bootstrap::default()).unwrap();
        // Paired: 9 both right, 4 first only, 2 neither. Unpaired: 7 of the first, 3 and 5
        // of the second.
        assert_eq!((got.both, got.neither, got.unpaired), (1, 1, 3));
        assert_eq!(
            got.discordance,
            Discordance {
                only_first: 1,
                only_second: 0
            }
        );
        assert!((got.difference.value().unwrap().value - 1.0 / 3.0).abs() < 1e-12);

        let back = compare(&second, &first, Bootstrap::default()).unwrap();
        assert_eq!(back.mcnemar, got.mcnemar);
        assert!((back.difference.value().unwrap().value + 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_in_common_and_another_pack() {
        let (one, two) = ([row(1, CORRECT)], [row(2, CORRECT)]);
        let one = Run::new(&TASKS, &one).unwrap();
        let got = compare(&one, &Run::new(&TASKS, &two).unwrap(), Bootstrap::default()).unwrap();
        assert_eq!(got.difference, Reading::Missing(Reason::NoRows));
        assert_eq!(got.mcnemar.exact, 1.0);

        let mut other = row(1, CORRECT);
        other.key = Letter::C;
        let other = [other];
        assert_eq!(
            compare(
                &one,
                &Run::new(&TASKS, &other).unwrap(),
                Bootstrap::default()
            ),
            Err(PairError::AnswerKey { question: 1 })
        );
    }

    #[test]
    fn few_pairs_or_no_discordant_one_claim_no_certainty() {
        let rows = |count: u32, wrong: u32| -> Vec<Row> {
            let answer = |i| if i < wrong { WRONG } else { CORRECT };
            (0..count).map(|i| row(i, answer(i))).collect()
        };
        let interval = |count, wrong| {
            let (first, second) = (rows(count, 0), rows(count, wrong));
            let first = Run::new(&TASKS, &first).unwrap();
            let second = Run::new(&TASKS, &second).unwrap();
            let got = compare(&first, &second, Bootstrap::default()).unwrap();
            got.difference.value().unwrap().interval
        };
        // Rule of three: 0 of 100 bounds a share by about 3/100.
        let same = interval(100, 0).value().unwrap();
        assert!((same.high - 0.0295).abs() < 1e-4 && same.low == -same.high);
        assert_eq!(
            interval(29, 3),
            Reading::Missing(Reason::Insufficient { have: 29, need: 30 })
        );
        assert!(interval(30, 3).value().unwrap().contains(0.1));
    }

    #[test]
    fn tasks_are_judged_apart_and_add_up() {
        let tasks = [TASKS[0], TASKS[0], TASKS[0]];
        let on = |task, row: Row| Row { task, ..row };
        let first = [
            on(0, row(0, CORRECT)),
            on(0, row(1, CORRECT)),
            on(1, row(2, WRONG)),
            on(1, row(3, CORRECT)),
        ];
        let second = [
            on(0, row(0, WRONG)),
            on(0, row(1, CORRECT)),
            on(1, row(2, CORRECT)),
        ];
        let first = Run::new(&tasks, &first).unwrap();
        let second = Run::new(&tasks, &second).unwrap();
        let got = compare_tasks(&first, &second, Bootstrap::default()).unwrap();
        let seen: Vec<_> = got
            .iter()
            .map(|c| {
                (
                    c.both,
                    c.discordance.only_first,
                    c.discordance.only_second,
                    c.unpaired,
                )
            })
            .collect();
        assert_eq!(seen, [(1, 1, 0, 0), (0, 0, 1, 1), (0, 0, 0, 0)]);
        assert_eq!(got[2].difference, Reading::Missing(Reason::NoRows));
    }

    #[test]
    fn latency_ratios_are_geometric_and_turn_over() {
        let timed = |question, time| Row {
            latency_us: core::num::NonZeroU32::new(time),
            ..row(question, CORRECT)
        };
        let first = [timed(0, 100), timed(1, 400), timed(2, 0)];
        let second = [timed(0, 200), timed(1, 200), timed(2, 7)];
        let first = Run::new(&TASKS, &first).unwrap();
        let second = Run::new(&TASKS, &second).unwrap();
        let how = Bootstrap::default();
        // Half and double: on the whole the same. The untimed question is out.
        let there = latency_ratio(&first, &second, how)
            .unwrap()
            .value()
            .unwrap();
        assert!((there.value - 1.0).abs() < 1e-12);
        let interval = there.interval.value().unwrap();
        assert!((interval.low - 0.5).abs() < 1e-12 && (interval.high - 2.0).abs() < 1e-12);
        let itself = latency_ratio(&first, &first, how).unwrap();
        assert_eq!(itself.value().unwrap().value, 1.0);
    }

    /// Newcombe 1998, table II, example (a), method 10: 56/70 - 48/80 is 0.2 with the
    /// interval 0.0524 to 0.3339.
    #[test]
    fn unpaired_as_in_the_literature() {
        let share = |k, n| Proportion::new(k, n).value().unwrap();
        let got = unpaired_difference(share(56, 70), share(48, 80));
        let interval = got.interval.value().unwrap();
        assert!((got.value - 0.2).abs() < 1e-12);
        assert!((interval.low - 0.0524).abs() < 5e-5, "{interval:?}");
        assert!((interval.high - 0.3339).abs() < 5e-5, "{interval:?}");
    }
}
