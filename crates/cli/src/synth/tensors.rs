//! The tensors of a model: names and sizes as llama.cpp's loader wants them
//! (`src/models/`), formats as `llama-quantize` picks them.

use super::quant::{Format, Quant};
use super::shape::{Arch, Shape};
use crate::gguf::TensorInfo;

/// Tokens of LFM2's convolutions.
pub const SHORT_CONV: u32 = 3;
/// Tokens of Mamba's convolutions.
pub const SSM_CONV: u32 = 4;
/// States a channel of a Mamba layer.
pub const SSM_STATE: u32 = 16;

/// Rank of Mamba's time step projection, `ceil(width / 16)`.
pub fn time_step_rank(embd: u32) -> u32 {
    embd.div_ceil(16)
}

/// One tensor of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its name in the file.
    pub name: String,
    /// Its size, the length of a row first.
    pub dims: Vec<u32>,
    /// How it is stored.
    pub format: Format,
    /// What is in it.
    pub fill: Fill,
}

/// What a tensor holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Fill {
    /// Random weights for sums over this many inputs.
    Random {
        /// Inputs of a sum.
        fan_in: u32,
    },
    /// Ones: a norm that scales nothing.
    Ones,
    /// These values.
    Values(Vec<f32>),
}

impl Tensor {
    /// Weights in the tensor.
    pub fn weights(&self) -> u64 {
        self.dims.iter().map(|d| u64::from(*d)).product()
    }

    /// Bytes of its data, without padding.
    pub fn bytes(&self) -> u64 {
        self.format.bytes(self.weights())
    }

    /// Its entry in the file's table.
    pub fn info(&self) -> TensorInfo {
        TensorInfo {
            name: self.name.clone(),
            dims: self.dims.iter().map(|dim| u64::from(*dim)).collect(),
            format: self.format.ggml_type(),
            bytes: self.bytes(),
        }
    }
}

/// All tensors of a model, in the order of the file. The shape must have passed
/// [`Shape::check`].
pub fn tensors(shape: &Shape, quant: Quant) -> Vec<Tensor> {
    let embd = shape.embd;
    let vocab = shape.vocab;
    let table = if shape.tied {
        quant.output(embd)
    } else {
        quant.matrix()
    };
    let mut all = vec![random("token_embd.weight", &[embd, vocab], embd, table)];
    if let Some(factor) = shape.rope_factor {
        let factors = rope_factors(shape.rope_base.into(), shape.head_width(), factor);
        all.push(Tensor {
            name: "rope_freqs.weight".to_owned(),
            dims: vec![shape.head_width() / 2],
            format: Format::F32,
            fill: Fill::Values(factors),
        });
    }
    for layer in 0..shape.layers {
        let start = all.len();
        match shape.arch {
            Arch::Mamba => {
                mamba_block(shape, quant, &mut all);
                all.push(norm("attn_norm.weight", embd));
            }
            _ => {
                if shape.attends(layer) {
                    attention(shape, quant, &mut all);
                } else {
                    short_convolution(embd, quant, &mut all);
                }
                for (name, row, rows) in [
                    ("ffn_gate.weight", embd, shape.ff),
                    ("ffn_up.weight", embd, shape.ff),
                    ("ffn_down.weight", shape.ff, embd),
                ] {
                    all.push(random(name, &[row, rows], row, quant.matrix()));
                }
                if shape.attends(layer) {
                    beside_attention(shape, &mut all);
                }
                all.push(norm("attn_norm.weight", embd));
                all.push(norm("ffn_norm.weight", embd));
            }
        }
        for tensor in all.iter_mut().skip(start) {
            tensor.name = format!("blk.{layer}.{}", tensor.name);
        }
    }
    let output_norm = match shape.arch {
        Arch::Lfm2 => "token_embd_norm.weight",
        _ => "output_norm.weight",
    };
    all.push(norm(output_norm, embd));
    if !shape.tied {
        let format = quant.output(embd);
        all.push(random("output.weight", &[embd, vocab], embd, format));
    }
    all
}

/// Query, key, value and output projections.
fn attention(shape: &Shape, quant: Quant, all: &mut Vec<Tensor>) {
    let (embd, kv) = (shape.embd, shape.kv_width());
    for (name, rows) in [
        ("attn_q.weight", embd),
        ("attn_k.weight", kv),
        ("attn_v.weight", kv),
        ("attn_output.weight", embd),
    ] {
        all.push(random(name, &[embd, rows], embd, quant.matrix()));
    }
}

/// Qwen2's biases, LFM2's norms.
fn beside_attention(shape: &Shape, all: &mut Vec<Tensor>) {
    let (embd, kv) = (shape.embd, shape.kv_width());
    match shape.arch {
        Arch::Qwen2 => {
            for (name, width) in [
                ("attn_q.bias", embd),
                ("attn_k.bias", kv),
                ("attn_v.bias", kv),
            ] {
                all.push(random(name, &[width], embd, Format::F32));
            }
        }
        Arch::Lfm2 => {
            for name in ["attn_q_norm.weight", "attn_k_norm.weight"] {
                all.push(norm(name, shape.head_width()));
            }
        }
        Arch::Llama | Arch::Mamba => {}
    }
}

/// LFM2's gated convolution over [`SHORT_CONV`] tokens (`src/models/lfm2.cpp`).
fn short_convolution(embd: u32, quant: Quant, all: &mut Vec<Tensor>) {
    for (name, row, rows, format) in [
        ("shortconv.conv.weight", SHORT_CONV, embd, Format::F32),
        ("shortconv.in_proj.weight", embd, 3 * embd, quant.matrix()),
        ("shortconv.out_proj.weight", embd, embd, quant.matrix()),
    ] {
        all.push(random(name, &[row, rows], row, format));
    }
}

/// Mamba's selective state space (`src/models/mamba.cpp`), started as the paper does
/// (arXiv:2312.00752, section 3.6): A is -1 to -N, the steps are short, so that a state
/// remembers hundreds of tokens.
fn mamba_block(shape: &Shape, quant: Quant, all: &mut Vec<Tensor>) {
    let (embd, inner, rank) = (shape.embd, shape.ff, time_step_rank(shape.embd));
    // A row that does not hold whole blocks stays F16.
    let format = |row: u32| match row % 32 {
        0 => quant.matrix(),
        _ => Format::F16,
    };
    for (name, row, rows, format) in [
        ("ssm_in.weight", embd, 2 * inner, format(embd)),
        ("ssm_conv1d.weight", SSM_CONV, inner, Format::F32),
        ("ssm_x.weight", inner, rank + 2 * SSM_STATE, format(inner)),
        ("ssm_dt.weight", rank, inner, format(rank)),
        ("ssm_out.weight", inner, embd, format(inner)),
    ] {
        all.push(random(name, &[row, rows], row, format));
    }
    all.push(random("ssm_conv1d.bias", &[inner], SSM_CONV, Format::F32));
    let mut values = |name: &str, dims: &[u32], values: Vec<f32>| {
        all.push(Tensor {
            name: name.to_owned(),
            dims: dims.to_vec(),
            format: Format::F32,
            fill: Fill::Values(values),
        });
    };
    // softplus(-4.6) = 0.01.
    values("ssm_dt.bias", &[inner], vec![-4.6; inner as usize]);
    let a = (0..inner).flat_map(|_| (1..=SSM_STATE).map(|n| -(n as f32)));
    values("ssm_a", &[SSM_STATE, inner], a.collect());
    values("ssm_d", &[inner], vec![1.0; inner as usize]);
}

fn random(name: &str, dims: &[u32], fan_in: u32, format: Format) -> Tensor {
    Tensor {
        name: name.to_owned(),
        dims: dims.to_vec(),
        format,
        fill: Fill::Random { fan_in },
    }
}

pub(super) fn norm(name: &str, width: u32) -> Tensor {
    Tensor {
        name: name.to_owned(),
        dims: vec![width],
        format: Format::F32,
        fill: Fill::Ones,
    }
}

/// What Llama 3.1 and later divide each rotation's frequency by, so that a context of 8,192
/// stretches: nothing for wavelengths below a quarter of it, `factor` for those beyond all
/// of it, and a blend between. Formula: `rope_type` llama3 of Transformers, which
/// llama.cpp's converter evaluates into the tensor `rope_freqs.weight`.
fn rope_factors(base: f64, head_width: u32, factor: f64) -> Vec<f32> {
    const OLD_CONTEXT: f64 = 8192.0;
    const LOW: f64 = 1.0;
    const HIGH: f64 = 4.0;
    // base^(-2/width), by square roots as long as the width halves: unlike powf, sqrt and
    // multiplication give the same bits everywhere. Head widths are powers of two here.
    let halvings = (head_width / 2).ilog2();
    let step = (0..halvings).fold(1.0 / base, |root, _| root.sqrt());
    let mut frequency = 1.0;
    (0..head_width / 2)
        .map(|_| {
            let turns = OLD_CONTEXT * frequency / std::f64::consts::TAU;
            let smooth = ((turns - LOW) / (HIGH - LOW)).clamp(0.0, 1.0);
            frequency *= step;
            (1.0 / ((1.0 - smooth) / factor + smooth)) as f32
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::shape::named;
    use super::*;

    fn total(name: &str, quant: Quant, of: fn(&Tensor) -> u64) -> u64 {
        let shape = named(name).unwrap().shape;
        tensors(&shape, quant).iter().map(of).sum()
    }

    #[test]
    fn parameter_counts_are_those_published() {
        for (name, published) in [
            ("mamba-130m", 129_135_360),
            ("smollm2-135m", 134_515_008),
            ("lfm2-350m", 354_483_968),
            ("qwen2.5-0.5b", 494_032_768),
            ("qwen2.5-1.5b", 1_543_714_304),
            ("qwen2.5-3b", 3_085_938_688),
            ("qwen2.5-7b", 7_615_616_512),
            // And the 32 factors of its RoPE, which are no trained parameters.
            ("llama-3.2-1b", 1_235_814_400 + 32),
        ] {
            assert_eq!(
                total(name, Quant::Q4_0, Tensor::weights),
                published,
                "{name}"
            );
        }
    }

    #[test]
    fn tied_tables_and_output_layers_get_the_better_formats() {
        let format = |name: &str, quant, tensor: &str| {
            let all = tensors(&named(name).unwrap().shape, quant);
            all.iter().find(|t| t.name == tensor).map(|t| t.format)
        };
        let q4 = Quant::Q4_0;
        let table = "token_embd.weight";
        // 896 is no multiple of 256, 1536 is.
        assert_eq!(format("qwen2.5-0.5b", q4, table), Some(Format::Q8_0));
        assert_eq!(format("qwen2.5-1.5b", q4, table), Some(Format::Q6K));
        assert_eq!(format("qwen2.5-1.5b", q4, "output.weight"), None);
        assert_eq!(format("qwen2.5-7b", q4, table), Some(Format::Q4_0));
        assert_eq!(format("qwen2.5-7b", q4, "output.weight"), Some(Format::Q6K));
        assert_eq!(format("qwen2.5-7b", Quant::F16, table), Some(Format::F16));
        let bias = "blk.23.attn_k.bias";
        assert_eq!(format("qwen2.5-0.5b", q4, bias), Some(Format::F32));
        assert_eq!(format("smollm2-135m", q4, bias), None);
    }

    #[test]
    fn rope_factors_are_those_of_the_formula() {
        let (base, width, factor) = (500_000.0_f64, 64, 32.0);
        let got = rope_factors(base, width, factor);
        assert_eq!(got.len(), 32);
        for (i, got) in got.into_iter().enumerate() {
            let wavelength = std::f64::consts::TAU * base.powf(2.0 * i as f64 / f64::from(width));
            let want = if wavelength < 8192.0 / 4.0 {
                1.0
            } else if wavelength > 8192.0 {
                factor
            } else {
                let smooth = (8192.0 / wavelength - 1.0) / 3.0;
                1.0 / ((1.0 - smooth) / factor + smooth)
            };
            assert!(
                (f64::from(got) / want - 1.0).abs() < 1e-6,
                "{i}: {got} {want}"
            );
        }
    }
}
