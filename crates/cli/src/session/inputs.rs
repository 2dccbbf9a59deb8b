//! The files of a run.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use tempfile::{Builder, TempDir};

use super::run_options::RunOptions;
use crate::failure::Failure;

/// What a board needs to run: the pack, the model, and how questions become prompts.
#[derive(Clone)]
pub struct Inputs {
    /// The task pack.
    pub pack: PathBuf,
    /// The model, or the first file of a split one; the folder of an ONNX model; or a server
    /// ([`edgescore_record::Served`] as text).
    pub model: PathBuf,
    /// The file of prompts (`edgescore_record::prompt_file`).
    pub prompts: Vec<u8>,
}

impl Inputs {
    /// The files of a run of `options`. Renders the model's chat template.
    pub fn new(options: &RunOptions, pack: PathBuf, model: PathBuf) -> Result<Inputs, Failure> {
        let prompts = options.compose(&pack, &model)?;
        if let Some(warning) = prompts.warning() {
            eprintln!("warning: {warning}");
        }
        let prompts = prompts.to_bytes()?;
        Ok(Inputs {
            pack,
            model,
            prompts,
        })
    }

    /// The prompts as a file that lasts as long as what is returned.
    pub fn prompts_file(&self) -> Result<PromptsFile, Failure> {
        let write = || {
            let folder = Builder::new().prefix("edgescore-").tempdir()?;
            let path = folder.path().join("prompts");
            fs::write(&path, &self.prompts)?;
            Ok::<_, std::io::Error>(PromptsFile {
                path,
                _folder: folder,
            })
        };
        write()
            .context("cannot write a file of prompts: set TMPDIR to a folder that can be written")
            .map_err(Failure::Data)
    }
}

/// A file of prompts, in a folder of its own that is removed with it.
pub struct PromptsFile {
    /// Where it is.
    pub path: PathBuf,
    _folder: TempDir,
}
