//! `edgescore synth`: a GGUF file with a real model's shapes and random weights.
//!
//! Such a file loads, runs and fills memory like the model it is shaped after: the same
//! tensors in the same formats, so speed and memory can be measured before gigabytes are
//! downloaded. Its answers are chance, and its metadata says so under [`SYNTHETIC_KEY`].
//!
//! How close it is: `llama-quantize` turns the f16 file of a seed into the q8_0 and q4_0
//! files of that seed, byte for byte, except for the scales of a q6_K output layer (see
//! [`quant`]), which has the same size. Against the real file only the vocabulary's text is
//! missing, 2.5 MB or 0.3 % of a 1.5B model in q4_0, and nothing with `--tokenizer`.

mod quant;
mod shape;
mod tensors;
mod tokenizer;
mod weights;
mod write;

use std::io;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use indicatif::{HumanBytes, HumanCount};

use crate::failure::Failure;
use crate::gguf;
use crate::output::print;

pub use quant::Quant;
pub use shape::{Model, Shape, ShapeError};
pub use tokenizer::TokenizerError;
pub use write::{Spec, Summary, write};

/// The metadata key, a boolean, by which a report knows that weights are synthetic.
pub const SYNTHETIC_KEY: &str = "edgescore.synthetic";

/// Write a model with a real model's shapes and random weights
///
/// It has that model's speed and memory, so both can be measured before the real one is
/// downloaded. Its answers are chance. The same arguments give the same file on every
/// machine.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The model whose shape to take
    #[arg(long, value_name = "NAME", default_value = shape::TINY.name, ignore_case = true)]
    #[arg(value_parser = model_names())]
    like: Model,

    /// A shape of your own: arch=llama,embd=64,layers=2,heads=4,kv=2,ff=192,vocab=512,ctx=4096
    ///
    /// embd, layers, heads and ff are required. arch is llama, qwen2, lfm2 or mamba (which has
    /// no heads and no ff); tied=false adds an output layer of its own.
    #[arg(long, value_name = "KEY=VALUE,...", conflicts_with = "like")]
    shape: Option<Shape>,

    /// How weights are stored
    ///
    /// As llama-quantize does it: norms and biases stay f32, and the output layer of a q4_0
    /// model is q6_K, or q8_0 where its rows are no multiple of 256.
    #[arg(long, value_enum, default_value_t = Quant::Q4_0)]
    quant: Quant,

    /// Copy the tokenizer of this GGUF file, for a real model's token counts
    ///
    /// Without it a token is a byte, and a prompt has about three times as many.
    #[arg(long, value_name = "VOCAB.gguf")]
    tokenizer: Option<PathBuf>,

    /// Start of the random numbers
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Replace OUT.gguf even if it is not a synthetic model
    #[arg(long)]
    force: bool,

    /// The file to write
    ///
    /// It appears when it is complete; until then it is OUT.gguf.PID.part beside it, which
    /// only an interrupted run leaves behind.
    #[arg(short, long = "output", value_name = "OUT.gguf")]
    output: PathBuf,
}

/// Why no model was written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// The shape can't be built.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The tokenizer can't be used.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// There is a file that may not be easy to get back.
    #[error(
        "{0} exists and is not a synthetic model; give -o another name, or add --force to \
         replace it"
    )]
    Exists(PathBuf),
    /// A folder or a device has that name.
    #[error("{0} is no regular file; give -o the name of a file")]
    NotAFile(PathBuf),
    /// The file could not be written; a full disk is the usual reason.
    #[error(
        "can't write {path}, which takes {bytes} bytes ({}): {source}{}",
        HumanBytes(*bytes), remedy(source)
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// Its full size.
        bytes: u64,
        /// What the system said.
        source: io::Error,
    },
}

/// Runs the command: writes the model and prints one line about it.
pub fn run(args: &Args) -> Result<(), Failure> {
    let Summary {
        path,
        bytes,
        parameters,
    } = make(args).map_err(|error| match error {
        SynthError::Shape(_) => Failure::Usage(error.into()),
        _ => Failure::data(error),
    })?;
    print(|out| {
        writeln!(
            out,
            "{}: {}, {} parameters, {}, synthetic weights",
            path.display(),
            HumanBytes(bytes),
            HumanCount(parameters),
            args.quant,
        )
    })
}

/// [`write()`], unless the file exists and is not a synthetic model.
fn make(args: &Args) -> Result<Summary, SynthError> {
    if !args.force {
        check_replaceable(&args.output)?;
    }
    write(&args.spec(), &args.output)
}

impl Args {
    fn spec(&self) -> Spec {
        let (name, shape) = match self.shape {
            Some(shape) => ("custom", shape),
            None => (self.like.name, self.like.shape),
        };
        Spec {
            name: name.to_owned(),
            shape,
            quant: self.quant,
            tokenizer: self.tokenizer.clone(),
            seed: self.seed,
        }
    }
}

fn model_names() -> impl TypedValueParser<Value = Model> {
    let names = shape::MODELS
        .iter()
        .map(|model| PossibleValue::new(model.name).aliases(model.alias));
    PossibleValuesParser::new(names).try_map(|name| shape::named(&name))
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free that much space, or give -o a name on another disk"
        }
        io::ErrorKind::FileTooLarge => "; give -o a name on a disk that takes large files",
        _ => "",
    }
}

/// A synthetic model can be made again; anything else may have been a long download.
fn check_replaceable(path: &Path) -> Result<(), SynthError> {
    if !path.is_file() {
        return Ok(());
    }
    match gguf::metadata(path, |key| key == SYNTHETIC_KEY) {
        Ok(entries) if entries.iter().any(|(_, value)| value.is_true()) => Ok(()),
        _ => Err(SynthError::Exists(path.to_owned())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "args_tests.rs"]
mod tests;
