//! The arguments that name another engine than llama.cpp.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::anyhow;
use edgescore_record::{SILENCE_S, Served, is_url};

use crate::failure::Failure;
use crate::files;

/// Another engine than llama.cpp in edgescore-rt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherEngine {
    /// ONNX Runtime GenAI.
    Ort,
    /// A server, by its address.
    Server(String),
}

impl FromStr for OtherEngine {
    type Err = String;

    fn from_str(text: &str) -> Result<OtherEngine, String> {
        match text {
            "ort" => Ok(OtherEngine::Ort),
            text => url(text).map(OtherEngine::Server),
        }
    }
}

// Another engine. What clap shows of it are its fields.
#[allow(missing_docs)]
#[derive(clap::Args)]
pub struct EngineArgs {
    /// Ask a server of the OpenAI protocol (llama-server, Ollama, vLLM), such as
    /// http://127.0.0.1:8080/v1; --model is then a name that the server knows. Or run ONNX models with ONNX
    /// Runtime GenAI: `ort`; --model is then a folder
    ///
    /// The address is the board's: one of 127.0.0.1 is a server that runs there, and its memory, CPU
    /// time and energy are measured; of one elsewhere only answers and their times are. Letter
    /// mode reads probabilities where the server continues the start of an answer and gives them,
    /// else the letter in a text. A key is read from EDGESCORE_API_KEY or OPENAI_API_KEY.
    /// ONNX Runtime GenAI is looked for in EDGESCORE_ORT, a folder such as `pip install --target` makes
    /// of onnxruntime-genai.
    #[arg(long, value_name = "URL|ort", conflicts_with_all = [
        "detach", "find_memory_floor", "power", "ubatch", "weights", "constrain", "parallel", "no_calibrate"])]
    pub engine: Option<OtherEngine>,

    /// Seconds for which the server may send nothing
    #[arg(long, value_name = "SECONDS", default_value_t = SILENCE_S, requires = "engine", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub server_silence: u32,
}

impl EngineArgs {
    /// Whether a server is asked.
    pub fn asks_server(&self) -> bool {
        matches!(self.engine, Some(OtherEngine::Server(_)))
    }

    /// What stands in the place of models' paths, if a server is asked: for each of these names one, or one
    /// for the only model that the server has.
    ///
    /// # Errors
    /// A name cannot be one, or ONNX Runtime GenAI is given no folders.
    pub fn paths(&self, names: &[PathBuf]) -> Result<Option<Vec<PathBuf>>, Failure> {
        let url = match &self.engine {
            None => return Ok(None),
            Some(OtherEngine::Ort) => return folders(names).map(|()| None),
            Some(OtherEngine::Server(url)) => url,
        };
        let names = match names {
            [] => &[PathBuf::new()],
            names => names,
        };
        let paths = names.iter().map(|name| {
            let name = name.to_str().filter(|name| !name.contains('\n'));
            let model = name.ok_or_else(|| {
                Failure::Usage(anyhow!(
                    "--model names a model of the server in one line of UTF-8"
                ))
            })?;
            Ok(path_of(url, self.server_silence, model))
        });
        paths.collect::<Result<_, _>>().map(Some)
    }
}

/// Refuses what is no folder.
fn folders(models: &[PathBuf]) -> Result<(), Failure> {
    let file = models.iter().find(|model| !model.is_dir());
    let why = match (models, file) {
        ([], _) => "--engine ort has no default model: give --model FOLDER".to_owned(),
        (_, Some(file)) => format!(
            "--engine ort: {} is no folder: give that of a model as the builder of ONNX Runtime GenAI writes it",
            file.display()
        ),
        (_, None) => return Ok(()),
    };
    Err(Failure::Usage(anyhow!(why)))
}

// The server that serves a file. What clap shows of it are its fields.
#[allow(missing_docs)]
#[derive(clap::Args)]
pub struct Server {
    /// The server, such as http://127.0.0.1:8080/v1
    #[arg(long, value_name = "URL", value_parser = url)]
    engine: String,

    /// The model, by the server's name of it [default: the only one that it has]
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    served_model: String,

    /// Seconds for which the server may send nothing
    #[arg(long, value_name = "SECONDS", default_value_t = SILENCE_S, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    server_silence: u32,
}

impl Server {
    /// What stands in the place of a model's path.
    pub fn path(&self) -> PathBuf {
        path_of(&self.engine, self.server_silence, &self.served_model)
    }
}

/// What stands in the place of the path of a server's `model`.
fn path_of(url: &str, silence_s: u32, model: &str) -> PathBuf {
    let served = Served {
        url,
        silence_s,
        model,
    };
    served.to_string().into()
}

/// What asks a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelKind {
    /// llama.cpp in edgescore-rt, of a file.
    Gguf,
    /// ONNX Runtime GenAI, of a folder.
    Folder,
    /// A server.
    Server,
}

impl ModelKind {
    /// That of a model as [`model_path`] names it.
    pub fn of(model: &Path) -> ModelKind {
        match model {
            served if served.to_str().is_some_and(is_url) => ModelKind::Server,
            folder if folder.is_dir() => ModelKind::Folder,
            _ => ModelKind::Gguf,
        }
    }
}

/// A GGUF file, a folder, or `URL#NAME` of a server and its model, as a command names it that takes
/// all of them.
///
/// # Errors
/// An address that is none.
pub fn model_path(given: &Path) -> Result<PathBuf, Failure> {
    let address = given.to_str().filter(|text| is_url(text));
    let Some(address) = address else {
        return files::absolute(given.to_owned());
    };
    let (address, model) = address.split_once('#').unwrap_or((address, ""));
    let address = url(address).map_err(|why| Failure::Usage(anyhow!("{address}: {why}")))?;
    match model.contains(char::is_control) {
        true => Err(Failure::Usage(anyhow!(
            "{address}: a model's name is one line of text"
        ))),
        false => Ok(path_of(&address, SILENCE_S, model)),
    }
}

/// What a result of this model is called: as its file, or as the server calls it.
pub fn stem(model: &Path) -> OsString {
    let served = model.to_str().and_then(Served::parse);
    let name = match served.map(|served| served.model) {
        Some("") => Path::new("server"),
        Some(name) => Path::new(name),
        None => model,
    };
    // Of names such as `qwen2.5:0.5b` all is the name; colons are none of Windows' file names.
    match served {
        Some(_) if name.extension().is_none_or(|end| end != "gguf") => {
            let name = name.file_name().unwrap_or_default().to_string_lossy();
            name.replace(':', "-").into()
        }
        // What stands behind the last dot of a folder's name is no ending.
        None if name.is_dir() => name.file_name().unwrap_or_default().to_owned(),
        _ => name.file_stem().unwrap_or_default().to_owned(),
    }
}

/// The address of a server, without a key in it.
fn url(text: &str) -> Result<String, String> {
    if !is_url(text) {
        return Err(
            "give an address such as http://127.0.0.1:8080/v1, or ort; GGUF files need no --engine"
                .to_owned(),
        );
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("an address has no white space".to_owned());
    }
    let behind = text.split_once("://").map_or("", |(_, behind)| behind);
    let authority = behind.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return Err(
            "an address with a password would stand in the result: set EDGESCORE_API_KEY"
                .to_owned(),
        );
    }
    if authority.is_empty() || text.contains(['?', '#']) {
        return Err("give host and path alone, such as http://127.0.0.1:8080/v1".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}
