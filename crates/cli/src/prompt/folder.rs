//! What the folder of an ONNX model says of its chat template and its control tokens, by the keys of a GGUF.

use std::path::Path;

use anyhow::anyhow;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::failure::Failure;
use crate::files;
use crate::gguf::tokenizer::{BOS, CONTROL, EOS, TEMPLATE, TOKENS, TYPES};
use crate::gguf::{Array, Entry, Kind, Value};

/// What makes a folder a model.
const CONFIG: &str = "genai_config.json";

/// The part of tokenizer.json that is read.
#[derive(Deserialize)]
struct Tokenizer {
    #[serde(default)]
    added_tokens: Vec<Added>,
}

#[derive(Deserialize)]
struct Added {
    content: String,
}

/// The entries of `folder`. Among its tokens are those alone that stand beside its vocabulary.
///
/// # Errors
/// A file is missing or no JSON.
pub fn metadata(folder: &Path) -> Result<Vec<Entry>, Failure> {
    if !folder.join(CONFIG).is_file() {
        return Err(Failure::Data(anyhow!(
            "{} has no {CONFIG}: --model takes a GGUF file, or the folder of a model of ONNX Runtime GenAI",
            folder.display()
        )));
    }
    let config: Json = json(&folder.join("tokenizer_config.json"))?;
    let tokenizer: Tokenizer = json(&folder.join("tokenizer.json"))?;
    let added = tokenizer.added_tokens.into_iter();
    let mut names: Vec<String> = added.map(|added| added.content).collect();
    let mut entries = templates(folder, &config)?;
    for (key, name) in [(BOS, "bos_token"), (EOS, "eos_token")] {
        let token = config.get(name);
        let text = token.and_then(|token| token.as_str().or(token.get("content")?.as_str()));
        let Some(text) = text else { continue };
        let at = names.iter().position(|known| known == text);
        let at = at.unwrap_or_else(|| {
            names.push(text.to_owned());
            names.len() - 1
        });
        entries.push((key.to_owned(), Value::u32(at as u32)));
    }
    let mut tokens = Array::empty(Kind::String);
    let mut types = Array::empty(Kind::I32);
    for name in &names {
        tokens.push(name.as_bytes());
        types.push(&CONTROL.to_le_bytes());
    }
    entries.push((TOKENS.to_owned(), Value::Array(tokens)));
    entries.push((TYPES.to_owned(), Value::Array(types)));
    Ok(entries)
}

/// Its template: in a file of its own, or in the tokenizer's configuration, where there may be several by
/// their names.
fn templates(folder: &Path, config: &Json) -> Result<Vec<Entry>, Failure> {
    let own = folder.join("chat_template.jinja");
    let entry = |key: String, text: &str| (key, Value::string(text));
    if own.is_file() {
        let text = files::read(&own)?;
        let text = String::from_utf8(text)
            .map_err(|_| Failure::Data(anyhow!("{} is not UTF-8", own.display())))?;
        return Ok(vec![entry(TEMPLATE.to_owned(), &text)]);
    }
    let template = config.get("chat_template");
    if let Some(text) = template.and_then(Json::as_str) {
        return Ok(vec![entry(TEMPLATE.to_owned(), text)]);
    }
    let named = template.and_then(Json::as_array).into_iter().flatten();
    let named = named.filter_map(|one| {
        let (name, text) = (one.get("name")?.as_str()?, one.get("template")?.as_str()?);
        let key = match name {
            "default" => TEMPLATE.to_owned(),
            name => format!("{TEMPLATE}.{name}"),
        };
        Some(entry(key, text))
    });
    Ok(named.collect())
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    serde_json::from_slice(&files::read(path)?)
        .map_err(|error| Failure::Data(anyhow!("{}: {error}", path.display())))
}
