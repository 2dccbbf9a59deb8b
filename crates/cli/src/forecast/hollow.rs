//! A model cut down to its first layers, and without its weights: a sparse file of zeros behind a
//! true header. Its tokenizer is the model's own, and a forward pass through it takes what these
//! layers take, since no kernel looks at what it multiplies.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use edgescore_record::parts;

use crate::failure::Failure;
use crate::files::unwritable;
use crate::gguf::{self, Entry, TensorInfo, Value};
use crate::synth::SYNTHETIC_KEY;

/// A model that copies are made of, by its header.
pub struct Whole {
    architecture: String,
    layers: u32,
    entries: Vec<Entry>,
    tensors: Vec<TensorInfo>,
    /// Bytes of its files.
    pub bytes: u64,
}

impl Whole {
    /// Reads the headers of the model at `path`, all of a split one.
    pub fn read(path: &Path) -> Result<Whole, Failure> {
        let (mut entries, mut tensors, mut bytes) = (Vec::new(), Vec::new(), 0);
        for part in parts(path) {
            let header = gguf::header(&part)
                .with_context(|| format!("cannot read {}", part.display()))
                .map_err(Failure::Data)?;
            bytes += part.metadata().map_err(Failure::data)?.len();
            tensors.extend(header.tensors);
            // Those of the first part are the model's.
            if entries.is_empty() {
                entries = header.entries;
            }
        }
        let whole = |entries: &[Entry]| {
            let find = |key: &str| entries.iter().find(|(other, _)| other == key);
            let architecture = find("general.architecture")?.1.text()?.to_owned();
            let layers = find(&format!("{architecture}.block_count"))?.1.number()?;
            Some((architecture, u32::try_from(layers).ok()?))
        };
        let (architecture, layers) = whole(&entries)
            .filter(|(_, layers)| *layers > 0)
            .with_context(|| {
                format!(
                    "{} does not say how many layers it has: give a model that llama.cpp can load",
                    path.display()
                )
            })
            .map_err(Failure::Data)?;
        Ok(Whole {
            architecture,
            layers,
            entries,
            tensors,
            bytes,
        })
    }

    /// Number of its layers.
    pub fn layers(&self) -> u32 {
        self.layers
    }

    /// Bytes of the weights of its first `layers` layers.
    pub fn bytes_of_layers(&self, layers: u32) -> u64 {
        let within = |tensor: &&TensorInfo| layer_of(tensor).is_some_and(|layer| layer < layers);
        self.tensors.iter().filter(within).map(|t| t.bytes).sum()
    }

    /// The numbers of layers that tell how the time grows with them: few, so that it is short, and
    /// far enough apart to see a difference. More where layers are of several kinds. All of a model
    /// that has few.
    pub fn copies(&self) -> Vec<u32> {
        match self.layers {
            all @ 0..=4 => vec![all],
            all if self.layers_are_alike() => vec![1, (all / 6).clamp(2, 4)],
            all => vec![all / 4, all / 2],
        }
    }

    /// Whether all layers have tensors of the same names and sizes.
    fn layers_are_alike(&self) -> bool {
        let shape = |layer: u32| {
            let of_layer = self
                .tensors
                .iter()
                .filter(move |t| layer_of(t) == Some(layer));
            let mut shape: Vec<_> = of_layer
                .map(|t| (t.name.rsplit_once(&format!(".{layer}.")), &t.dims))
                .map(|(name, dims)| (name.map(|(_, name)| name), dims))
                .collect();
            shape.sort_unstable();
            shape
        };
        let first = shape(0);
        (1..self.layers).all(|layer| shape(layer) == first)
    }

    /// Writes a copy with the first `layers` layers to `path`.
    pub fn write(&self, layers: u32, path: &Path) -> Result<(), Failure> {
        let of_architecture = format!("{}.", self.architecture);
        let count = format!("{of_architecture}block_count");
        let copied = self.entries.iter().filter(|(key, _)| {
            // A copy is one file.
            !key.starts_with("split.") && key != SYNTHETIC_KEY
        });
        let mut entries: Vec<Entry> = copied.cloned().collect();
        for (key, value) in &mut entries {
            match value {
                value if *key == count => *value = Value::u32(layers),
                // One element a layer.
                Value::Array(array)
                    if key.starts_with(&of_architecture) && array.len == u64::from(self.layers) =>
                {
                    array.truncate(u64::from(layers));
                }
                _ => {}
            }
        }
        entries.push((SYNTHETIC_KEY.to_owned(), Value::bool(true)));
        // Without weights all tokens are alike, and the first one ends many a model's answers.
        entries.push(("edgescore.endless".to_owned(), Value::bool(true)));
        let kept = |tensor: &&TensorInfo| layer_of(tensor).is_none_or(|layer| layer < layers);
        let tensors: Vec<TensorInfo> = self.tensors.iter().filter(kept).cloned().collect();
        let front = gguf::front(&entries, &tensors);
        // Where tensors begin in the model says how long they are, to its alignment: the copy has the same.
        let alignment = gguf::alignment(&entries);
        let tensors = tensors.iter();
        let data: u64 = tensors.map(|t| gguf::padded(t.bytes, alignment)).sum();
        let write = || {
            let mut file = File::create(path)?;
            file.write_all(&front)?;
            file.set_len(front.len() as u64 + data)
        };
        write().map_err(|error| unwritable(path, error))
    }
}

/// The layer that a tensor belongs to (`blk.LAYER.NAME`).
fn layer_of(tensor: &TensorInfo) -> Option<u32> {
    let (layer, _) = tensor.name.strip_prefix("blk.")?.split_once('.')?;
    layer.parse().ok()
}
