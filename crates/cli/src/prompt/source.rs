//! Where a chat template comes from.

use std::path::Path;

use anyhow::anyhow;
use edgescore_record::TemplateOrigin;
use edgescore_taskpack::Hash;

use super::choice::{BUILT_IN, Choice};
use crate::failure::Failure;
use crate::files;
use crate::gguf::{self, Entry, ReadError, Value};

const TEMPLATE: &str = "tokenizer.chat_template";
const TOKENS: &str = "tokenizer.ggml.tokens";
const TYPES: &str = "tokenizer.ggml.token_type";
/// Of a token's type (`enum llama_token_type`).
const USER_DEFINED: i32 = 4;

/// A template, and what a model file says that it may need.
#[derive(Clone, Debug)]
pub struct ChatSource {
    /// Where it comes from.
    pub origin: TemplateOrigin,
    /// Name of the variant, the file or the built-in template; else empty.
    pub name: String,
    /// Its Jinja; empty for [`TemplateOrigin::None`].
    pub text: String,
    /// Names of the templates that the model has beside its default one.
    pub variants: Vec<String>,
    /// Text of the token that begins a sequence; empty where there is none.
    pub bos: String,
    /// Text of the token that ends one.
    pub eos: String,
    /// The texts of all tokens.
    pub tokens: Vec<String>,
    /// Tokens of the template's text that the vocabulary lists as user-defined: llama.cpp finds
    /// them in every text, so in a message too.
    pub user_defined: Vec<String>,
}

impl ChatSource {
    /// SHA-256 of the template's text.
    pub fn hash(&self) -> Hash {
        Hash::of(self.text.as_bytes())
    }
}

/// The template that `choice` names, or the model's own.
pub fn find(model: &Path, choice: Option<&Choice>) -> Result<ChatSource, Failure> {
    let keep = |key: &str| key.starts_with("tokenizer.") && !key.ends_with(".merges");
    let entries = gguf::metadata(model, keep).map_err(|error| {
        let path = model.display();
        Failure::Data(match error {
            ReadError::Io(error) => anyhow!("cannot read the model {path}: {error}; check --model"),
            error => anyhow!("{path}: {error}"),
        })
    })?;
    let tokens: Vec<String> = match value(&entries, TOKENS) {
        Some(Value::Array(tokens)) => tokens
            .strings()
            .map(|text| String::from_utf8_lossy(text).into_owned())
            .collect(),
        _ => Vec::new(),
    };
    let token = |key: &str| {
        let id = value(&entries, key)?.number()?;
        tokens.get(usize::try_from(id).ok()?).cloned()
    };
    let named = |key: &str| token(key).unwrap_or_default();
    let mut source = ChatSource {
        origin: TemplateOrigin::Model,
        name: String::new(),
        text: String::new(),
        variants: variants(&entries),
        bos: named("tokenizer.ggml.bos_token_id"),
        eos: named("tokenizer.ggml.eos_token_id"),
        tokens,
        user_defined: Vec::new(),
    };
    let text = |key: &str| {
        value(&entries, key)
            .and_then(Value::text)
            .map(str::to_owned)
    };
    match choice {
        None => {
            source.text = text(TEMPLATE).ok_or_else(|| base_model(model, &source.variants))?;
        }
        Some(Choice::None) => source.origin = TemplateOrigin::None,
        Some(Choice::File(path)) => {
            let bytes = files::read(path)?;
            source.text = String::from_utf8(bytes).map_err(|_| {
                Failure::Data(anyhow!(
                    "{} is not UTF-8: give a file with a Jinja template",
                    path.display()
                ))
            })?;
            source.origin = TemplateOrigin::File;
            let name = path.file_name().unwrap_or_default();
            source.name = name.to_string_lossy().into_owned();
        }
        Some(Choice::Name(name)) => {
            let own = text(&format!("{TEMPLATE}.{name}"));
            let built_in = BUILT_IN.iter().find(|(known, _)| known == name);
            (source.origin, source.text) = match (own, built_in) {
                (Some(text), _) => (TemplateOrigin::Variant, text),
                (None, Some((_, text))) => (TemplateOrigin::BuiltIn, (*text).to_owned()),
                (None, None) => return Err(unknown(model, name, &source.variants)),
            };
            source.name = name.clone();
        }
    }
    source.user_defined = user_defined(&entries, &source);
    Ok(source)
}

/// Names that the template's text has of user-defined tokens. White space is no name.
fn user_defined(entries: &[Entry], source: &ChatSource) -> Vec<String> {
    let Some(Value::Array(types)) = value(entries, TYPES) else {
        return Vec::new();
    };
    let types = types.bytes.as_chunks().0.iter();
    let kinds = types.map(|bytes| i32::from_le_bytes(*bytes));
    let tokens = source.tokens.iter().zip(kinds);
    tokens
        .filter(|(token, kind)| {
            *kind == USER_DEFINED && token.trim().len() > 2 && source.text.contains(token.as_str())
        })
        .map(|(token, _)| token.clone())
        .collect()
}

fn value<'e>(entries: &'e [Entry], key: &str) -> Option<&'e Value> {
    let entry = entries.iter().find(|(name, _)| name == key);
    entry.map(|(_, value)| value)
}

fn variants(entries: &[Entry]) -> Vec<String> {
    let name = |(key, _): &Entry| Some(key.strip_prefix(TEMPLATE)?.strip_prefix('.')?.to_owned());
    entries.iter().filter_map(name).collect()
}

fn base_model(model: &Path, variants: &[String]) -> Failure {
    let path = model.display();
    Failure::Data(match variants {
        [] => anyhow!(
            "{path} has no chat template, so this looks like a base model: ask it with --template none (and --shots 4), or, if it is an instruct model, give its template as --template FILE.jinja, chatml or llama3"
        ),
        names => anyhow!(
            "{path} has no default chat template, only named ones: give --template with one of {}",
            names.join(", ")
        ),
    })
}

fn unknown(model: &Path, name: &str, variants: &[String]) -> Failure {
    let built_in = BUILT_IN.map(|(name, _)| name);
    let known: Vec<&str> = variants
        .iter()
        .map(String::as_str)
        .chain(built_in)
        .collect();
    Failure::Data(anyhow!(
        "{} has no chat template called {name:?}: give --template FILE.jinja, none, or one of {}",
        model.display(),
        known.join(", ")
    ))
}
