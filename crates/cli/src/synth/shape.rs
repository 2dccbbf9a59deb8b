//! What a model is made of: the numbers that decide its size and speed, for the named
//! models and for shapes given on the command line.

use std::str::FromStr;

use super::quant::Quant;

/// A model family as llama.cpp knows it (`general.architecture`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// Llama, SmolLM2: no biases.
    Llama,
    /// Qwen2 and Qwen2.5: biases on the query, key and value projections.
    Qwen2,
    /// Mamba: recurrent layers alone.
    Mamba,
    /// LFM2: short convolutions in most layers, attention in the others.
    Lfm2,
}

impl Arch {
    /// The name in `general.architecture`, and the prefix of the architecture's keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Qwen2 => "qwen2",
            Self::Mamba => "mamba",
            Self::Lfm2 => "lfm2",
        }
    }
}

/// The shape of a dense decoder-only model. Lengths are in elements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Model family.
    pub arch: Arch,
    /// Width of the residual stream.
    pub embd: u32,
    /// Transformer blocks.
    pub layers: u32,
    /// Query heads; a head is `embd / heads` wide.
    pub heads: u32,
    /// Key and value heads (grouped-query attention).
    pub kv_heads: u32,
    /// Width of the gated feed-forward layer; of a Mamba model, the inner width of a layer.
    pub ff: u32,
    /// Rows of the embedding table.
    pub vocab: u32,
    /// Trained context, in tokens.
    pub context: u32,
    /// RoPE base frequency.
    pub rope_base: f32,
    /// Llama 3's long-context divisor of the slow rotations, where the family has one.
    pub rope_factor: Option<f64>,
    /// RMS norm epsilon.
    pub rms_eps: f32,
    /// The output layer is the embedding table.
    pub tied: bool,
}

/// A shape that has a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// The name to give to `--like`.
    pub name: &'static str,
    /// A shorter name, where one is natural.
    pub alias: Option<&'static str>,
    /// Its shape.
    pub shape: Shape,
}

/// A shape that can't be built, or text that names none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// No model of that name.
    #[error("no model is named '{0}'; the names are {names}", names = names())]
    UnknownModel(String),
    /// A part of `--shape` is not `key=value`.
    #[error("'{0}' is not key=value; write for example {EXAMPLE}")]
    NotAPair(String),
    /// A key that no shape has.
    #[error(
        "a shape has no '{0}'; its keys are arch, embd, layers, heads, kv, ff, vocab, ctx, tied"
    )]
    UnknownKey(String),
    /// The same key twice.
    #[error("the shape says {0} twice; keep one")]
    Twice(String),
    /// A key without which there is no shape.
    #[error("the shape lacks {0}; write for example {EXAMPLE}")]
    Missing(&'static str),
    /// A value that its key can't have.
    #[error("{key}={value} is not possible: {wanted}")]
    BadValue {
        /// The key.
        key: &'static str,
        /// What was given.
        value: String,
        /// What the key takes.
        wanted: String,
    },
    /// A head would have a fractional or odd width; RoPE rotates pairs.
    #[error(
        "embd={embd} does not divide into {heads} heads of an even width; \
         make embd a multiple of {}", u64::from(*heads) * 2
    )]
    HeadWidth {
        /// Width of the residual stream.
        embd: u32,
        /// Query heads.
        heads: u32,
    },
    /// Query heads do not share key and value heads evenly.
    #[error("{heads} heads can't share {kv_heads} kv heads evenly; kv must divide heads")]
    HeadGroups {
        /// Query heads.
        heads: u32,
        /// Key and value heads.
        kv_heads: u32,
    },
    /// A row that does not hold whole quantisation blocks.
    #[error(
        "{quant} packs 32 weights a block and {key}={value} is no multiple of 32; \
         change {key}, or use --quant f16"
    )]
    Blocks {
        /// The quantisation asked for.
        quant: Quant,
        /// The key of the row's length.
        key: &'static str,
        /// The row's length.
        value: u32,
    },
}

const EXAMPLE: &str = "--shape arch=llama,embd=64,layers=2,heads=4,kv=2,ff=192,vocab=512,ctx=4096";

/// llama.cpp's LLAMA_MAX_LAYERS.
const MAX_LAYERS: u32 = 512;
/// Bounds on the rest: far above any model for a board, and low enough that sizes fit u64
/// and a vocabulary fits in memory.
const MAX_WIDTH: u32 = 1 << 17;
const MAX_VOCAB: u32 = 1 << 20;
const MAX_CONTEXT: u32 = 1 << 24;

const fn llama(embd: u32, layers: u32, heads: u32, kv_heads: u32, ff: u32, vocab: u32) -> Shape {
    Shape {
        arch: Arch::Llama,
        embd,
        layers,
        heads,
        kv_heads,
        ff,
        vocab,
        context: 8192,
        rope_base: 10_000.0,
        rope_factor: None,
        rms_eps: 1e-5,
        tied: true,
    }
}

const fn qwen2(embd: u32, layers: u32, heads: u32, kv_heads: u32, ff: u32) -> Shape {
    Shape {
        arch: Arch::Qwen2,
        context: 32_768,
        rope_base: 1_000_000.0,
        rms_eps: 1e-6,
        ..llama(embd, layers, heads, kv_heads, ff, 151_936)
    }
}

const fn mamba(embd: u32, layers: u32, vocab: u32) -> Shape {
    Shape {
        arch: Arch::Mamba,
        // llama.cpp takes no other expansion than 2.
        ..llama(embd, layers, 1, 1, embd.saturating_mul(2), vocab)
    }
}

const fn lfm2(embd: u32, layers: u32, heads: u32, kv_heads: u32, ff: u32, vocab: u32) -> Shape {
    Shape {
        arch: Arch::Lfm2,
        context: 128_000,
        rope_base: 1_000_000.0,
        ..llama(embd, layers, heads, kv_heads, ff, vocab)
    }
}

const fn model(name: &'static str, alias: Option<&'static str>, shape: Shape) -> Model {
    Model { name, alias, shape }
}

/// A model that answers within a second anywhere, for demonstrations and tests.
pub const TINY: Model = model("tiny", None, llama(64, 2, 4, 2, 192, 288));

/// The named models, smallest first. Numbers are those of the `config.json` that each
/// instruct model is published with.
pub const MODELS: &[Model] = &[
    TINY,
    model(
        "mamba-130m",
        Some("130m"),
        Shape {
            context: 1_048_576,
            ..mamba(768, 24, 50_280)
        },
    ),
    model(
        "smollm2-135m",
        Some("135m"),
        Shape {
            rope_base: 100_000.0,
            ..llama(576, 30, 9, 3, 1536, 49_152)
        },
    ),
    model(
        "lfm2-350m",
        Some("350m"),
        lfm2(1024, 16, 16, 8, 4608, 65_536),
    ),
    model("qwen2.5-0.5b", Some("0.5b"), qwen2(896, 24, 14, 2, 4864)),
    model(
        "llama-3.2-1b",
        Some("1b"),
        Shape {
            context: 131_072,
            rope_base: 500_000.0,
            rope_factor: Some(32.0),
            ..llama(2048, 16, 32, 8, 8192, 128_256)
        },
    ),
    model("qwen2.5-1.5b", Some("1.5b"), qwen2(1536, 28, 12, 2, 8960)),
    model("qwen2.5-3b", Some("3b"), qwen2(2048, 36, 16, 2, 11_008)),
    model(
        "qwen2.5-7b",
        Some("7b"),
        Shape {
            vocab: 152_064,
            tied: false,
            ..qwen2(3584, 28, 28, 4, 18_944)
        },
    ),
];

fn names() -> String {
    let names: Vec<_> = MODELS.iter().map(|m| m.name).collect();
    names.join(", ")
}

/// Finds a model by its name or alias, in any letter case.
///
/// # Errors
/// [`ShapeError::UnknownModel`], which lists the names.
pub fn named(name: &str) -> Result<Model, ShapeError> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    MODELS
        .iter()
        .find(|m| is(m.name) || m.alias.is_some_and(is))
        .copied()
        .ok_or_else(|| ShapeError::UnknownModel(name.to_owned()))
}

impl Shape {
    /// Width of a head.
    pub fn head_width(&self) -> u32 {
        self.embd.checked_div(self.heads).unwrap_or(0)
    }

    /// Whether a layer attends to all earlier tokens. LFM2's models of 16 layers do so in six
    /// of them (their `config.json`); LFM2 shapes of another depth here in every second.
    pub fn attends(&self, layer: u32) -> bool {
        match self.arch {
            Arch::Llama | Arch::Qwen2 => true,
            Arch::Mamba => false,
            Arch::Lfm2 if self.layers == 16 => [2, 5, 8, 10, 12, 14].contains(&layer),
            Arch::Lfm2 => layer % 2 == 1,
        }
    }

    /// Width of the keys of all heads, and of the values.
    pub fn kv_width(&self) -> u32 {
        self.head_width() * self.kv_heads
    }

    /// Whether llama.cpp would load this shape in this quantisation.
    ///
    /// # Errors
    /// What has to change.
    pub fn check(&self, quant: Quant) -> Result<(), ShapeError> {
        for (key, value, max) in [
            ("embd", self.embd, MAX_WIDTH),
            ("layers", self.layers, MAX_LAYERS),
            ("heads", self.heads, MAX_WIDTH),
            ("kv", self.kv_heads, MAX_WIDTH),
            ("ff", self.ff, MAX_WIDTH),
            ("vocab", self.vocab, MAX_VOCAB),
            ("ctx", self.context, MAX_CONTEXT),
        ] {
            if value == 0 || value > max {
                return Err(ShapeError::BadValue {
                    key,
                    value: value.to_string(),
                    wanted: format!("1 to {max}"),
                });
            }
        }
        let Self {
            embd,
            heads,
            kv_heads,
            ff,
            ..
        } = *self;
        if embd % heads != 0 || (embd / heads) % 2 != 0 {
            return Err(ShapeError::HeadWidth { embd, heads });
        }
        if heads % kv_heads != 0 {
            return Err(ShapeError::HeadGroups { heads, kv_heads });
        }
        for (key, value) in [("embd", embd), ("ff", ff)] {
            if quant != Quant::F16 && value % 32 != 0 {
                return Err(ShapeError::Blocks { quant, key, value });
            }
        }
        Ok(())
    }
}

/// Reads `key=value` pairs. `embd` and `layers` are required, `heads` and `ff` too unless the
/// model is a Mamba, which has neither; the rest have defaults: `arch=llama`, `kv` as many as `heads`, `vocab=512`, `ctx=8192`, `tied=true`.
impl FromStr for Shape {
    type Err = ShapeError;

    fn from_str(text: &str) -> Result<Self, ShapeError> {
        let mut pairs = Pairs::parse(text)?;
        let arch = match pairs.take("arch") {
            None | Some("llama") => Arch::Llama,
            Some("qwen2") => Arch::Qwen2,
            Some("mamba") => Arch::Mamba,
            Some("lfm2") => Arch::Lfm2,
            Some(other) => return Err(bad("arch", other, "llama, qwen2, mamba or lfm2")),
        };
        let tied = match pairs.take("tied") {
            None | Some("true") => true,
            Some("false") => false,
            Some(other) => return Err(bad("tied", other, "true or false")),
        };
        let embd = pairs.required("embd")?;
        let layers = pairs.required("layers")?;
        let vocab = pairs.number("vocab")?.unwrap_or(512);
        let base = if arch == Arch::Mamba {
            mamba(embd, layers, vocab)
        } else {
            let heads = pairs.required("heads")?;
            let kv_heads = pairs.number("kv")?.unwrap_or(heads);
            let ff = pairs.required("ff")?;
            match arch {
                Arch::Qwen2 => qwen2(embd, layers, heads, kv_heads, ff),
                Arch::Lfm2 => lfm2(embd, layers, heads, kv_heads, ff, vocab),
                _ => llama(embd, layers, heads, kv_heads, ff, vocab),
            }
        };
        let context = pairs.number("ctx")?.unwrap_or(8192);
        match pairs.0.first() {
            Some((key, _)) => Err(ShapeError::UnknownKey((*key).to_owned())),
            None => Ok(Self {
                vocab,
                context,
                tied,
                ..base
            }),
        }
    }
}

/// The pairs of a `--shape` that nobody took yet.
struct Pairs<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Pairs<'a> {
    fn parse(text: &'a str) -> Result<Self, ShapeError> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| ShapeError::NotAPair(part.to_owned()))?;
            if pairs.iter().any(|(k, _)| *k == key) {
                return Err(ShapeError::Twice(key.to_owned()));
            }
            pairs.push((key, value));
        }
        Ok(Self(pairs))
    }

    fn take(&mut self, key: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|(k, _)| *k == key)?;
        Some(self.0.remove(at).1)
    }

    fn number(&mut self, key: &'static str) -> Result<Option<u32>, ShapeError> {
        self.take(key)
            .map(|v| v.parse().map_err(|_| bad(key, v, "a whole number")))
            .transpose()
    }

    fn required(&mut self, key: &'static str) -> Result<u32, ShapeError> {
        self.number(key)?.ok_or(ShapeError::Missing(key))
    }
}

fn bad(key: &'static str, value: &str, wanted: &str) -> ShapeError {
    ShapeError::BadValue {
        key,
        value: value.to_owned(),
        wanted: wanted.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "shape_tests.rs"]
mod tests;
