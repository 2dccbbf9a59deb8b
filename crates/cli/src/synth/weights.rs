//! Seeded weights, the same on every machine.
//!
//! A weight is a whole number between -510 and 510 (the sum of four random bytes less its
//! mean, so nearly a bell curve) times a power of two. Nothing is rounded: such a weight is
//! exact as a half float, so one seed means one model, which f16, q8_0 and q4_0 then
//! quantise; and no libm function, whose last bit differs between machines, takes part.

use edgescore_taskpack::SplitMix64;

/// Standard deviation of the sum of four uniform bytes, squared: 4 (256^2 - 1) / 12.
const SUM_VARIANCE: u64 = 21_845;

/// The stream of one tensor's weights.
pub struct Weights {
    random: SplitMix64,
    quantum: f32,
}

impl Weights {
    /// Weights for a tensor, which depend on the seed and the tensor's name alone.
    ///
    /// Their standard deviation is within a factor of sqrt(2) of `1 / sqrt(fan_in)`: after
    /// an RMS norm the sums over `fan_in` inputs then have a size near one, so that logits
    /// stay finite and a softmax over them neither flat nor a single spike.
    pub fn new(seed: u64, tensor: &str, fan_in: u32) -> Self {
        // 2^-k with 4^k nearest to fan_in * SUM_VARIANCE, by half its binary logarithm.
        let log2 = (u64::from(fan_in.max(1)) * SUM_VARIANCE).ilog2();
        let k = log2.div_ceil(2);
        Self {
            random: SplitMix64::new(SplitMix64::mix(
                seed ^ SplitMix64::mix(fnv1a(tensor.as_bytes())),
            )),
            quantum: 1.0 / (1u64 << k) as f32,
        }
    }

    /// Writes the next weights. Only the last call may ask for an odd number of them.
    pub fn fill(&mut self, out: &mut [f32]) {
        let (pairs, odd) = out.as_chunks_mut();
        for pair in pairs {
            *pair = self.next_pair();
        }
        if let [last] = odd {
            [*last, _] = self.next_pair();
        }
    }

    fn next_pair(&mut self) -> [f32; 2] {
        // Add neighbouring bytes, then neighbouring sums: two sums of four bytes.
        let bytes = self.random.next_u64();
        let twos = (bytes & EVEN_BYTES) + (bytes >> 8 & EVEN_BYTES);
        let fours = (twos & LOW_HALVES) + (twos >> 16 & LOW_HALVES);
        [fours as u32, (fours >> 32) as u32].map(|sum| (sum as i32 - 510) as f32 * self.quantum)
    }
}

const EVEN_BYTES: u64 = 0x00ff_00ff_00ff_00ff;
const LOW_HALVES: u64 = 0x0000_ffff_0000_ffff;

/// FNV-1a, 64 bits.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use half::f16;
    use proptest::prelude::*;

    use super::*;

    fn draw(seed: u64, name: &str, fan_in: u32, n: usize) -> Vec<f32> {
        let mut weights = vec![0.0; n];
        Weights::new(seed, name, fan_in).fill(&mut weights);
        weights
    }

    #[test]
    fn the_hash_is_fnv1a() {
        // FNV-1a of "a": a published vector.
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn weights_have_the_mean_and_spread_that_the_fan_in_asks_for() {
        for fan_in in [64, 576, 896, 1536, 4864, 18_944] {
            let weights = draw(1, "blk.0.attn_q.weight", fan_in, 100_000);
            let n = weights.len() as f64;
            let mean = weights.iter().map(|w| f64::from(*w)).sum::<f64>() / n;
            let variance = weights.iter().map(|w| f64::from(*w).powi(2)).sum::<f64>() / n;
            let ratio = variance.sqrt() * f64::from(fan_in).sqrt();
            assert!((0.70..1.42).contains(&ratio), "{fan_in}: {ratio}");
            assert!(mean.abs() < 5.0 * variance.sqrt() / n.sqrt(), "{mean}");
        }
    }

    #[test]
    fn seeds_and_names_give_different_weights() {
        let base = draw(1, "a", 64, 64);
        assert_eq!(base, draw(1, "a", 64, 64));
        assert_ne!(base, draw(2, "a", 64, 64));
        assert_ne!(base, draw(1, "b", 64, 64));
    }

    proptest! {
        #[test]
        fn every_weight_is_exact_as_a_half_float(seed: u64, fan_in in 1u32..1 << 20) {
            for weight in draw(seed, "w", fan_in, 64) {
                prop_assert_eq!(f16::from_f32(weight).to_f32(), weight);
            }
        }

        #[test]
        fn a_stream_does_not_depend_on_how_it_is_cut(seed: u64, cut in 0usize..32) {
            let whole = draw(seed, "w", 64, 64);
            let mut parts = vec![0.0; 64];
            let mut weights = Weights::new(seed, "w", 64);
            let (a, b) = parts.split_at_mut(cut * 2);
            weights.fill(a);
            weights.fill(b);
            prop_assert_eq!(whole, parts);
        }
    }
}
