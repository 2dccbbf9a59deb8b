//! Several questions whose prompts are computed one after another, and whose texts are written together:
//! scenario offline.

use edgescore_record::{Ask, Question, Sample, WhySkipped};
use edgescore_taskpack as taskpack;

use super::{Answerer, answered, both, has_calls, length, randomness, read};
use crate::decoder::Decoder;
use crate::error::RunError;
use crate::inference::no_answer::{NOT_FINITE, NoAnswer, skipped};
use crate::inference::prompt::Prompt;
use crate::inference::texts::{self, Spent, Start};
use crate::inference::waiting::Waiting;
use crate::inference::writing::{Beginning, Pick};

/// An answer of those that were gathered.
pub struct Gathered {
    /// What was asked.
    pub ask: Ask,
    /// The row, or why there is none.
    pub row: Result<Question, WhySkipped>,
    /// The task.
    pub task: u32,
    /// Its draws, without those that were lost.
    pub drawn: Vec<Sample>,
    /// Where its text is: [`Answerer::together`]; those of the draws follow by their numbers.
    pub place: usize,
}

impl<'m, S: Decoder> Answerer<'m, S> {
    /// Whether a question with `draws` can be gathered beside those that were.
    pub fn has_room(&self, draws: u8) -> bool {
        let sequences = self.cache.shape().sequences.saturating_sub(1) as usize;
        self.gathered_texts() + 1 + usize::from(draws) <= sequences
    }

    fn gathered_texts(&self) -> usize {
        self.waiting.iter().map(Waiting::texts).sum()
    }

    /// Computes a prompt, and keeps it until its text and `draws` are written with those of others.
    pub fn gather(
        &mut self,
        ask: Ask,
        question: taskpack::Question<'m>,
        prompt: Prompt,
        draws: u8,
    ) -> Result<(), NoAnswer> {
        let prefill = self.begin(prompt, self.rules.room())?;
        let place = self.gathered_texts();
        let (temperature, seed) = (self.temperature, self.seed);
        let drawn = (0..draws).map(|draw| Pick::Draw(temperature, randomness(seed, ask, draw)));
        let picks = std::iter::once(Pick::Greedy).chain(drawn);
        let texts = self.together.iter_mut().skip(place);
        for (pick, text) in picks.zip(texts) {
            let beginning = Beginning {
                pick,
                answers: true,
                special: has_calls(&question.kind),
                grammar: self.grammar,
                first: &self.first,
            };
            text.begin(&self.rules, beginning)?;
        }
        // There are at most 255 sequences.
        let first = place as u32 + 1;
        let session = self.cache.session();
        session.fork(first..first + 1 + u32::from(draws));
        self.waiting.push(Waiting {
            ask,
            question,
            prompt_tokens: length(prompt),
            prefill,
            draws,
        });
        Ok(())
    }

    /// Writes the texts of all questions that were gathered, in their order.
    pub fn write_gathered(&mut self) -> Result<Vec<Gathered>, RunError> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let count = waiting.iter().map(Waiting::texts).sum();
        let session = self.cache.session();
        let from = Start::now(session);
        let texts = self.together.get_mut(..count).unwrap_or_default();
        let spent = texts::together(session, &self.rules, from, texts);
        let mut spent = skipped(spent)?.unwrap_or_default().into_iter();
        let mut all = Vec::with_capacity(waiting.len());
        let mut place = 0;
        for asked in waiting {
            let (ask, task) = (asked.ask, asked.question.task.index);
            let count = asked.texts();
            let mut texts = self.together.iter_mut().skip(place).zip(&mut spent);
            let answer = |text, spent: Option<Spent>| -> Result<_, NoAnswer> {
                let spent = spent.ok_or(NOT_FINITE)?;
                Ok((read(self.parser, ask, &asked.question, text)?, spent))
            };
            let greedy = texts.next().map(|(text, spent)| answer(text, spent));
            let row = skipped(greedy.unwrap_or(Err(NOT_FINITE)))?;
            let mut drawn = Vec::with_capacity(usize::from(asked.draws));
            for (draw, (text, spent)) in (0..asked.draws).zip(texts) {
                // A draw without an answer is lost alone.
                if let Ok((answer, spent)) = skipped(answer(text, spent))? {
                    drawn.push(Sample {
                        ask,
                        task,
                        draw,
                        answer,
                        generated: spent.generated,
                        energy: spent.energy,
                    });
                }
            }
            let row = row.map(|(answer, spent)| {
                let (tokens, prefill) = (asked.prompt_tokens, asked.prefill);
                Question {
                    generated: Some(spent.generated),
                    energy: both(prefill.energy, spent.energy),
                    ..answered(ask, &asked.question, answer, tokens, prefill)
                }
            });
            all.push(Gathered {
                ask,
                row,
                task,
                drawn,
                place,
            });
            place += count;
        }
        Ok(all)
    }
}
