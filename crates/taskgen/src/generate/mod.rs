//! Generated questions: a seed, a split, a level, a task and a number give a question whose
//! answer is computed. docs/TASKS.md describes the model behind them.
//!
//! Nothing here reads a clock, the environment or a floating-point number: the same arguments
//! give the same bytes on every machine.

mod costs;
mod level;
mod policy;
mod render;
pub(crate) mod rng;
mod scenario;
mod trajectory;
mod vocabulary;

use edgescore_taskpack::{
    Draft, DraftEpisode, DraftKind, DraftOption, DraftQuestion, DraftTask, Fault, Letter,
};

pub use level::Level;
pub use vocabulary::{VocabularyError, built_in, reference_model};

use costs::{AVERAGE, BANNED, MYOPIC};
use rng::Rng;
use vocabulary::TaskWords;

const SYSTEM: &str = "Decide for a 6G network. Regret: an option's cost minus the least cost of \
any allowed option in that future. Choose the allowed option with the least worst regret.";

/// Names no letter as an example: a small model answers with it (docs/bench/2026-11-27-wording).
const INSTRUCTION: &str = r#"Reply with JSON only, such as {"answer": "_"}."#;

/// Which questions a pack is for. Splits draw from streams of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// For training models.
    Train,
    /// For choosing among them.
    Dev,
    /// For reporting.
    Test,
}

impl Split {
    /// The name in file names and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Dev => "dev",
            Split::Test => "test",
        }
    }
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Seed of everything.
    pub seed: u64,
    /// Which stream.
    pub split: Split,
    /// How hard.
    pub level: Level,
    /// Questions of each task.
    pub per_task: u32,
}

/// Why questions cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// The built-in words are not usable.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// The words or costs do not give a question.
    #[error("task {0} gives no question at level {1}: its words in tasks/generator are too few")]
    NoQuestion(String, u8),
}

/// Adds `per_task` questions of each task to `draft`, in rounds over its tasks.
pub(crate) fn in_rounds<E>(
    draft: &mut Draft,
    per_task: u32,
    question: impl Fn(usize, u64) -> Result<(DraftEpisode, DraftQuestion), E>,
) -> Result<(), E> {
    for round in 0..u64::from(per_task) {
        for task in 0..draft.tasks.len() {
            let (episode, question) = question(task, round)?;
            draft.episodes.push(episode);
            draft.questions.push(question);
        }
    }
    Ok(())
}

/// The thirty tasks, ready to draw questions from.
pub struct Generator {
    tasks: Vec<TaskWords>,
}

impl Generator {
    /// Reads the built-in words.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new() -> Result<Generator, GenerateError> {
        let tasks = vocabulary::tasks()?;
        Ok(Generator { tasks })
    }

    /// A pack of `per_task` questions of each task, in rounds over the tasks, so that any start
    /// of it holds the tasks evenly. A longer pack starts with the questions of a shorter one.
    ///
    /// # Errors
    /// A task that gives no question, which is a fault of its words.
    pub fn draft(&self, recipe: &Recipe) -> Result<Draft, GenerateError> {
        let Recipe {
            seed,
            split,
            level,
            per_task,
        } = *recipe;
        let (split, number) = (split.name(), level.number());
        let mut draft = Draft {
            name: format!("{}{number}", Level::PACK_NAME),
            origin: format!(
                "Edgescore generator, seed {seed}, level {number}, split {split}, MIT OR Apache-2.0"
            ),
            system: SYSTEM.to_owned(),
            instruction: INSTRUCTION.to_owned(),
            ..Draft::default()
        };
        draft.tasks.extend(self.tasks.iter().map(|task| DraftTask {
            id: task.words.id.clone(),
            name: task.name.clone(),
            group: task.group.clone(),
            definition: task.words.definition.clone(),
            pass_at_k: task.pass_at_k,
        }));
        let question = |task, round| self.question(recipe, task, round);
        in_rounds(&mut draft, per_task, question)?;
        Ok(draft)
    }

    /// Question `round` of task number `task` (from 0), with an episode of its own.
    fn question(
        &self,
        recipe: &Recipe,
        task: usize,
        round: u64,
    ) -> Result<(DraftEpisode, DraftQuestion), GenerateError> {
        let tasks = self.tasks.len();
        let place = round * tasks as u64 + task as u64;
        let none = || GenerateError::NoQuestion(format!("T{}", task + 1), recipe.level.number());
        let task_words = self.tasks.get(task).ok_or_else(none)?;
        let stream = [
            recipe.seed,
            recipe.split as u64,
            u64::from(recipe.level.number()),
        ];
        // Each letter is right once in every four questions.
        let mut right = [Letter::A, Letter::B, Letter::C, Letter::D];
        Rng::new(&[&stream[..], &[0, place / 4]].concat()).shuffle(&mut right);
        let answer = right[(place % 4) as usize];
        let mut rng = Rng::new(&[&stream[..], &[task_words.number, round]].concat());
        let shape = recipe.level.shape();
        let scenario = scenario::draw(task_words, &shape, answer, &mut rng).ok_or_else(none)?;
        let faults = scenario.letters.map(|option| match option {
            MYOPIC => Some(Fault::Myopic),
            AVERAGE => Some(Fault::AverageCase),
            BANNED => Some(Fault::PolicyBlind),
            _ => None,
        });
        let options = scenario.option_texts().into_iter().zip(faults);
        let options = options.map(|(text, fault)| DraftOption { text, fault });
        let question = DraftQuestion {
            episode: Some(place as usize),
            task,
            text: scenario.question(),
            instruction: None,
            reason: scenario.reason(),
            kind: DraftKind::Choice {
                key: answer,
                options: options.collect(),
            },
        };
        let id = format!(
            "{}-level{}-{}-{}-{round}",
            task_words.words.id,
            recipe.level.number(),
            recipe.split.name(),
            recipe.seed
        );
        Ok((
            DraftEpisode {
                id,
                summary: scenario.summary(),
            },
            question,
        ))
    }
}
