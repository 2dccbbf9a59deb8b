//! The prompts of a run: how they are made, and how many tokens they have before the model is loaded.

use edgescore_engine::Token;
use edgescore_record::{Ask, Prompts, Stop};

use super::job::Job;
use crate::error::RunError;
use crate::inference::prefix_cache;
use crate::inference::prompt::{Prompt, PromptError, Prompter};
use crate::inference::vocabulary::Vocabulary;
use crate::stop;

/// Counts the prompts of `asks`, of which one follows the other. With `reuse`, what is cached of
/// the one before is not computed again.
/// Returns the tokens of the shortest beside the row.
pub fn count(
    prompter: &mut Prompter,
    asks: &[Ask],
    reuse: bool,
) -> Result<(Prompts, u32), RunError> {
    let mut counter = Counter::new(reuse);
    for ask in asks {
        if stop::is_interrupted() {
            return Err(RunError::Stopped(Stop::Interrupted));
        }
        for step in 0..prompter.steps(*ask)? {
            let at = match step {
                0 => *ask,
                step => Ask::of_step(ask.question(), step),
            };
            let (_, prompt) = prompter.open(at)?;
            counter.add(prompt);
        }
    }
    Ok((counter.sums, counter.shortest))
}

struct Counter {
    sums: Prompts,
    shortest: u32,
    reuse: bool,
    /// The last prompt up to the last of its shared ends.
    cached: Vec<Token>,
    /// Its shared ends.
    ends: Vec<usize>,
}

impl Counter {
    fn new(reuse: bool) -> Counter {
        Counter {
            sums: Prompts {
                longest: 0,
                tokens: 0,
                cached: 0,
            },
            shortest: u32::MAX,
            reuse,
            cached: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn add(&mut self, prompt: Prompt) {
        let length = prompt.tokens.len();
        self.sums.tokens += length as u64;
        self.sums.longest = self.sums.longest.max(length as u32);
        self.shortest = self.shortest.min(length as u32);
        if self.reuse {
            let reused = prefix_cache::reusable(self.ends.iter().copied(), &self.cached, prompt);
            let cached = reused.checked_sub(1).and_then(|last| self.ends.get(last));
            self.sums.cached += cached.map_or(0, |end| *end as u64);
        }
        self.ends.clear();
        self.ends.extend_from_slice(prompt.shared);
        let end = prompt.shared.last().copied().unwrap_or(0);
        self.cached.clear();
        self.cached
            .extend_from_slice(prompt.tokens.get(..end).unwrap_or_default());
    }
}

/// Makes the prompts of `job` for `model`.
pub fn prompter<'m>(job: &Job<'m>, model: &'m dyn Vocabulary) -> Result<Prompter<'m>, PromptError> {
    let plan = job.plan;
    Prompter::new(model, job.prompts, job.pack, plan.layout, plan.rotate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cached_of_the_prompt_before_is_not_counted_again() {
        let tokens = |numbers: &[u32]| numbers.iter().copied().map(Token).collect::<Vec<_>>();
        let prompts = [
            (tokens(&[1, 2, 3, 4, 5]), vec![2, 4]),
            // The first end is the same, the second lies elsewhere.
            (tokens(&[1, 2, 9, 9, 9, 9]), vec![2, 5]),
            // Other tokens at the same places.
            (tokens(&[1, 7, 9, 9, 9, 9]), vec![2, 5]),
            (tokens(&[1, 7, 9, 9, 9, 8]), vec![2, 5]),
        ];
        for (reuse, cached) in [(true, 2 + 5), (false, 0)] {
            let mut counter = Counter::new(reuse);
            for (tokens, shared) in &prompts {
                counter.add(Prompt { tokens, shared });
            }
            let expected = Prompts {
                longest: 6,
                tokens: 23,
                cached,
            };
            assert_eq!((counter.sums, counter.shortest), (expected, 5));
        }
    }
}
