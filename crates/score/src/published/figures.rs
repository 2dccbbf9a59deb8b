//! What is published of a model, and what follows from it.

use crate::{
    CHANCE, EdgeInputs, Evidence, Letter, Outcome, Proportion, Reading, Reason, Rotation, Row,
    ScoredTask,
};

/// One of the benchmark's thirty tasks, T1 to T30 in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedTask {
    /// Number of questions.
    pub questions: u16,
    /// Group, 1 to 5.
    pub group: u8,
    /// Whether pass@3 and pass@5 are published for it.
    pub pass_k: bool,
}

const fn task(questions: u16, group: u8, pass_k: bool) -> PublishedTask {
    PublishedTask {
        questions,
        group,
        pass_k,
    }
}

/// Questions of the whole benchmark.
pub const QUESTIONS: u32 = 3722;

/// Questions of the seven pass@k tasks.
pub const PASS_K_QUESTIONS: u32 = 856;

/// The thirty tasks.
pub const TASKS: [PublishedTask; 30] = [
    task(115, 1, false),
    task(113, 1, true),
    task(112, 1, false),
    task(100, 2, false),
    task(118, 2, false),
    task(104, 2, false),
    task(117, 2, false),
    task(130, 2, false),
    task(115, 3, true),
    task(115, 3, false),
    task(119, 4, false),
    task(107, 1, true),
    task(128, 2, false),
    task(107, 2, false),
    task(129, 1, false),
    task(155, 2, false),
    task(154, 4, false),
    task(157, 4, false),
    task(129, 4, true),
    task(105, 4, true),
    task(132, 5, false),
    task(144, 5, false),
    task(114, 5, false),
    task(138, 5, false),
    task(112, 5, false),
    task(142, 3, true),
    task(106, 4, false),
    task(114, 5, false),
    task(146, 2, false),
    task(145, 3, true),
];

/// The thirty tasks as a run's task table.
pub fn task_table() -> [ScoredTask; 30] {
    TASKS.map(|task| ScoredTask {
        group: task.group,
        pass_k: task.pass_k,
    })
}

/// A model's published figures, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TinyModel {
    /// Name on the model hub.
    pub model: &'static str,
    /// pass@1 over all questions.
    pub pass_1: u16,
    /// pass@3 over the pass@k tasks.
    pub pass_3: u16,
    /// pass@5 over the pass@k tasks.
    pub pass_5: u16,
    /// pass@1 of T1 to T30.
    pub task_pass_1: [u16; 30],
    /// pass@3 of the pass@k tasks, in task order.
    pub task_pass_3: [u16; 7],
    /// pass@5 of the pass@k tasks, in task order.
    pub task_pass_5: [u16; 7],
}

/// How many questions of each task were passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Right at the first, greedy try, T1 to T30.
    pub correct: [u16; 30],
    /// Right in three sampled tries, pass@k tasks in task order.
    pub pass_3: [u16; 7],
    /// Right in five sampled tries. Sampled apart from the three, so it can be lower.
    pub pass_5: [u16; 7],
}

/// One question asked alone, after the model's load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SingleQuery {
    /// From request to answer, load included, in milliseconds.
    pub latency_ms: f64,
    /// The load's part of it.
    pub load_ms: f64,
    /// Peak GPU memory in GiB.
    pub peak_gib: f64,
    /// Tokens written.
    pub output_tokens: u16,
}

/// A GGUF build's published figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GgufBuild {
    /// Name in the model library.
    pub model: &'static str,
    /// Questions passed.
    pub counts: Counts,
    /// Its single-query runs.
    pub queries: &'static [SingleQuery],
}

/// Tokens at which the source cut a single query off. A run that wrote as many has not
/// answered.
const OUTPUT_LIMIT: u16 = 1000;

impl TinyModel {
    /// The counts behind the three-decimal figures. They are unique: the largest task has
    /// 157 questions, so neighbouring counts differ by 6 thousandths or more.
    pub fn counts(&self) -> Counts {
        let mut flagged = TASKS.iter().filter(|task| task.pass_k);
        let questions: [u16; 7] =
            core::array::from_fn(|_| flagged.next().map_or(0, |task| task.questions));
        Counts {
            correct: whole(self.task_pass_1, TASKS.map(|task| task.questions)),
            pass_3: whole(self.task_pass_3, questions),
            pass_5: whole(self.task_pass_5, questions),
        }
    }
}

/// Nearest whole counts of `thousandths` of `questions`.
fn whole<const N: usize>(thousandths: [u16; N], questions: [u16; N]) -> [u16; N] {
    let mut questions = questions.into_iter();
    thousandths.map(|share| {
        let of = u32::from(questions.next().unwrap_or(0));
        ((u32::from(share) * of + 500) / 1000) as u16
    })
}

impl Counts {
    /// pass@1 over all questions.
    pub fn accuracy(&self) -> Reading<Proportion> {
        Proportion::new(total(&self.correct), QUESTIONS)
    }

    /// pass@1 over the questions of the pass@k tasks.
    pub fn pass_k_accuracy(&self) -> Reading<Proportion> {
        let correct = self.correct.iter().zip(TASKS);
        let flagged = correct.filter(|(_, task)| task.pass_k);
        Proportion::new(
            flagged.map(|(&correct, _)| u32::from(correct)).sum(),
            PASS_K_QUESTIONS,
        )
    }

    /// pass@3 over the questions of the pass@k tasks.
    pub fn pass_3(&self) -> Reading<Proportion> {
        Proportion::new(total(&self.pass_3), PASS_K_QUESTIONS)
    }

    /// pass@5 over the questions of the pass@k tasks.
    pub fn pass_5(&self) -> Reading<Proportion> {
        Proportion::new(total(&self.pass_5), PASS_K_QUESTIONS)
    }

    /// Delta_5 as published: pass@5 over the pass@k tasks minus pass@1 over all.
    pub fn delta_5(&self) -> Reading<f64> {
        difference(self.pass_5(), self.accuracy())
    }

    /// Delta_5 over the same questions.
    pub fn delta_5_like_for_like(&self) -> Reading<f64> {
        difference(self.pass_5(), self.pass_k_accuracy())
    }

    /// Rows with these counts, for the scores that take rows. Which question of a task was
    /// passed is not published, so only sums over a task mean anything: the first ones are
    /// the right ones, and key letters go round.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::with_capacity(QUESTIONS as usize);
        let mut pass_5 = self.pass_5.iter();
        let mut golds = Letter::of(4).iter().copied().cycle();
        for ((index, task), &correct) in (0u8..).zip(TASKS).zip(&self.correct) {
            let passed = match task.pass_k {
                true => pass_5.next(),
                false => None,
            };
            for (place, key) in (0..task.questions).zip(&mut golds) {
                let answer = match place < correct {
                    true => key,
                    false => Rotation::new(1).original(key, 4),
                };
                rows.push(Row {
                    question: rows.len() as u32,
                    latency_us: None,
                    task: index,
                    options: 4,
                    key,
                    answer: Outcome::Letter(answer),
                    call: None,
                    rotation: Rotation::default(),
                    evidence: match passed {
                        None => Evidence::None,
                        Some(&passed) => Evidence::Draws {
                            drawn: 5,
                            correct: u8::from(place < passed),
                        },
                    },
                });
            }
        }
        rows
    }
}

fn total(counts: &[u16]) -> u32 {
    counts.iter().copied().map(u32::from).sum()
}

fn difference(more: Reading<Proportion>, less: Reading<Proportion>) -> Reading<f64> {
    more.and_then(|more| less.map(|less| more.value() - less.value()))
}

impl SingleQuery {
    /// Latency without the load, in milliseconds.
    pub fn warm_ms(&self) -> f64 {
        self.latency_ms - self.load_ms
    }

    /// Whether the model stopped by itself.
    pub fn answered(&self) -> bool {
        self.output_tokens < OUTPUT_LIMIT
    }
}

impl GgufBuild {
    /// The fastest of the single queries that answered, load excluded.
    pub fn fastest_query(&self) -> Reading<SingleQuery> {
        self.queries
            .iter()
            .copied()
            .filter(SingleQuery::answered)
            .min_by(|a, b| a.warm_ms().total_cmp(&b.warm_ms()))
            .map_or(Reading::Missing(Reason::NoRows), Reading::Value)
    }

    /// Inputs of an Edge Score: accuracy over all questions, latency and memory of
    /// [`GgufBuild::fastest_query`], which is one query, not a median. The source has no
    /// energy.
    pub fn edge_inputs(&self) -> EdgeInputs {
        let query = self.fastest_query();
        EdgeInputs {
            accuracy: self.counts.accuracy().map(Proportion::estimate),
            chance: CHANCE,
            latency_s: query.map(|query| query.warm_ms() / 1e3),
            memory_gib: query.map(|query| query.peak_gib),
            energy: Reading::Missing(Reason::Unpublished),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_add_up() {
        let questions = |pass_k_only: bool| -> u32 {
            let tasks = TASKS.iter().filter(|task| task.pass_k || !pass_k_only);
            tasks.map(|task| u32::from(task.questions)).sum()
        };
        assert_eq!(questions(false), QUESTIONS);
        assert_eq!(questions(true), PASS_K_QUESTIONS);
        let sizes = [1, 2, 3, 4, 5].map(|g| TASKS.iter().filter(|t| t.group == g).count());
        assert_eq!(sizes, [5, 9, 4, 6, 6]);
    }

    /// Turning thousandths into counts and back gives every published figure again.
    #[test]
    fn counts_round_back_to_the_published_figures() {
        let back = |counts: &[u16], questions: &[u16], shares: &[u16], model| {
            for ((&count, &of), &share) in counts.iter().zip(questions).zip(shares) {
                // Half a thousandth either way: 45 of 144 is published as 0.312.
                let off = f64::from(count) / f64::from(of) * 1000.0 - f64::from(share);
                assert!(off.abs() <= 0.5, "{model}: {count} of {of}");
            }
        };
        let all = TASKS.map(|task| task.questions);
        let flagged: Vec<u16> = TASKS
            .iter()
            .filter(|task| task.pass_k)
            .map(|task| task.questions)
            .collect();
        for model in &crate::published::TINY_MODELS {
            let counts = model.counts();
            back(&counts.correct, &all, &model.task_pass_1, model.model);
            back(&counts.pass_3, &flagged, &model.task_pass_3, model.model);
            back(&counts.pass_5, &flagged, &model.task_pass_5, model.model);
        }
    }
}
