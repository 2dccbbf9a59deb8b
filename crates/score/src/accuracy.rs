//! pass@1 overall, per task and per group.

use serde::Serialize;

use crate::row::Outcome;
use crate::{Estimate, Proportion, Reading, Reason, Row, Run, Term, linear_interval};

/// How the questions of one task, or of a whole run, went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Right answers.
    pub correct: u32,
    /// Answers from which no letter could be read. They count as wrong.
    pub unparsed: u32,
    /// Traces that did not end, so that there is no answer. They count as wrong.
    pub incomplete: u32,
    /// Questions that count: answered, unparsed or incomplete.
    pub counted: u32,
    /// Questions not asked to the end. They do not count.
    pub skipped: u32,
}

impl Tally {
    fn add(&mut self, row: &Row) {
        if row.answer == Outcome::Skipped {
            self.skipped += 1;
            return;
        }
        self.counted += 1;
        self.correct += u32::from(row.is_correct());
        self.unparsed += u32::from(row.answer == Outcome::Unparsed);
        self.incomplete += u32::from(row.answer == Outcome::Incomplete);
    }

    /// Right answers among those that count.
    pub fn proportion(&self) -> Reading<Proportion> {
        Proportion::new(self.correct, self.counted)
    }

    /// Accuracy with its Wilson interval.
    pub fn accuracy(&self) -> Reading<Estimate> {
        self.proportion().map(Proportion::estimate)
    }
}

/// The mean of a group's task accuracies: every task weighs the same, however many
/// questions it has.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GroupAccuracy {
    /// The group, as [`crate::ScoredTask::group`] names it.
    pub group: u8,
    /// Tasks of the group that have counted questions. The mean is over these.
    pub tasks: u32,
    /// Tasks of the group that have none, in a subset or a run that was cut off.
    pub tasks_without_questions: u32,
    /// The mean, with the interval of [`linear_interval`]: a task's accuracy is an
    /// independent proportion, and each has weight 1/tasks.
    pub accuracy: Reading<Estimate>,
}

/// pass@1 of a run, over the headline rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Accuracy {
    /// Accuracy of a uniform guess, the mean over the counted questions.
    pub chance: f64,
    /// All questions.
    pub overall: Tally,
    /// By task, in the order of the task table.
    pub tasks: Vec<Tally>,
    /// By group, in ascending order of group.
    pub groups: Vec<GroupAccuracy>,
}

impl Accuracy {
    /// Counts the headline rows of `run`.
    pub fn of(run: &Run) -> Accuracy {
        let mut overall = Tally::default();
        let mut tasks = vec![Tally::default(); run.tasks().len()];
        for row in run.headline() {
            overall.add(row);
            if let Some(tally) = tasks.get_mut(usize::from(row.task)) {
                tally.add(row);
            }
        }
        Accuracy {
            chance: run.chance(),
            overall,
            groups: groups(run, &tasks),
            tasks,
        }
    }
}

fn groups(run: &Run, tallies: &[Tally]) -> Vec<GroupAccuracy> {
    let mut names: Vec<u8> = run.tasks().iter().map(|task| task.group).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|group| {
            let members: Vec<Reading<Proportion>> = run
                .tasks()
                .iter()
                .zip(tallies)
                .filter(|(task, _)| task.group == group)
                .map(|(_, tally)| tally.proportion())
                .collect();
            let counted: Vec<Proportion> = members.iter().filter_map(|m| m.value()).collect();
            GroupAccuracy {
                group,
                tasks: counted.len() as u32,
                tasks_without_questions: (members.len() - counted.len()) as u32,
                accuracy: mean_of(&counted),
            }
        })
        .collect()
}

fn mean_of(proportions: &[Proportion]) -> Reading<Estimate> {
    if proportions.is_empty() {
        return Reading::Missing(Reason::NoRows);
    }
    let weight = 1.0 / proportions.len() as f64;
    let terms: Vec<Term> = proportions
        .iter()
        .map(|&proportion| Term { weight, proportion })
        .collect();
    Reading::Value(Estimate {
        value: proportions.iter().map(|p| p.value()).sum::<f64>() * weight,
        interval: Reading::Value(linear_interval(&terms)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Letter, Rotation, ScoredTask};
    use proptest::prelude::*;

    const TASKS: [ScoredTask; 3] = [
        ScoredTask {
            group: 1,
            pass_k: false,
        },
        ScoredTask {
            group: 1,
            pass_k: false,
        },
        ScoredTask {
            group: 2,
            pass_k: false,
        },
    ];

    fn row(question: u32, task: u8, answer: Outcome) -> Row {
        Row {
            question,
            latency_us: None,
            task,
            options: 4,
            key: Letter::C,
            answer,
            call: None,
            rotation: Rotation::default(),
            evidence: Evidence::None,
        }
    }

    #[test]
    fn unparsed_is_wrong_and_skipped_is_out() {
        let right = Outcome::Letter(Letter::C);
        let wrong = Outcome::Letter(Letter::A);
        let rows = [
            row(0, 0, right),
            row(1, 0, right),
            row(2, 0, Outcome::Unparsed),
            row(3, 0, Outcome::Skipped),
            row(4, 1, wrong),
            Row {
                rotation: Rotation::new(1),
                ..row(4, 1, right)
            },
        ];
        let accuracy = Accuracy::of(&Run::new(&TASKS, &rows).unwrap());
        assert_eq!(
            accuracy.overall,
            Tally {
                correct: 2,
                unparsed: 1,
                incomplete: 0,
                counted: 4,
                skipped: 1
            }
        );
        assert_eq!(accuracy.overall.accuracy().value().unwrap().value, 0.5);

        // Group 1: the mean of 2/3 and 0/1, not the pooled 2/4.
        let group = accuracy.groups[0];
        assert!((group.accuracy.value().unwrap().value - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!((group.tasks, group.tasks_without_questions), (2, 0));

        // Group 2 has a task and no question: a reason, not 0.
        assert_eq!(accuracy.groups[1].tasks_without_questions, 1);
        assert_eq!(
            accuracy.groups[1].accuracy,
            Reading::Missing(Reason::NoRows)
        );
    }

    fn any_answer() -> impl Strategy<Value = Outcome> {
        prop_oneof![
            (0usize..4).prop_map(|i| Outcome::Letter(Letter::ALL[i])),
            Just(Outcome::Unparsed),
            Just(Outcome::Skipped),
        ]
    }

    proptest! {
        #[test]
        fn order_of_rows_does_not_matter(
            (rows, shuffled) in prop::collection::vec((0u8..3, any_answer()), 0..60)
                .prop_map(|list| {
                    list.into_iter()
                        .enumerate()
                        .map(|(i, (task, answer))| row(i as u32, task, answer))
                        .collect::<Vec<_>>()
                })
                .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        ) {
            let accuracy = Accuracy::of(&Run::new(&TASKS, &rows).unwrap());
            prop_assert_eq!(&accuracy, &Accuracy::of(&Run::new(&TASKS, &shuffled).unwrap()));

            let summed: u32 = accuracy.tasks.iter().map(|t| t.counted + t.skipped).sum();
            prop_assert_eq!(summed as usize, rows.len());
            for group in &accuracy.groups {
                if let Some(estimate) = group.accuracy.value() {
                    let interval = estimate.interval.value().unwrap();
                    prop_assert!(interval.contains(estimate.value));
                }
            }
        }
    }
}
