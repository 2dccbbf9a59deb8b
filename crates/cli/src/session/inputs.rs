//! The files of a run.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use anyhow::Context;

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
            crate::screen::say(&format!("warning: {warning}"));
        }
        let prompts = prompts.to_bytes()?;
        Ok(Inputs {
            pack,
            model,
            prompts,
        })
    }

    /// The prompts as a file that lasts as long as what is returned, or this process.
    pub fn prompts_file(&self) -> Result<PromptsFile, Failure> {
        let write = || {
            let mut file = tempfile::tempfile()?;
            file.write_all(&self.prompts)?;
            Ok::<_, std::io::Error>(PromptsFile { file })
        };
        write()
            .context("cannot write a file of prompts: set TMPDIR to a folder that can be written")
            .map_err(Failure::Data)
    }
}

/// A file of prompts without a name: however this process ends, nothing is left of it.
pub struct PromptsFile {
    file: File,
}

impl PromptsFile {
    /// Where processes of this user read it.
    pub fn path(&self) -> PathBuf {
        let (process, file) = (std::process::id(), self.file.as_raw_fd());
        PathBuf::from(format!("/proc/{process}/fd/{file}"))
    }
}
