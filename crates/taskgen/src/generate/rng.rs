//! What a generator draws.

use edgescore_taskpack::SplitMix64;

/// Draws of whole numbers and items, the same on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Rng(SplitMix64);

impl Rng {
    /// A stream of its own for each list of words.
    pub(crate) fn new(words: &[u64]) -> Rng {
        let seed = words
            .iter()
            .fold(0, |state, word| SplitMix64::new(state ^ word).next_u64());
        Rng(SplitMix64::new(seed))
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0.below(n as u64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1).max(1) as usize) as i32
    }

    /// One of `items`; `None` if there are none.
    pub(crate) fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        items.get(self.below(items.len()))
    }

    /// Puts `items` in random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        self.0.shuffle(items);
    }

    /// `n` different items in random order, or all of them if there are fewer.
    pub(crate) fn sample<'i, T>(&mut self, items: &'i [T], n: usize) -> Vec<&'i T> {
        let mut chosen: Vec<&T> = items.iter().collect();
        self.shuffle(&mut chosen);
        chosen.truncate(n);
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let mut rng = Rng::new(&[1, 2]);
        let drawn: Vec<i32> = (0..1000).map(|_| rng.between(-2, 3)).collect();
        assert_eq!(drawn.iter().min(), Some(&-2));
        assert_eq!(drawn.iter().max(), Some(&3));
    }
}
