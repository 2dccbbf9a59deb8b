//! Random numbers that are the same on every machine.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014): 64 bits of state, passes BigCrush, and any seed is a good one. Not for secrets.
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The stream of `seed`.
    pub const fn new(seed: u64) -> SplitMix64 {
        SplitMix64(seed)
    }

    /// A stream for `seed` and a purpose, so that two purposes of one run share no numbers.
    pub fn for_purpose(seed: u64, purpose: u64) -> SplitMix64 {
        let mut random = SplitMix64(seed ^ purpose.wrapping_mul(0xD1B5_4A32_D192_ED03));
        random.next_u64();
        random
    }

    /// The mixer: every bit of `z` moves about half of the bits of what it gives.
    #[inline]
    pub const fn mix(mut z: u64) -> u64 {
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The next 64 bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        SplitMix64::mix(self.0)
    }

    /// Uniform in 0 to 1, 1 excluded: the top 53 bits.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform below `bound`, by the high half of a product; 0 if `bound` is 0. The bias is
    /// below `bound` / 2^64.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// Puts `items` in random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// The first numbers of the reference implementation for two seeds.
    #[test]
    fn is_the_published_generator() {
        let mut random = SplitMix64::new(1_234_567);
        assert_eq!(random.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(random.next_u64(), 3_203_168_211_198_807_973);
        assert_eq!(random.next_u64(), 9_817_491_932_198_370_423);
        assert_eq!(SplitMix64::new(0).next_u64(), 0xE220_A839_7B1D_CDAF);
    }

    /// Packs, draws and resamples depend on these numbers, so they may never change.
    #[test]
    fn a_purpose_has_the_numbers_that_it_always_had() {
        let mut random = SplitMix64::for_purpose(7, 2);
        assert_eq!(random.next_u64(), 0xB434_B225_E96A_3B06);
    }

    #[test]
    fn below_is_in_range_and_even() {
        let mut random = SplitMix64::new(1);
        let mut seen = [0u32; 7];
        for _ in 0..70_000 {
            seen[random.below(7) as usize] += 1;
        }
        // Standard deviation is 93; six of them.
        assert!(seen.iter().all(|&n| n.abs_diff(10_000) < 560), "{seen:?}");
    }

    #[test]
    fn the_unit_is_uniform() {
        let mut random = SplitMix64::for_purpose(3, 0);
        let mean = (0..100_000).map(|_| random.unit()).sum::<f64>() / 100_000.0;
        // Standard error of the mean is 0.0009.
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
    }

    #[test]
    fn a_shuffle_keeps_every_item_and_moves_most() {
        let mut items: Vec<u32> = (0..1000).collect();
        SplitMix64::for_purpose(1, 2).shuffle(&mut items);
        let moved = items.iter().zip(0..).filter(|(a, b)| **a != *b).count();
        assert!(moved > 950, "{moved}");
        items.sort_unstable();
        assert_eq!(items, (0..1000).collect::<Vec<_>>());
    }
}
