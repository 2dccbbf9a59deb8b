//! The tokenizer of a synthetic model: one token a byte, or one copied from another GGUF
//! file so that prompts have a real model's token counts.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::gguf::tokenizer::{BOS, CONTROL, EOS, NORMAL, SCORES, TEMPLATE, TOKENS, TYPES, UNUSED};
use crate::gguf::{Array, Entry, Kind, ReadError, Value, metadata};

const PREFIX: &str = "tokenizer.";

/// The special tokens behind the 256 bytes, whose ids are their positions.
const END_OF_TEXT: (u32, &str) = (256, "<|endoftext|>");
const TURN_START: (u32, &str) = (257, "<|im_start|>");
const TURN_END: (u32, &str) = (258, "<|im_end|>");

/// Chat templates for vocabularies that bring none, each with the tokens by which both
/// llama.cpp and a reader recognise its family.
const TEMPLATES: [(&str, &str); 2] = [(TURN_START.1, CHATML), ("<|start_header_id|>", LLAMA3)];
const CHATML: &str = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + \
    '<|im_end|>\\n' }}{% endfor %}\
    {% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const LLAMA3: &str = "{% for m in messages %}{{ '<|start_header_id|>' + m.role + \
    '<|end_header_id|>\\n\\n' + m.content + '<|eot_id|>' }}{% endfor %}\
    {% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}\
    {% endif %}";

/// Why a tokenizer can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    /// The file it should be copied from can't be read.
    #[error("can't read the tokenizer of {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ReadError,
    },
    /// The file has no vocabulary, or one that llama.cpp would not load.
    #[error("{path} has no usable tokenizer: {reason}; give another file to --tokenizer")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The model's embedding table has fewer rows than the tokenizer has tokens.
    #[error(
        "the tokenizer has {tokens} tokens and the model only {vocab}; \
         use a tokenizer of the model's family, or --shape with vocab={tokens}"
    )]
    TooMany {
        /// Tokens of the tokenizer.
        tokens: u64,
        /// Rows of the embedding table.
        vocab: u32,
    },
}

/// A tokenizer of one token a byte: GPT-2's byte symbols without merges, then the special
/// tokens of the ChatML format. The token of a byte is the byte's value.
///
/// # Errors
/// [`TokenizerError::TooMany`] below 259 tokens.
pub fn byte_level(vocab: u32) -> Result<Vec<Entry>, TokenizerError> {
    let mut tokens = Array::empty(Kind::String);
    let mut types = Array::empty(Kind::I32);
    for symbol in byte_symbols() {
        tokens.push(symbol.encode_utf8(&mut [0; 4]).as_bytes());
        types.push(&NORMAL.to_le_bytes());
    }
    for (_, text) in [END_OF_TEXT, TURN_START, TURN_END] {
        tokens.push(text.as_bytes());
        types.push(&CONTROL.to_le_bytes());
    }
    pad(&mut tokens, Some(&mut types), None, vocab)?;
    let entries = [
        ("tokenizer.ggml.model", Value::string("gpt2")),
        // Qwen2's word splitter, because with it llama.cpp leaves the spaces of its output
        // alone; without merges the split itself changes nothing.
        ("tokenizer.ggml.pre", Value::string("qwen2")),
        (TOKENS, Value::Array(tokens)),
        (TYPES, Value::Array(types)),
        (
            "tokenizer.ggml.merges",
            Value::Array(Array::empty(Kind::String)),
        ),
        (BOS, Value::u32(END_OF_TEXT.0)),
        (EOS, Value::u32(TURN_END.0)),
        ("tokenizer.ggml.eot_token_id", Value::u32(TURN_END.0)),
        ("tokenizer.ggml.padding_token_id", Value::u32(END_OF_TEXT.0)),
        ("tokenizer.ggml.add_bos_token", Value::bool(false)),
        (TEMPLATE, Value::string(CHATML)),
    ];
    Ok(entries.map(|(key, value)| (key.to_owned(), value)).into())
}

/// Tokens of a byte-level vocabulary.
pub(super) const BYTE_LEVEL: u32 = TURN_END.0 + 1;

/// GPT-2's symbol for each byte: printable Latin-1 stands for itself, the rest are moved
/// behind U+0100 in their order.
pub(super) fn byte_symbols() -> impl Iterator<Item = char> {
    let mut moved = 0x100;
    (0..=u8::MAX).map(move |byte| match byte {
        b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => char::from(byte),
        _ => {
            let symbol = char::from_u32(moved).unwrap_or_default();
            moved += 1;
            symbol
        }
    })
}

/// The tokenizer of another GGUF file, filled up to `vocab` tokens, if that is given.
///
/// # Errors
/// If the file can't be read, has no tokenizer, or has one that does not fit.
pub fn copied(path: &Path, vocab: Option<u32>) -> Result<Vec<Entry>, TokenizerError> {
    let unusable = |reason: &str| TokenizerError::Unusable {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let mut entries =
        metadata(path, |key| key.starts_with(PREFIX)).map_err(|source| TokenizerError::Read {
            path: path.to_owned(),
            source,
        })?;
    let mut take = |key: &str, kinds: &[Kind]| {
        let at = entries.iter().position(|(k, _)| k == key);
        match at.map(|at| entries.remove(at).1) {
            None => Ok(None),
            Some(Value::Array(array)) if kinds.contains(&array.kind) => Ok(Some(array)),
            Some(_) => Err(unusable(&format!("{key} has the wrong type"))),
        }
    };
    let mut types = take(TYPES, &[Kind::I32])?;
    let mut scores = take(SCORES, &[Kind::F32, Kind::I32])?;
    let mut tokens =
        take(TOKENS, &[Kind::String])?.ok_or_else(|| unusable("it has no list of tokens"))?;
    for list in [&types, &scores].into_iter().flatten() {
        if list.len != tokens.len {
            return Err(unusable(
                "its lists of tokens, types and scores differ in length",
            ));
        }
    }
    if types.is_none() {
        // As llama.cpp takes them.
        let mut normal = Array::empty(Kind::I32);
        (0..tokens.len).for_each(|_| normal.push(&NORMAL.to_le_bytes()));
        types = Some(normal);
    }
    if let Some(vocab) = vocab {
        pad(&mut tokens, types.as_mut(), scores.as_mut(), vocab)?;
    }
    let texts: HashSet<&[u8]> = tokens.strings().collect();
    if texts.len() as u64 != tokens.len {
        return Err(unusable("a token is there twice"));
    }
    let template = TEMPLATES
        .into_iter()
        .find(|(mark, _)| texts.contains(mark.as_bytes()));
    if let Some((_, text)) = template
        && !entries.iter().any(|(key, _)| key == TEMPLATE)
    {
        entries.push((TEMPLATE.to_owned(), Value::string(text)));
    }
    entries.push((TOKENS.to_owned(), Value::Array(tokens)));
    for (key, list) in [(TYPES, types), (SCORES, scores)] {
        entries.extend(list.map(|list| (key.to_owned(), Value::Array(list))));
    }
    Ok(entries)
}

/// Fills a vocabulary up to the rows of the embedding table with tokens that no text gives,
/// named and typed as llama.cpp's converter does.
fn pad(
    tokens: &mut Array,
    types: Option<&mut Array>,
    scores: Option<&mut Array>,
    vocab: u32,
) -> Result<(), TokenizerError> {
    if tokens.len > u64::from(vocab) {
        return Err(TokenizerError::TooMany {
            tokens: tokens.len,
            vocab,
        });
    }
    let missing = tokens.len..u64::from(vocab);
    for id in missing.clone() {
        tokens.push(format!("[PAD{id}]").as_bytes());
    }
    // A score of nought has the same bytes as a float and as a whole number.
    for (list, filler) in [(types, UNUSED), (scores, 0)] {
        if let Some(list) = list {
            let filler = filler.to_le_bytes();
            missing.clone().for_each(|_| list.push(&filler));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "tokenizer_tests.rs"]
mod tests;
