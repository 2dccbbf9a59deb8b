use proptest::prelude::*;

use super::*;

fn encode(format: Format, weights: &[f32]) -> Vec<u8> {
    let mut out = Vec::new();
    format.encode(weights, &mut out);
    out
}

#[test]
fn floats_are_little_endian() {
    assert_eq!(encode(Format::F32, &[1.0]), [0, 0, 0x80, 0x3f]);
    assert_eq!(encode(Format::F16, &[1.0, -2.0]), [0, 0x3c, 0, 0xc0]);
}

#[test]
fn q4_0_packs_weights_16_apart_into_a_byte() {
    // From -8 to 7, then back: the scale is 1, a nibble is weight + 8.
    let weights: Vec<f32> = (-8..8).chain((-8..8).rev()).map(|w| w as f32).collect();
    let mut expected = vec![0x00, 0x3c];
    expected.extend((0..16).map(|low| low | (15 - low) << 4));
    assert_eq!(encode(Format::Q4_0, &weights), expected);
}

#[test]
fn q4_0_maps_the_extreme_weight_to_minus_8_whatever_its_sign() {
    let mut weights = [0.0; 32];
    weights[0] = 8.0; // Scale -1, so its nibble is 0.
    weights[1] = -8.0; // Would be 16: held at 15.
    weights[2] = 0.5; // -0.5 + 8.5 = 8.
    weights[16] = 3.0; // -3 + 8.5, cut to 5.
    let block = encode(Format::Q4_0, &weights);
    assert_eq!(block[..5], [0x00, 0xbc, 5 << 4, 15 | 8 << 4, 8 | 8 << 4]);
}

#[test]
fn q8_0_rounds_halves_away_from_zero() {
    let mut weights = [0.0; 32];
    weights[..7].copy_from_slice(&[127.0, 0.5, -0.5, 1.5, 2.5, -2.5, 2.49]);
    let block = encode(Format::Q8_0, &weights);
    let expected = [0x00, 0x3c, 127, 1, 255, 2, 3, 253, 2, 0];
    assert_eq!(block[..10], expected);
}

#[test]
fn q6_k_splits_six_bits_over_two_arrays() {
    // Each group's extreme is -32, so its scale is 1: as a byte -128, times 1/-128. The
    // others become weight + 32: low nibble k, high bits 2.
    let weights: Vec<f32> = (0..256)
        .map(|i| if i % 16 == 0 { -32.0 } else { (i % 16) as f32 })
        .collect();
    let block = encode(Format::Q6K, &weights);
    for (i, byte) in block[..128].iter().enumerate() {
        let k = i as u8 % 16;
        assert_eq!(*byte, k | k << 4);
    }
    for (i, byte) in block[128..192].iter().enumerate() {
        assert_eq!(*byte, if i % 16 == 0 { 0 } else { 0b1010_1010 });
    }
    assert_eq!(block[192..208], [0x80; 16]);
    assert_eq!(block[208..], [0x00, 0xa0]);
}

#[test]
fn zeros_are_blocks_that_decode_to_zero() {
    let zeros = [0.0; 256];
    assert!(encode(Format::Q8_0, &zeros).iter().all(|b| *b == 0));
    // A nibble of 8 is zero, whatever the scale. Its sign bit means nothing.
    let q4 = encode(Format::Q4_0, &zeros);
    assert_eq!(q4[2..18], [0x88; 16]);
    assert_eq!(f16::from_le_bytes([q4[0], q4[1]]).to_f32(), 0.0);
    assert!(
        decode_q6_k(&encode(Format::Q6K, &zeros))
            .iter()
            .all(|w| *w == 0.0)
    );
}

/// The value of each weight of a block, by the description of the format.
fn decode_q6_k(block: &[u8]) -> Vec<f32> {
    let (low, high, scales) = (&block[..128], &block[128..192], &block[192..208]);
    let scale = f16::from_le_bytes([block[208], block[209]]).to_f32();
    (0..256)
        .map(|i| {
            let (half, quarter, l) = (i / 128, i % 128 / 32, i % 32);
            let nibble = low[half * 64 + quarter % 2 * 32 + l] >> (quarter / 2 * 4) & 15;
            let bits = high[half * 32 + l] >> (quarter * 2) & 3;
            let quant = f32::from(nibble | bits << 4) - 32.0;
            scale * f32::from(scales[i / 16] as i8) * quant
        })
        .collect()
}

fn decode_nibbles(block: &[u8]) -> Vec<f32> {
    let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
    (0..32)
        .map(|i| block[2 + i % 16] >> (i / 16 * 4) & 15)
        .map(|nibble| (f32::from(nibble) - 8.0) * scale)
        .collect()
}

fn decode_bytes(block: &[u8]) -> Vec<f32> {
    let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
    block[2..]
        .iter()
        .map(|b| f32::from(*b as i8) * scale)
        .collect()
}

/// A step is the scale; the f16 rounding of the scale adds 2^-11 of the weight.
fn assert_decodes_to_within_a_step(weights: &[f32]) {
    let far = |weights: &[f32]| weights.iter().fold(0f32, |far, w| far.max(w.abs()));
    for block in weights.chunks(32) {
        let far = far(block);
        for (w, got) in block.iter().zip(decode_bytes(&encode(Format::Q8_0, block))) {
            assert!((w - got).abs() <= far / 127.0 * 0.5 + far / 1024.0);
        }
        for (w, got) in block
            .iter()
            .zip(decode_nibbles(&encode(Format::Q4_0, block)))
        {
            // Half a step, but a whole one at the end that has no quant.
            assert!((w - got).abs() <= far / 8.0 + far / 1024.0);
        }
    }
    // A whole step at that end, a quarter where a group's scale had to be 127 / 128 of
    // what it should be, and the rounding of the scale over all.
    let step = far(weights) / 32.0;
    for (w, got) in weights
        .iter()
        .zip(decode_q6_k(&encode(Format::Q6K, weights)))
    {
        assert!((w - got).abs() <= step * 1.28, "{w} {got} {step}");
    }
}

/// Two groups of nearly the same extreme, of other signs: one has a scale of -128, the other
/// would need 128 and has 127.
#[test]
fn a_scale_that_has_no_positive_partner_costs_a_quarter_of_a_step() {
    let mut weights = [0.0; 256];
    for (place, weight) in [(20, -0.999_416_23), (27, 0.999_302_74), (75, 0.999_915_96)] {
        weights[place] = weight;
    }
    assert_decodes_to_within_a_step(&weights);
}

proptest! {
    #[test]
    fn every_weight_decodes_to_within_a_step(
        weights in prop::collection::vec(-1.0f32..1.0, 256),
    ) {
        assert_decodes_to_within_a_step(&weights);
    }

    #[test]
    fn whole_blocks_have_the_size_that_is_announced(blocks in 1usize..4) {
        for format in [Format::F32, Format::F16, Format::Q8_0, Format::Q4_0, Format::Q6K] {
            let weights = vec![0.25; blocks * format.block_weights()];
            let bytes = encode(format, &weights).len();
            prop_assert_eq!(bytes, blocks * format.block_bytes());
            prop_assert_eq!(bytes as u64, format.bytes(weights.len() as u64));
        }
    }
}
