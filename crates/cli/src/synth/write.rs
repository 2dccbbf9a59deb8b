//! Writes a synthetic model: header first, then tensor after tensor through one buffer, so
//! that memory does not grow with the model.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::error::SynthError;
use super::quant::Quant;
use super::script::{self, Script};
use super::shape::{Arch, Shape};
use super::tensors::{Fill, SHORT_CONV, SSM_CONV, SSM_STATE, Tensor, tensors, time_step_rank};
use super::tokenizer;
use super::vocabulary::Vocabulary;
use super::weights::Weights;
use crate::bars;
use crate::gguf::tokenizer::TEMPLATE;
use crate::gguf::{ALIGNMENT, Array, Entry, Kind, Value, front, padded};

/// The metadata key, a boolean, that marks a model with synthetic weights.
pub const SYNTHETIC_KEY: &str = "edgescore.synthetic";

/// What to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// What the file calls itself, after the word "synthetic".
    pub name: String,
    /// The model's shape.
    pub shape: Shape,
    /// How its weights are stored.
    pub quant: Quant,
    /// A GGUF file to copy the tokenizer from; without one, a token is a byte.
    pub tokenizer: Option<PathBuf>,
    /// A chat template to write into the file, in place of the tokenizer's.
    pub template: Option<String>,
    /// What the model is to answer to everything; without it, weights are random.
    pub says: Option<String>,
    /// Start of the random numbers: one seed, one model.
    pub seed: u64,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Weights in it.
    pub parameters: u64,
}

/// Writes the model to `out`, replacing what is there. The same spec gives the same bytes
/// on every machine.
///
/// The file appears under its name when it is complete and on the disk, not before. Until
/// then it is `<out>.<process id>.part` in the same folder; an error removes that, a killed
/// process leaves it. Shows its progress on stderr if that is a terminal and the program is not to be quiet.
///
/// # Errors
/// If the shape or the tokenizer can't be used, or the file can't be written.
pub fn write(spec: &Spec, out: &Path) -> Result<Summary, SynthError> {
    let Parts { metadata, tensors } = match &spec.says {
        Some(text) => scripted(spec, text)?,
        None => random(spec)?,
    };
    let infos: Vec<_> = tensors.iter().map(Tensor::info).collect();
    let front = front(&metadata, &infos);
    let bytes = front.len() as u64
        + tensors
            .iter()
            .map(|t| padded(t.bytes(), ALIGNMENT))
            .sum::<u64>();
    // Through a link to the file it names, as a compiler writes.
    let path = fs::canonicalize(out).unwrap_or_else(|_| out.to_owned());
    if path.exists() && !path.is_file() {
        return Err(SynthError::NotAFile(out.to_owned()));
    }

    let write = || -> io::Result<()> {
        let mut part = PartFile::create(&path)?;
        let progress = progress(bytes);
        part.file.write_all(&front)?;
        let mut buffers = Buffers::default();
        for tensor in &tensors {
            buffers.write(tensor, spec.seed, |data| {
                if let Some(bar) = &progress {
                    bar.inc(data.len() as u64);
                }
                part.file.write_all(data)
            })?;
        }
        if let Some(bar) = &progress {
            bar.set_message("syncing");
        }
        part.finish(&path)?;
        if let Some(bar) = progress {
            bar.finish_and_clear();
        }
        Ok(())
    };
    write().map_err(|source| SynthError::Write {
        path: out.to_owned(),
        bytes,
        source,
    })?;
    Ok(Summary {
        path: out.to_owned(),
        bytes,
        parameters: tensors.iter().map(Tensor::weights).sum(),
    })
}

/// What a file is made of.
struct Parts {
    metadata: Vec<Entry>,
    tensors: Vec<Tensor>,
}

/// A model with random weights.
fn random(spec: &Spec) -> Result<Parts, SynthError> {
    spec.shape.check(spec.quant)?;
    let vocab = spec.shape.vocab;
    let tokenizer = match &spec.tokenizer {
        None => tokenizer::byte_level(vocab)?,
        Some(path) => tokenizer::copied(path, Some(vocab))?,
    };
    Ok(Parts {
        metadata: metadata(spec, &spec.shape, tokenizer),
        tensors: tensors(&spec.shape, spec.quant),
    })
}

/// A model that says `text`.
fn scripted(spec: &Spec, text: &str) -> Result<Parts, SynthError> {
    let mut vocabulary = Vocabulary::new(match &spec.tokenizer {
        None => tokenizer::byte_level(tokenizer::BYTE_LEVEL)?,
        Some(path) => tokenizer::copied(path, None)?,
    })?;
    let script = Script::new(text, &mut vocabulary)?;
    let shape = script::shape(vocabulary.len());
    let tensors = script.tensors(&shape);
    Ok(Parts {
        metadata: metadata(spec, &shape, vocabulary.into_entries()),
        tensors,
    })
}

/// The metadata: what llama.cpp needs to load the model, and that it is synthetic.
fn metadata(spec: &Spec, shape: &Shape, tokenizer: Vec<Entry>) -> Vec<Entry> {
    let Shape {
        arch,
        embd,
        layers,
        heads,
        kv_heads,
        ff,
        vocab,
        context,
        rope_base,
        rms_eps,
        ..
    } = *shape;
    let head_width = shape.head_width();
    let mut entries: Vec<Entry> = Vec::new();
    let mut add = |key: &str, value| entries.push((key.to_owned(), value));
    add("general.architecture", Value::string(arch.name()));
    let name = format!("synthetic {}", spec.name);
    add("general.name", Value::string(&name));
    add("general.file_type", Value::u32(spec.quant.file_type()));
    // GGML_QNT_VERSION of the block formats.
    add("general.quantization_version", Value::u32(2));
    add(SYNTHETIC_KEY, Value::bool(true));
    add("edgescore.seed", Value::u64(spec.seed));
    // A Mamba model says that it has neither heads nor a feed-forward layer.
    let (of_mamba, of_lfm2) = (arch == Arch::Mamba, arch == Arch::Lfm2);
    let unless_mamba = |value| Value::u32(if of_mamba { 0 } else { value });
    let kv_heads = if of_lfm2 {
        let mut of_layers = Array::empty(Kind::I32);
        for layer in 0..layers {
            let heads = if shape.attends(layer) { kv_heads } else { 0 };
            of_layers.push(&heads.to_le_bytes());
        }
        Value::Array(of_layers)
    } else {
        unless_mamba(kv_heads)
    };
    let mut of_arch = vec![
        ("block_count", Value::u32(layers)),
        ("context_length", Value::u32(context)),
        ("embedding_length", Value::u32(embd)),
        ("feed_forward_length", unless_mamba(ff)),
        ("attention.head_count", unless_mamba(heads)),
        ("attention.head_count_kv", kv_heads),
        ("attention.layer_norm_rms_epsilon", Value::f32(rms_eps)),
    ];
    if of_mamba {
        of_arch.extend([
            ("ssm.conv_kernel", Value::u32(SSM_CONV)),
            ("ssm.inner_size", Value::u32(ff)),
            ("ssm.state_size", Value::u32(SSM_STATE)),
            ("ssm.time_step_rank", Value::u32(time_step_rank(embd))),
        ]);
    } else {
        of_arch.extend([
            ("rope.dimension_count", Value::u32(head_width)),
            ("rope.freq_base", Value::f32(rope_base)),
        ]);
    }
    if of_lfm2 {
        of_arch.push(("shortconv.l_cache", Value::u32(SHORT_CONV)));
    }
    of_arch.push(("vocab_size", Value::u32(vocab)));
    for (key, value) in of_arch {
        add(&format!("{}.{key}", arch.name()), value);
    }
    entries.extend(tokenizer);
    if let Some(template) = &spec.template {
        entries.retain(|(key, _)| key != TEMPLATE);
        entries.push((TEMPLATE.to_owned(), Value::string(template)));
    }
    entries
}

/// Weights on their way to the file, and their encoded bytes.
struct Buffers {
    weights: Vec<f32>,
    bytes: Vec<u8>,
}

impl Default for Buffers {
    fn default() -> Self {
        // Whole blocks of every format, small enough for a second-level cache.
        Self {
            weights: vec![0.0; 32 << 10],
            bytes: Vec::new(),
        }
    }
}

impl Buffers {
    /// Writes one tensor's data and padding, a buffer at a time.
    fn write(
        &mut self,
        tensor: &Tensor,
        seed: u64,
        mut out: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        match &tensor.fill {
            Fill::Random { fan_in } => {
                let mut random = Weights::new(seed, &tensor.name, *fan_in);
                self.encode(tensor, |weights| random.fill(weights), &mut out)?;
            }
            Fill::Ones => self.encode(tensor, |weights| weights.fill(1.0), &mut out)?,
            Fill::Values(values) => {
                let mut values = values.iter().copied();
                let fill = |weights: &mut [f32]| {
                    weights
                        .iter_mut()
                        .zip(&mut values)
                        .for_each(|(w, v)| *w = v);
                };
                self.encode(tensor, fill, &mut out)?;
            }
        }
        let padding = padded(tensor.bytes(), ALIGNMENT) - tensor.bytes();
        self.bytes.clear();
        self.bytes.resize(padding as usize, 0);
        out(&self.bytes)
    }

    fn encode(
        &mut self,
        tensor: &Tensor,
        mut fill: impl FnMut(&mut [f32]),
        out: &mut impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut left = tensor.weights();
        while left > 0 {
            let now = self
                .weights
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            let (weights, _) = self.weights.split_at_mut(now);
            fill(weights);
            self.bytes.clear();
            tensor.format.encode(weights, &mut self.bytes);
            out(&self.bytes)?;
            left -= now as u64;
        }
        Ok(())
    }
}

/// A file that is not there yet: it is removed again unless it is finished.
struct PartFile {
    path: PathBuf,
    file: File,
}

impl PartFile {
    fn create(target: &Path) -> io::Result<Self> {
        let mut name = target.as_os_str().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let path = PathBuf::from(name);
        let file = File::create(&path)?;
        Ok(Self { path, file })
    }

    /// Sees the bytes onto the disk and gives the file its name.
    fn finish(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, target)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // After a rename nothing has this name any more.
        let _ = fs::remove_file(&self.path);
    }
}

fn progress(bytes: u64) -> Option<ProgressBar> {
    let bar = bars::show(ProgressBar::new(bytes))?;
    let style = "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left {msg}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    Some(bar)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "write_tests.rs"]
mod tests;
