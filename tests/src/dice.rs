//! Chance that is the same in each run of a test.

use edgescore_taskpack::SplitMix64;

/// Chance from a seed.
#[derive(Clone, Debug)]
pub struct Dice(SplitMix64);

impl Dice {
    /// Chance from a seed.
    pub fn new(seed: u64) -> Dice {
        Dice(SplitMix64::new(seed))
    }

    /// A number of 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    /// True with this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.0.unit() < probability
    }
}
