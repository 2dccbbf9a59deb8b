//! Tiny GGUF models: two to four layers, 64 wide, a byte-level vocabulary, random weights
//! from a fixed seed. Large enough for every code path, small enough to load in 10 ms.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use edgescore_engine::{LoadError, Model};
use edgescore_record::Weights;
use edgescore_taskpack::SplitMix64;
use tempfile::TempDir;

const WIDTH: u64 = 64;
const FEED_FORWARD: u64 = 128;
/// Of 32: what a Q8_0 KV cache needs.
const HEADS: u32 = 2;
const KV_HEADS: u32 = 1;
const KV_WIDTH: u64 = 32;
pub const TRAINED_CONTEXT: u32 = 1024;
/// 256 bytes, 3 merged tokens, 4 control tokens and one that fills up to a multiple of 8.
pub const VOCABULARY: u32 = 264;
/// Of the sliding-window model.
pub const WINDOW: u32 = 32;
pub const CHATML: &str = "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\\n' + \
                          m['content'] + '<|im_end|>\\n'}}{% endfor %}";

/// What the layers remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Llama: a KV cache. Matrices are Q4_0, which ggml can repack.
    Attention,
    /// Command R7B: every fourth layer sees all, the others a window.
    Window,
    /// Mamba: a recurrent state.
    Recurrent,
    /// LFM2: a short convolution in one layer, attention in the other.
    Hybrid,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Attention, Self::Window, Self::Recurrent, Self::Hybrid];

    pub fn architecture(self) -> &'static str {
        match self {
            Self::Attention => "llama",
            Self::Window => "cohere2",
            Self::Recurrent => "mamba",
            Self::Hybrid => "lfm2",
        }
    }

    fn layers(self) -> u32 {
        if self == Self::Window { 4 } else { 2 }
    }
}

/// A metadata value.
#[derive(Clone)]
pub enum Value {
    U16(u16),
    U32(u32),
    I32(i32),
    F32(f32),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    I32s(Vec<i32>),
}

/// A tensor, its data in the file's form.
#[derive(Clone)]
pub struct Tensor {
    name: String,
    shape: Vec<u64>,
    /// ggml's number of the type.
    ggml_type: u32,
    data: Vec<u8>,
}

/// A model to be written.
#[derive(Clone)]
pub struct Tiny {
    pub meta: Vec<(String, Value)>,
    pub tensors: Vec<Tensor>,
}

impl Tiny {
    pub fn new(kind: Kind) -> Self {
        Self {
            meta: meta(kind),
            tensors: tensors(kind),
        }
    }

    /// Sets or replaces a metadata value.
    pub fn set(mut self, key: &str, value: Value) -> Self {
        self.meta.retain(|(k, _)| k != key);
        self.meta.push((key.to_owned(), value));
        self
    }

    pub fn without(mut self, key: &str) -> Self {
        self.meta.retain(|(k, _)| k != key);
        self
    }

    /// The file, byte for byte (GGUF version 3).
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(3u32.to_le_bytes());
        out.extend((self.tensors.len() as u64).to_le_bytes());
        out.extend((self.meta.len() as u64).to_le_bytes());
        for (key, value) in &self.meta {
            put_text(&mut out, key);
            put_value(&mut out, value);
        }
        let mut offset = 0u64;
        for tensor in &self.tensors {
            put_text(&mut out, &tensor.name);
            out.extend((tensor.shape.len() as u32).to_le_bytes());
            for side in &tensor.shape {
                out.extend(side.to_le_bytes());
            }
            out.extend(tensor.ggml_type.to_le_bytes());
            out.extend(offset.to_le_bytes());
            offset += (tensor.data.len() as u64).next_multiple_of(32);
        }
        for tensor in &self.tensors {
            out.resize(out.len().next_multiple_of(32), 0);
            out.extend(&tensor.data);
        }
        out.resize(out.len().next_multiple_of(32), 0);
        out
    }

    /// Writes the file into a directory of its own, which lives as long as the result.
    pub fn write(&self) -> (TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tiny.gguf");
        std::fs::write(&path, self.bytes()).unwrap();
        (dir, path)
    }

    /// Writes and loads the model. The mapping outlives the file's name.
    pub fn load(&self, weights: Weights) -> Model {
        let (_dir, path) = self.write();
        load(&path, weights).unwrap()
    }
}

pub fn load(path: &Path, weights: Weights) -> Result<Model, LoadError> {
    Model::load(path, weights, &mut |_| ControlFlow::Continue(()))
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    let kind = |out: &mut Vec<u8>, kind: u32| out.extend(kind.to_le_bytes());
    let array = |out: &mut Vec<u8>, item: u32, len: usize| {
        kind(out, 9);
        kind(out, item);
        out.extend((len as u64).to_le_bytes());
    };
    match value {
        Value::U16(v) => {
            kind(out, 2);
            out.extend(v.to_le_bytes());
        }
        Value::I32(v) => {
            kind(out, 5);
            out.extend(v.to_le_bytes());
        }
        Value::U32(v) => {
            kind(out, 4);
            out.extend(v.to_le_bytes());
        }
        Value::F32(v) => {
            kind(out, 6);
            out.extend(v.to_le_bytes());
        }
        Value::Bool(v) => {
            kind(out, 7);
            out.push(u8::from(*v));
        }
        Value::Text(v) => {
            kind(out, 8);
            put_text(out, v);
        }
        Value::Texts(v) => {
            array(out, 8, v.len());
            v.iter().for_each(|text| put_text(out, text));
        }
        Value::I32s(v) => {
            array(out, 5, v.len());
            v.iter().for_each(|item| out.extend(item.to_le_bytes()));
        }
    }
}

fn meta(kind: Kind) -> Vec<(String, Value)> {
    let architecture = kind.architecture();
    let mut meta = vec![
        (
            "general.architecture".to_owned(),
            Value::Text(architecture.to_owned()),
        ),
        ("general.name".to_owned(), Value::Text("Tiny".to_owned())),
        // LLAMA_FTYPE_MOSTLY_Q4_0
        ("general.file_type".to_owned(), Value::U32(2)),
        (
            "tokenizer.chat_template".to_owned(),
            Value::Text(CHATML.to_owned()),
        ),
    ];
    let mut put = |key: &str, value| meta.push((format!("{architecture}.{key}"), value));
    put("context_length", Value::U32(TRAINED_CONTEXT));
    put("embedding_length", Value::U32(WIDTH as u32));
    put("block_count", Value::U32(kind.layers()));
    put("feed_forward_length", Value::U32(FEED_FORWARD as u32));
    put("attention.head_count", Value::U32(HEADS));
    match kind {
        Kind::Attention => {
            put("attention.head_count_kv", Value::U32(KV_HEADS));
            put("attention.layer_norm_rms_epsilon", Value::F32(1e-5));
        }
        Kind::Window => {
            put("attention.head_count_kv", Value::U32(KV_HEADS));
            put("attention.layer_norm_epsilon", Value::F32(1e-5));
            put("attention.sliding_window", Value::U32(WINDOW));
            put("logit_scale", Value::F32(1.0));
        }
        Kind::Recurrent => {
            put("attention.layer_norm_rms_epsilon", Value::F32(1e-5));
            put("ssm.conv_kernel", Value::U32(4));
            put("ssm.inner_size", Value::U32(2 * WIDTH as u32));
            put("ssm.state_size", Value::U32(16));
            put("ssm.time_step_rank", Value::U32(4));
        }
        Kind::Hybrid => {
            put(
                "attention.head_count_kv",
                Value::I32s(vec![0, KV_HEADS as i32]),
            );
            put("attention.layer_norm_rms_epsilon", Value::F32(1e-5));
            put("shortconv.l_cache", Value::U32(3));
        }
    }
    meta.extend(tokenizer());
    meta
}

/// GPT-2's spelling of a byte in a vocabulary: itself if it prints, else a character from
/// U+0100 on.
fn byte_character(byte: u8) -> char {
    let prints = |b: u8| matches!(b, 33..=126 | 161..=172 | 174..=255);
    if prints(byte) {
        char::from(byte)
    } else {
        let rank = (0..byte).filter(|&b| !prints(b)).count() as u32;
        char::from_u32(0x100 + rank).unwrap()
    }
}

fn tokenizer() -> Vec<(String, Value)> {
    let mut tokens: Vec<String> = (0..=255).map(|b| byte_character(b).to_string()).collect();
    tokens.extend(["he", "in", "Ġt"].map(str::to_owned));
    let mut types = vec![1; tokens.len()];
    tokens.extend(["<s>", "<|endoftext|>", "<|im_start|>", "<|im_end|>"].map(str::to_owned));
    types.resize(tokens.len(), 3);
    tokens.push("<unused>".to_owned());
    types.push(5);
    assert_eq!(tokens.len(), VOCABULARY as usize);
    let id = |text: &str| Value::U32(tokens.iter().position(|t| t == text).unwrap() as u32);
    [
        ("model", Value::Text("gpt2".to_owned())),
        ("pre", Value::Text("gpt-2".to_owned())),
        ("bos_token_id", id("<s>")),
        ("eos_token_id", id("<|endoftext|>")),
        ("add_bos_token", Value::Bool(false)),
        (
            "merges",
            Value::Texts(["h e", "i n", "Ġ t"].map(str::to_owned).to_vec()),
        ),
        ("token_type", Value::I32s(types)),
        ("tokens", Value::Texts(tokens.clone())),
    ]
    .map(|(key, value)| (format!("tokenizer.ggml.{key}"), value))
    .to_vec()
}

fn tensors(kind: Kind) -> Vec<Tensor> {
    let mut weights = Random(SplitMix64::new(7));
    let mut tensors = vec![weights.floats("token_embd.weight", &[WIDTH, VOCABULARY.into()])];
    let output_norm = match kind {
        Kind::Hybrid => "token_embd_norm.weight",
        _ => "output_norm.weight",
    };
    tensors.push(constant(output_norm, &[WIDTH], 1.0));
    for layer in 0..kind.layers() {
        let attends = kind == Kind::Attention || kind == Kind::Window || layer == 1;
        let mut put = |mut tensor: Tensor| {
            tensor.name = format!("blk.{layer}.{}", tensor.name);
            tensors.push(tensor);
        };
        put(constant("attn_norm.weight", &[WIDTH], 1.0));
        match kind {
            Kind::Recurrent => {
                let (inner, state, rank) = (2 * WIDTH, 16, 4);
                put(weights.floats("ssm_in.weight", &[WIDTH, 2 * inner]));
                put(weights.floats("ssm_conv1d.weight", &[4, inner]));
                put(constant("ssm_conv1d.bias", &[inner], 0.1));
                put(weights.floats("ssm_x.weight", &[inner, rank + 2 * state]));
                put(weights.floats("ssm_dt.weight", &[rank, inner]));
                put(constant("ssm_dt.bias", &[inner], 0.1));
                put(constant("ssm_a", &[state, inner], -0.5));
                put(constant("ssm_d", &[inner], 1.0));
                put(weights.floats("ssm_out.weight", &[inner, WIDTH]));
                continue;
            }
            Kind::Hybrid if !attends => {
                put(weights.floats("shortconv.conv.weight", &[3, WIDTH]));
                put(weights.floats("shortconv.in_proj.weight", &[WIDTH, 3 * WIDTH]));
                put(weights.floats("shortconv.out_proj.weight", &[WIDTH, WIDTH]));
            }
            _ => {
                put(weights.blocks("attn_q.weight", &[WIDTH, WIDTH]));
                put(weights.blocks("attn_k.weight", &[WIDTH, KV_WIDTH]));
                put(weights.blocks("attn_v.weight", &[WIDTH, KV_WIDTH]));
                put(weights.blocks("attn_output.weight", &[WIDTH, WIDTH]));
                if kind == Kind::Hybrid {
                    put(constant("attn_q_norm.weight", &[WIDTH / 2], 1.0));
                    put(constant("attn_k_norm.weight", &[WIDTH / 2], 1.0));
                }
            }
        }
        if kind != Kind::Window {
            put(constant("ffn_norm.weight", &[WIDTH], 1.0));
        }
        put(weights.blocks("ffn_gate.weight", &[WIDTH, FEED_FORWARD]));
        put(weights.blocks("ffn_up.weight", &[WIDTH, FEED_FORWARD]));
        put(weights.blocks("ffn_down.weight", &[FEED_FORWARD, WIDTH]));
    }
    tensors
}

fn constant(name: &str, shape: &[u64], value: f32) -> Tensor {
    let count = shape.iter().product::<u64>() as usize;
    Tensor {
        name: name.to_owned(),
        shape: shape.to_vec(),
        ggml_type: 0,
        data: value.to_le_bytes().repeat(count),
    }
}

/// Random tensors.
struct Random(SplitMix64);

impl Random {
    /// F32, uniform in [-0.25, 0.25).
    fn floats(&mut self, name: &str, shape: &[u64]) -> Tensor {
        let mut tensor = constant(name, shape, 0.0);
        for float in tensor.data.chunks_exact_mut(4) {
            let unit = (self.0.next_u64() >> 40) as f32 / (1u64 << 24) as f32;
            float.copy_from_slice(&(0.5 * unit - 0.25).to_le_bytes());
        }
        tensor
    }

    /// Q4_0: for 32 weights a scale in half precision and 32 four-bit numbers.
    fn blocks(&mut self, name: &str, shape: &[u64]) -> Tensor {
        /// 0.03125.
        const SCALE_F16: u16 = 0x2800;
        let count = shape.iter().product::<u64>() as usize / 32;
        let mut data = Vec::with_capacity(18 * count);
        for _ in 0..count {
            data.extend(SCALE_F16.to_le_bytes());
            data.extend(self.0.next_u64().to_le_bytes());
            data.extend(self.0.next_u64().to_le_bytes());
        }
        Tensor {
            name: name.to_owned(),
            shape: shape.to_vec(),
            ggml_type: 2,
            data,
        }
    }
}
