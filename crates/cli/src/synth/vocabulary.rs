//! A vocabulary that tokens can be added to.

use std::collections::HashSet;

use super::tokenizer::{TokenizerError, byte_symbols};
use crate::gguf::tokenizer::{CONTROL, EOS, NORMAL, SCORES, TOKENS, TYPES, USER_DEFINED};
use crate::gguf::{Array, Entry, Value};

/// The tokenizer of a model that is being written.
pub struct Vocabulary {
    entries: Vec<Entry>,
    tokens: Array,
    types: Array,
    scores: Option<Array>,
    texts: HashSet<Vec<u8>>,
    /// GPT-2's symbol for each byte, where tokens are written in them.
    symbols: Option<Vec<char>>,
}

impl Vocabulary {
    /// Takes the entries of a tokenizer, which has a list of tokens and of types.
    ///
    /// # Errors
    /// [`TokenizerError::Unusable`] without them.
    pub fn new(mut entries: Vec<Entry>) -> Result<Vocabulary, TokenizerError> {
        let mut take = |key: &str| {
            let at = entries.iter().position(|(name, _)| name == key)?;
            match entries.remove(at).1 {
                Value::Array(array) => Some(array),
                Value::Scalar { .. } => None,
            }
        };
        let (tokens, types, scores) = (take(TOKENS), take(TYPES), take(SCORES));
        let (Some(tokens), Some(types)) = (tokens, types) else {
            return Err(unusable("it has no list of tokens and types"));
        };
        let is_bpe =
            |(key, value): &Entry| key == "tokenizer.ggml.model" && value.text() == Some("gpt2");
        Ok(Vocabulary {
            texts: tokens.strings().map(<[u8]>::to_vec).collect(),
            symbols: entries.iter().any(is_bpe).then(|| byte_symbols().collect()),
            entries,
            tokens,
            types,
            scores,
        })
    }

    /// How many tokens there are.
    pub fn len(&self) -> u32 {
        self.tokens.len as u32
    }

    /// Whether a token stands for `text`.
    pub fn has(&self, text: &str) -> bool {
        self.texts.contains(&self.written(text))
    }

    /// Adds a token for `text` that no tokenizer finds in a text by merging.
    pub fn add(&mut self, text: &str) -> u32 {
        let written = self.written(text);
        let token = self.len();
        self.tokens.push(&written);
        self.types.push(&NORMAL.to_le_bytes());
        if let Some(scores) = &mut self.scores {
            scores.push(&0u32.to_le_bytes());
        }
        self.texts.insert(written);
        token
    }

    /// The control and user-defined tokens with their texts.
    pub fn special(&self) -> impl Iterator<Item = (u32, &[u8])> {
        (0..)
            .zip(self.tokens.strings())
            .zip(self.types.i32s())
            .filter(|(_, kind)| [CONTROL, USER_DEFINED].contains(kind))
            .map(|(token, _)| token)
    }

    /// The token that ends a turn, or else a sequence.
    ///
    /// # Errors
    /// [`TokenizerError::Unusable`] without one.
    pub fn end(&self) -> Result<u32, TokenizerError> {
        let id = |key: &str| {
            let entry = self.entries.iter().find(|(name, _)| name == key)?;
            u32::try_from(entry.1.number()?).ok()
        };
        id("tokenizer.ggml.eot_token_id")
            .or_else(|| id(EOS))
            .ok_or_else(|| unusable("it has no token that ends a turn"))
    }

    /// The entries of the tokenizer.
    pub fn into_entries(self) -> Vec<Entry> {
        let mut entries = self.entries;
        entries.push((TOKENS.to_owned(), Value::Array(self.tokens)));
        entries.push((TYPES.to_owned(), Value::Array(self.types)));
        entries.extend(
            self.scores
                .map(|scores| (SCORES.to_owned(), Value::Array(scores))),
        );
        entries
    }

    /// `text` as a vocabulary writes it.
    fn written(&self, text: &str) -> Vec<u8> {
        let written: String = match &self.symbols {
            Some(symbols) => text
                .bytes()
                .filter_map(|byte| symbols.get(usize::from(byte)))
                .collect(),
            None => text.replace(' ', "\u{2581}"),
        };
        written.into_bytes()
    }
}

/// The vocabulary cannot be used for a script.
pub fn unusable(reason: &str) -> TokenizerError {
    TokenizerError::Unusable {
        path: "the tokenizer".into(),
        reason: reason.to_owned(),
    }
}
