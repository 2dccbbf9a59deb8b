//! Generated decisions whose answer is a call of a network function. docs/TASKS.md describes them.
//!
//! As in [`crate::generate`], nothing here reads a clock, the environment or a floating-point
//! number: the same arguments give the same bytes on every machine.

pub mod controls;
mod offer;
mod plan;
mod render;
mod rows;
mod rule;
mod scenario;
mod shape;
pub mod solve;
mod style;
mod unit;
mod values;
mod vocabulary;

use edgescore_taskpack::{Draft, DraftEpisode, DraftKind, DraftQuestion, DraftStep, DraftTask};

pub use vocabulary::WordsError;

use crate::generate::rng::Rng;
use crate::generate::{Recipe, in_rounds};
use plan::Ending;
use render::Writer;
use scenario::Scenario;
use shape::Shape;
use vocabulary::Vocabulary;

/// How the name of a pack starts; the level's number follows.
pub const PACK_NAME: &str = "edgescore-tools-";

const SYSTEM: &str = "You run a mobile network by calling its functions.";

const INSTRUCTION: &str = "Make the calls that the rules ask for and no others. Give the required \
parameters only, as whole numbers in their units. Calls for several rows go into one answer, in \
the order of the report. If no call is right or a value is missing, say so and call nothing.";

/// Keeps these streams apart from those of [`crate::generate`].
const STREAM: u64 = 0x746f_6f6c;
/// Streams of the order of endings and of places; tasks have those of their numbers, 1 to 30.
const ENDINGS: u64 = 100;
const PLACES: u64 = 101;

/// Why questions cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToolsError {
    /// The built-in words are not usable.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// The words do not give a question.
    #[error("task {0} gives no call at level {1}: widen its spans in tasks/tools/tasks.toml")]
    NoQuestion(String, u8),
}

/// The tasks whose answer is a call, ready to draw questions from.
pub struct Generator {
    vocabulary: Vocabulary,
}

impl Generator {
    /// Reads the built-in words.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new() -> Result<Generator, ToolsError> {
        let vocabulary = vocabulary::read()?;
        Ok(Generator { vocabulary })
    }

    /// A pack of `per_task` questions of each task, in rounds over the tasks. A longer pack starts
    /// with the questions of a shorter one. Of ten questions one asks for no call and one lacks a
    /// value; the function that the others call has each place equally often.
    ///
    /// # Errors
    /// A task that gives no question, which is a fault of its words.
    pub fn draft(&self, recipe: &Recipe) -> Result<Draft, ToolsError> {
        let Recipe {
            seed,
            split,
            level,
            per_task,
        } = *recipe;
        let (split, number) = (split.name(), level.number());
        let mut draft = Draft {
            name: format!("{PACK_NAME}{number}"),
            origin: format!(
                "Edgescore tool decisions, seed {seed}, level {number}, split {split}, MIT OR Apache-2.0"
            ),
            system: SYSTEM.to_owned(),
            instruction: INSTRUCTION.to_owned(),
            frame: ["{episode}", "{question}", "{instruction}"]
                .map(str::to_owned)
                .to_vec(),
            ..Draft::default()
        };
        let tasks = self.vocabulary.tasks.iter();
        draft.tasks.extend(tasks.map(|task| DraftTask {
            id: task.id.clone(),
            name: task.name.clone(),
            group: task.group.clone(),
            definition: task.definition.clone(),
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
    ) -> Result<(DraftEpisode, DraftQuestion), ToolsError> {
        let level = recipe.level.number();
        let none = |id: &str| ToolsError::NoQuestion(id.to_owned(), level);
        let words = self.vocabulary.tasks.get(task);
        let words = words.ok_or_else(|| none("?"))?;
        let number = round * self.vocabulary.tasks.len() as u64 + task as u64;
        let shape = Shape::of(recipe.level);
        let stream = |purpose: u64, number: u64| {
            let Recipe { seed, split, .. } = *recipe;
            Rng::new(&[
                STREAM,
                seed,
                split as u64,
                u64::from(level),
                purpose,
                number,
            ])
        };
        let ending = shuffled(number, 10, |block| stream(ENDINGS, block));
        let ending = match ending {
            0 => Ending::Nothing,
            1 => Ending::Missing,
            _ => Ending::Call,
        };
        let place = shuffled(number, shape.functions, |block| stream(PLACES, block));
        let mut rng = stream(words.number, round);
        let scenario = scenario::draw(words, &self.vocabulary, &shape, ending, place, &mut rng);
        let scenario = scenario.ok_or_else(|| none(&words.id))?;
        let mut writer = Writer {
            phrases: &self.vocabulary.phrases,
            rng: &mut rng,
        };
        let episode = DraftEpisode {
            id: format!(
                "{}-tools{level}-{}-{}-{round}",
                words.id,
                recipe.split.name(),
                recipe.seed
            ),
            summary: writer.summary(&scenario),
        };
        let question = DraftQuestion {
            episode: Some(number as usize),
            task,
            text: writer.question(&scenario),
            instruction: None,
            reason: scenario.reason.clone(),
            kind: self.kind(&scenario),
        };
        Ok((episode, question))
    }

    fn kind(&self, scenario: &Scenario) -> DraftKind {
        let offered = scenario.offered.iter();
        let offered = offered.filter_map(|at| self.vocabulary.functions.get(*at));
        let functions = offered
            .map(|function| scenario.style.function(function))
            .collect();
        let steps = scenario.steps.iter().map(|(calls, result)| DraftStep {
            calls: serde_json::Value::from(calls.as_slice()).to_string(),
            result: result.clone(),
        });
        let mut steps: Vec<DraftStep> = steps.collect();
        match (scenario.search, steps.pop()) {
            (None, Some(only)) => DraftKind::Tool {
                functions,
                calls: only.calls,
            },
            (_, last) => {
                steps.extend(last);
                DraftKind::Turns { functions, steps }
            }
        }
    }
}

/// A number below `count` for question `number`: each comes once in every `count` questions.
fn shuffled(number: u64, count: usize, stream: impl Fn(u64) -> Rng) -> usize {
    let mut order: Vec<usize> = (0..count).collect();
    stream(number / count as u64).shuffle(&mut order);
    let place = (number % count as u64) as usize;
    order.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
