//! `edgescore synth`.

use std::fs;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use indicatif::{HumanBytes, HumanCount};

use crate::failure::Failure;
use crate::files;
use crate::output::print;
use crate::synth::{MODELS, Model, Quant, Shape, Spec, Summary, SynthError, TINY, named, write};

/// Write a model with a real model's shapes and random weights
///
/// It has that model's speed and memory, so both can be measured before the real one is
/// downloaded. Its answers are chance. The same arguments give the same file on every
/// machine.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The model whose shape to take
    #[arg(long, value_name = "NAME", default_value = TINY.name, ignore_case = true)]
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

    /// Write this chat template into the file
    #[arg(long, value_name = "FILE.jinja")]
    template: Option<PathBuf>,

    /// Write a model that answers everything with TEXT, such as '<think>A?</think>{"answer": "B"}':
    /// to try parsers and the limits of traces
    ///
    /// It is a chain of tokens without attention, so its speed is no model's.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["like", "shape", "quant"])]
    says: Option<String>,

    /// Start of the random numbers
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Replace OUT.gguf if it is there
    #[arg(long)]
    force: bool,

    /// The file to write
    ///
    /// It appears when it is complete; until then it is OUT.gguf.PID.part beside it, which
    /// only an interrupted run leaves behind.
    #[arg(short, long = "output", value_name = "OUT.gguf")]
    output: PathBuf,
}

/// Runs the command: writes the model and prints one line about it.
pub fn run(args: &Args) -> Result<(), Failure> {
    files::check_new(&args.output, args.force)?;
    let Summary {
        path,
        bytes,
        parameters,
    } = args
        .spec()
        .and_then(|spec| write(&spec, &args.output))
        .map_err(|error| match error {
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

impl Args {
    fn spec(&self) -> Result<Spec, SynthError> {
        let (name, shape) = match (self.shape, &self.says) {
            (_, Some(_)) => ("script", self.like.shape),
            (Some(shape), None) => ("custom", shape),
            (None, None) => (self.like.name, self.like.shape),
        };
        let template = match &self.template {
            Some(path) => {
                Some(
                    fs::read_to_string(path).map_err(|source| SynthError::Template {
                        path: path.clone(),
                        source,
                    })?,
                )
            }
            None => None,
        };
        Ok(Spec {
            name: name.to_owned(),
            shape,
            quant: self.quant,
            tokenizer: self.tokenizer.clone(),
            template,
            says: self.says.clone(),
            seed: self.seed,
        })
    }
}

fn model_names() -> impl TypedValueParser<Value = Model> {
    let names = MODELS
        .iter()
        .map(|model| PossibleValue::new(model.name).aliases(model.alias));
    PossibleValuesParser::new(names).try_map(|name| named(&name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "synth_tests.rs"]
mod tests;
