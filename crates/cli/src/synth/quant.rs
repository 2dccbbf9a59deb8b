//! Quantisation: ggml's block formats, and which tensor gets which.
//!
//! The formats are those of `ggml-quants.c`. F16, Q8_0 and Q4_0 blocks are, byte for byte,
//! what `llama-quantize` makes of the same weights. Q6_K blocks have its layout and size,
//! but take each group's scale from its largest weight instead of searching 19 candidates
//! for the least error: weights drawn by chance gain nothing from the search.

use std::fmt;

use clap::ValueEnum;
use half::f16;

/// The quantisation of a file, named as `llama-quantize` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Quant {
    /// 16-bit floats.
    #[value(name = "f16")]
    F16,
    /// 8.5 bits a weight.
    #[value(name = "q8_0")]
    Q8_0,
    /// 4.5 bits a weight; the output layer 6.6 or 8.5.
    #[value(name = "q4_0")]
    Q4_0,
}

impl fmt::Display for Quant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_possible_value() {
            Some(value) => f.write_str(value.get_name()),
            None => Ok(()),
        }
    }
}

impl Quant {
    /// `general.file_type`: llama.cpp's `LLAMA_FTYPE_MOSTLY_*`.
    pub fn file_type(self) -> u32 {
        match self {
            Self::F16 => 1,
            Self::Q4_0 => 2,
            Self::Q8_0 => 7,
        }
    }

    /// The format of a matrix inside the model, and of an embedding table that is not also
    /// the output layer.
    pub fn matrix(self) -> Format {
        match self {
            Self::F16 => Format::F16,
            Self::Q8_0 => Format::Q8_0,
            Self::Q4_0 => Format::Q4_0,
        }
    }

    /// The format of the output layer, whose rows have `row` weights. `llama-quantize`
    /// gives a Q4_0 model a Q6_K output layer, or Q8_0 where a row does not hold whole Q6_K
    /// blocks, and does the same to an embedding table that serves as output layer.
    pub fn output(self, row: u32) -> Format {
        match self {
            Self::Q4_0 if row.is_multiple_of(256) => Format::Q6K,
            Self::Q4_0 => Format::Q8_0,
            other => other.matrix(),
        }
    }
}

/// How one tensor is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Plain floats.
    F32,
    /// Half floats.
    F16,
    /// 32 weights: a half-float scale and 32 signed bytes.
    Q8_0,
    /// 32 weights: a half-float scale and 32 nibbles, biased by 8.
    Q4_0,
    /// 256 weights: 16 groups with a signed byte of scale each, 6 bits a weight biased by
    /// 32, and a half-float scale over all.
    Q6K,
}

impl Format {
    /// The number of the format in a GGUF file (`enum ggml_type`).
    pub fn ggml_type(self) -> u32 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::Q4_0 => 2,
            Self::Q8_0 => 8,
            Self::Q6K => 14,
        }
    }

    /// Weights in a block.
    pub fn block_weights(self) -> usize {
        match self {
            Self::F32 | Self::F16 => 1,
            Self::Q8_0 | Self::Q4_0 => 32,
            Self::Q6K => 256,
        }
    }

    /// Bytes of a block.
    pub fn block_bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
            Self::Q8_0 => 34,
            Self::Q4_0 => 18,
            Self::Q6K => 210,
        }
    }

    /// Bytes of `weights` weights, which must be whole blocks.
    pub fn bytes(self, weights: u64) -> u64 {
        weights / self.block_weights() as u64 * self.block_bytes() as u64
    }

    /// Appends the weights in this format. Weights past the last whole block are left out:
    /// [`super::shape::Shape::check`] has seen to it that there are none.
    pub fn encode(self, weights: &[f32], out: &mut Vec<u8>) {
        match self {
            Self::F32 => out.extend(weights.iter().flat_map(|w| w.to_le_bytes())),
            Self::F16 => out.extend(weights.iter().flat_map(|w| f16::from_f32(*w).to_le_bytes())),
            Self::Q8_0 => blocks(weights, out, q8_0),
            Self::Q4_0 => blocks(weights, out, q4_0),
            Self::Q6K => blocks(weights, out, q6_k),
        }
    }
}

fn blocks<const N: usize, const BYTES: usize>(
    weights: &[f32],
    out: &mut Vec<u8>,
    encode: impl Fn(&[f32; N]) -> [u8; BYTES],
) {
    let (blocks, _) = weights.as_chunks();
    out.reserve(blocks.len() * BYTES);
    for block in blocks {
        out.extend_from_slice(&encode(block));
    }
}

/// The weight furthest from zero, the first of them where two are equally far.
fn extreme(weights: &[f32]) -> f32 {
    // Without its sign bit a float orders as a whole number does, which the compiler
    // compares several at a time.
    let distance = |w: f32| w.abs().to_bits();
    let far = weights.iter().fold(0, |far, w| distance(*w).max(far));
    let first = weights.iter().find(|w| distance(**w) == far);
    first.copied().unwrap_or(0.0)
}

fn inverse(scale: f32) -> f32 {
    if scale == 0.0 { 0.0 } else { 1.0 / scale }
}

fn q8_0(weights: &[f32; 32]) -> [u8; 34] {
    let scale = extreme(weights).abs() / 127.0;
    let inverse = inverse(scale);
    let mut block = [0; 34];
    let (head, quants) = block.split_at_mut(2);
    head.copy_from_slice(&f16::from_f32(scale).to_le_bytes());
    for (quant, weight) in quants.iter_mut().zip(weights) {
        *quant = (weight * inverse).round() as i8 as u8;
    }
    block
}

fn q4_0(weights: &[f32; 32]) -> [u8; 18] {
    // The extreme weight becomes -8, the one quant that has no positive partner.
    let scale = extreme(weights) / -8.0;
    let inverse = inverse(scale);
    let mut block = [0; 18];
    let (head, quants) = block.split_at_mut(2);
    head.copy_from_slice(&f16::from_f32(scale).to_le_bytes());
    let nibble = |weight: f32| ((weight * inverse + 8.5) as i32).min(15) as u8;
    let (low, high) = weights.split_at(16);
    for ((quant, low), high) in quants.iter_mut().zip(low).zip(high) {
        *quant = nibble(*low) | nibble(*high) << 4;
    }
    block
}

fn q6_k(weights: &[f32; 256]) -> [u8; 210] {
    let (groups, _) = weights.as_chunks::<16>();
    let mut scales = [0.0; 16];
    for (scale, group) in scales.iter_mut().zip(groups) {
        *scale = extreme(group) / -32.0;
    }
    let super_scale = f16::from_f32(extreme(&scales) / -128.0);
    let to_byte = inverse(super_scale.to_f32());

    let mut scale_bytes = [0; 16];
    let mut quants = [0; 256];
    let (quant_groups, _) = quants.as_chunks_mut::<16>();
    for (((byte, quants), scale), group) in scale_bytes
        .iter_mut()
        .zip(quant_groups)
        .zip(scales)
        .zip(groups)
    {
        let rounded = (scale * to_byte).round_ties_even() as i8;
        *byte = rounded as u8;
        let inverse = inverse(super_scale.to_f32() * f32::from(rounded));
        for (quant, weight) in quants.iter_mut().zip(group) {
            let rounded = (weight * inverse).round_ties_even() as i32;
            *quant = (rounded.clamp(-32, 31) + 32) as u8;
        }
    }

    // Each half of 128 weights: 64 bytes of low nibbles, and 32 bytes that hold the two high
    // bits of the four weights 32 apart.
    let mut block = [0; 210];
    let (low, rest) = block.split_at_mut(128);
    let (high, tail) = rest.split_at_mut(64);
    let (halves, _) = quants.as_chunks::<128>();
    for ((half, low), high) in halves
        .iter()
        .zip(low.chunks_exact_mut(64))
        .zip(high.chunks_exact_mut(32))
    {
        for (l, high) in high.iter_mut().enumerate() {
            let [a, b, c, d] = [half[l], half[l + 32], half[l + 64], half[l + 96]];
            low[l] = a & 15 | c << 4;
            low[l + 32] = b & 15 | d << 4;
            *high = a >> 4 | b >> 4 << 2 | c >> 4 << 4 | d >> 4 << 6;
        }
    }
    let (scale_tail, super_tail) = tail.split_at_mut(16);
    scale_tail.copy_from_slice(&scale_bytes);
    super_tail.copy_from_slice(&super_scale.to_le_bytes());
    block
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "quant_tests.rs"]
mod tests;
