//! The prompts of a run, counted before the model is loaded.

use edgescore_engine::Token;
use edgescore_record::{Ask, Prompts, Stop};

use crate::held;
use crate::prompt::{Prompt, Prompter};
use crate::refusal::{Refusal, data};
use crate::stop;

/// Counts the prompts of `asks`, of which one follows the other. With `reuse`, what is held of the
/// one before is not computed again. `None` when interrupted.
pub fn count(
    prompter: &mut Prompter,
    asks: &[Ask],
    reuse: bool,
) -> Result<Option<Prompts>, Refusal> {
    let mut counter = Counter::new(reuse);
    for ask in asks {
        if stop::requested() == Some(Stop::Interrupted) {
            return Ok(None);
        }
        let (_, prompt) = prompter.open(*ask).map_err(data)?;
        counter.add(prompt);
    }
    Ok(Some(counter.sums))
}

struct Counter {
    sums: Prompts,
    reuse: bool,
    /// The last prompt up to the last of its shared ends.
    held: Vec<Token>,
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
            reuse,
            held: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn add(&mut self, prompt: Prompt) {
        let length = prompt.tokens.len();
        self.sums.tokens += length as u64;
        self.sums.longest = self.sums.longest.max(length as u32);
        if self.reuse {
            let kept = held::kept(self.ends.iter().copied(), &self.held, prompt);
            let cached = kept.checked_sub(1).and_then(|last| self.ends.get(last));
            self.sums.cached += cached.map_or(0, |end| *end as u64);
        }
        self.ends.clear();
        self.ends.extend_from_slice(prompt.shared);
        let end = prompt.shared.last().copied().unwrap_or(0);
        self.held.clear();
        self.held
            .extend_from_slice(prompt.tokens.get(..end).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_prompt_before_holds_is_not_counted_again() {
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
            assert_eq!(counter.sums, expected);
        }
    }
}
