//! Where a chat template comes from.

use std::path::Path;

use anyhow::anyhow;
use edgescore_record::{TemplateOrigin, is_url, parts};
use edgescore_taskpack::Hash;

use super::choice::{BUILT_IN, Choice};
use super::folder;
use crate::failure::Failure;
use crate::files;
use crate::gguf::tokenizer::{BOS, CONTROL, EOS, TEMPLATE, TOKENS, TYPES, USER_DEFINED};
use crate::gguf::{self, Array, Entry, Kind, ReadError, Value};

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
    /// The texts of all tokens: 150,000 and more, so that they are not taken apart for nothing.
    tokens: Array,
    /// Their types, as in [`crate::gguf::tokenizer`].
    types: Array,
    /// Tokens of the template's text that the vocabulary lists as user-defined: llama.cpp finds
    /// them in every text, so in a message too.
    pub user_defined: Vec<String>,
}

impl ChatSource {
    /// SHA-256 of the template's text.
    pub fn hash(&self) -> Hash {
        Hash::of(self.text.as_bytes())
    }

    /// The texts of all tokens that are texts.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        let texts = self.tokens.strings();
        texts.filter_map(|text| std::str::from_utf8(text).ok())
    }

    /// Tokens of this type that `text` names. White space is no name.
    fn named_in<'s>(&'s self, text: &'s str, kind: i32) -> impl Iterator<Item = &'s str> {
        let tokens = self.tokens.strings().zip(self.types.i32s());
        tokens
            .filter(move |(_, of)| *of == kind)
            .filter_map(|(token, _)| std::str::from_utf8(token).ok())
            .filter(move |token| token.trim().len() > 2 && text.contains(token))
    }

    /// A control token that `text` names.
    pub fn control_token_in<'s>(&'s self, text: &'s str) -> Option<&'s str> {
        self.named_in(text, CONTROL).next()
    }
}

/// The template that `choice` names, or the model's own.
pub fn find(model: &Path, choice: Option<&Choice>) -> Result<ChatSource, Failure> {
    if model.to_str().is_some_and(is_url) {
        return Ok(of_server());
    }
    let mut entries = match model.is_dir() {
        true => folder::metadata(model)?,
        false => of_file(model)?,
    };
    let at = entries.iter().position(|(key, _)| key == TOKENS);
    let tokens = match at.map(|at| entries.swap_remove(at).1) {
        Some(Value::Array(tokens)) => tokens,
        _ => Array::empty(Kind::String),
    };
    let at = entries.iter().position(|(key, _)| key == TYPES);
    let types = match at.map(|at| entries.swap_remove(at).1) {
        Some(Value::Array(types)) => types,
        _ => Array::empty(Kind::I32),
    };
    let token = |key: &str| {
        let id = value(&entries, key)?.number()?;
        let text = tokens.strings().nth(usize::try_from(id).ok()?)?;
        Some(String::from_utf8_lossy(text).into_owned())
    };
    let named = |key: &str| token(key).unwrap_or_default();
    let mut source = ChatSource {
        origin: TemplateOrigin::Model,
        name: String::new(),
        text: String::new(),
        variants: variants(&entries),
        bos: named(BOS),
        eos: named(EOS),
        tokens,
        types,
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
    let user_defined = source
        .named_in(&source.text, USER_DEFINED)
        .map(str::to_owned);
    source.user_defined = user_defined.collect();
    Ok(source)
}

/// What a GGUF file says of its tokens and its templates.
fn of_file(model: &Path) -> Result<Vec<Entry>, Failure> {
    let parts = parts(model);
    let missing = parts.iter().enumerate().find(|(_, part)| !part.exists());
    if model.exists()
        && let Some((at, part)) = missing
    {
        return Err(Failure::Data(anyhow!(
            "{} is part 1 of {}, and part {}, {}, is missing: all parts lie in one folder under the names that they were split into",
            model.display(),
            parts.len(),
            at + 1,
            part.display()
        )));
    }
    let keep = |key: &str| key.starts_with("tokenizer.") && !key.ends_with(".merges");
    gguf::metadata(model, keep).map_err(|error| {
        let path = model.display();
        Failure::Data(match error {
            ReadError::Io(error) => {
                let meant = files::similar(model);
                anyhow!("cannot read the model {path}: {error}; check --model{meant}")
            }
            error => anyhow!("{path}: {error}"),
        })
    })
}

/// The messages as they are, each behind a mark of its own: the server applies its template to them.
fn of_server() -> ChatSource {
    ChatSource {
        origin: TemplateOrigin::Server,
        name: String::new(),
        text: "{% for m in messages %}[{{ m.role }}]\n{{ m.content }}{% endfor %}[assistant]\n"
            .to_owned(),
        variants: Vec::new(),
        bos: String::new(),
        eos: String::new(),
        tokens: Array::empty(Kind::String),
        types: Array::empty(Kind::I32),
        user_defined: Vec::new(),
    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::gguf::front;

    /// A GGUF header with these templates, by their keys, and three tokens.
    fn model(templates: &[(&str, &str)]) -> tempfile::NamedTempFile {
        let mut tokens = Array::empty(Kind::String);
        let mut types = Array::empty(Kind::I32);
        for (text, kind) in [("<s>", 3), ("</s>", 3), ("<think>", USER_DEFINED)] {
            tokens.push(text.as_bytes());
            types.push(&kind.to_le_bytes());
        }
        let mut entries = vec![
            (TOKENS.to_owned(), Value::Array(tokens)),
            (TYPES.to_owned(), Value::Array(types)),
            ("tokenizer.ggml.bos_token_id".to_owned(), Value::u32(0)),
            ("tokenizer.ggml.eos_token_id".to_owned(), Value::u32(1)),
        ];
        let template = |(key, text): &(&str, &str)| ((*key).to_owned(), Value::string(text));
        entries.extend(templates.iter().map(template));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), front(&entries, &[])).unwrap();
        file
    }

    fn chosen(model: &Path, choice: &str) -> Result<ChatSource, String> {
        let choice: Choice = choice.parse().unwrap();
        find(model, Some(&choice)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_template_is_found_by_what_was_asked() {
        let file = model(&[
            ("tokenizer.chat_template", "default <think>"),
            ("tokenizer.chat_template.tool_use", "for tools"),
        ]);
        let own = find(file.path(), None).unwrap();
        assert_eq!(
            (own.origin, own.text.as_str()),
            (TemplateOrigin::Model, "default <think>")
        );
        assert_eq!((own.bos.as_str(), own.eos.as_str()), ("<s>", "</s>"));
        assert_eq!(own.variants, ["tool_use"]);
        // Control tokens are text in a message; this one is found there too.
        assert_eq!(own.user_defined, ["<think>"]);
        let variant = chosen(file.path(), "tool_use").unwrap();
        assert_eq!(
            (variant.origin, variant.name.as_str(), variant.text.as_str()),
            (TemplateOrigin::Variant, "tool_use", "for tools")
        );
        let built_in = chosen(file.path(), "chatml").unwrap();
        assert_eq!(built_in.origin, TemplateOrigin::BuiltIn);
        let none = chosen(file.path(), "none").unwrap();
        assert_eq!(
            (none.origin, none.text.as_str()),
            (TemplateOrigin::None, "")
        );
        let unknown = chosen(file.path(), "rag").unwrap_err();
        assert!(
            unknown.ends_with("none, or one of tool_use, chatml, llama3"),
            "{unknown}"
        );
    }

    #[test]
    fn a_missing_part_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("m-00001-of-00003.gguf");
        for part in [1, 2] {
            let name = format!("m-{part:05}-of-00003.gguf");
            std::fs::write(folder.path().join(name), front(&[], &[])).unwrap();
        }
        let error = find(&first, None).unwrap_err().to_string();
        assert!(error.contains("part 1 of 3, and part 3, "), "{error}");
        assert!(
            error.contains("m-00003-of-00003.gguf, is missing"),
            "{error}"
        );
    }

    #[test]
    fn a_model_without_a_default_template_says_what_it_has() {
        let error = |templates: &[(&str, &str)]| {
            let file = model(templates);
            find(file.path(), None).unwrap_err().to_string()
        };
        assert!(error(&[]).contains("looks like a base model"));
        let named = error(&[("tokenizer.chat_template.rag", "x")]);
        assert!(
            named.ends_with("give --template with one of rag"),
            "{named}"
        );
    }
}
