//! A model of ONNX Runtime GenAI: a folder with genai_config.json.

use std::fs;
use std::path::{Path, PathBuf};

use edgescore_record::Origin;
use edgescore_runtime::error::Refusal;
use serde::Deserialize;

use crate::graph::{self, Weights};
use crate::pieces::Pieces;

/// What every model of GenAI has.
const CONFIG: &str = "genai_config.json";
/// Its tokenizer.
const TOKENIZER: &str = "tokenizer.json";
/// Says that it is a test instrument (scripts/export-onnx).
const ORIGIN: &str = "edgescore.json";
/// Graphs with their weights inside are not read: they are as large as these.
const LARGEST_GRAPH: u64 = 256 << 20;

/// A model, before it is loaded.
pub struct Folder {
    path: PathBuf,
    /// What genai_config.json says.
    pub model: Model,
}

#[derive(Deserialize)]
struct Config {
    model: Model,
}

/// `model` of genai_config.json.
#[derive(Deserialize)]
pub struct Model {
    /// Architecture, such as `llama`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Tokens that it can hold.
    #[serde(default)]
    pub context_length: u32,
    /// Logits behind a token.
    pub vocab_size: u32,
    #[serde(default)]
    bos_token_id: Option<u32>,
    decoder: Graph,
}

#[derive(Deserialize)]
struct Graph {
    #[serde(default)]
    filename: String,
}

impl Folder {
    /// Reads the configuration.
    ///
    /// # Errors
    /// There is none, or not of a model that writes text.
    pub fn open(path: &Path) -> Result<Folder, Refusal> {
        let config = path.join(CONFIG);
        let wrong = |error: &dyn std::fmt::Display| {
            Refusal::data(format!(
                "{}: {error}; --model FOLDER is a model of ONNX Runtime GenAI as its builder writes it",
                config.display()
            ))
        };
        let bytes = fs::read(&config).map_err(|error| wrong(&error))?;
        let Config { model } = serde_json::from_slice(&bytes).map_err(|error| wrong(&error))?;
        if model.decoder.filename.is_empty() || model.vocab_size == 0 {
            return Err(wrong(&"it names no decoder and no vocabulary"));
        }
        Ok(Folder {
            path: path.to_owned(),
            model,
        })
    }

    /// The token that begins a sequence.
    pub fn bos(&self) -> Option<u32> {
        let vocabulary = self.model.vocab_size;
        self.model.bos_token_id.filter(|bos| *bos < vocabulary)
    }

    /// The bytes of its tokens.
    ///
    /// # Errors
    /// It has no tokenizer.json, or not one that can be read.
    pub fn pieces(&self) -> Result<Pieces, Refusal> {
        let path = self.path.join(TOKENIZER);
        let wrong = |error: &dyn std::fmt::Display| {
            Refusal::data(format!(
                "{}: {error}; the tokenizer of Hugging Face belongs to the model",
                path.display()
            ))
        };
        let bytes = fs::read(&path).map_err(|error| wrong(&error))?;
        Pieces::parse(&bytes).map_err(|error| wrong(&error))
    }

    /// Its weights, if the graph lies apart from them and can be read.
    pub fn weights(&self) -> Option<Weights> {
        let path = self.path.join(&self.model.decoder.filename);
        let length = fs::metadata(&path).ok()?.len();
        if length > LARGEST_GRAPH {
            return None;
        }
        graph::weights(&fs::read(path).ok()?)
    }

    /// Where its weights come from, by what the folder says.
    pub fn origin(&self) -> Origin {
        let says = fs::read_to_string(self.path.join(ORIGIN)).unwrap_or_default();
        match says.contains("\"reference\"") {
            true => Origin::Reference,
            false => Origin::Given,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_model_is_refused() {
        let folder = std::env::temp_dir().join(format!("edgescore-genai-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let missing = Folder::open(&folder).err().unwrap().detail;
        assert!(
            missing.contains("genai_config.json: No such file"),
            "{missing}"
        );
        for (config, says) in [
            ("{", "EOF"),
            (
                r#"{"model": {"type": "whisper", "vocab_size": 9, "decoder": {}}}"#,
                "no decoder",
            ),
        ] {
            fs::write(folder.join(CONFIG), config).unwrap();
            let wrong = Folder::open(&folder).err().unwrap().detail;
            assert!(
                wrong.contains(says) && wrong.contains("--model FOLDER"),
                "{wrong}"
            );
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
