//! The bytes of each token, by the tokenizer.json of Hugging Face: GenAI decodes to text alone, and a token
//! may hold part of a character.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The tokens and their bytes.
pub struct Pieces {
    of: Vec<Box<[u8]>>,
    added: Vec<Added>,
}

/// A token that stands beside those of the model.
#[derive(Clone, Debug, Deserialize)]
pub struct Added {
    /// Its number.
    pub id: u32,
    /// Its text.
    pub content: String,
    /// It has no text for people.
    #[serde(default)]
    special: bool,
    /// White space before it belongs to it.
    #[serde(default)]
    pub lstrip: bool,
    /// White space behind it does.
    #[serde(default)]
    pub rstrip: bool,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    added_tokens: Vec<Added>,
    model: Model,
    #[serde(default)]
    decoder: Value,
}

#[derive(Deserialize)]
struct Model {
    vocab: Tokens,
}

/// Numbers and texts. BPE and WordPiece number their tokens; Unigram lists them with their scores.
struct Tokens(Vec<(u32, String)>);

impl<'de> Deserialize<'de> for Tokens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tokens, D::Error> {
        deserializer.deserialize_any(TokensVisitor)
    }
}

struct TokensVisitor;

impl<'de> Visitor<'de> for TokensVisitor {
    type Value = Tokens;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the numbers of tokens, or a list of tokens and scores")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tokens, A::Error> {
        let mut tokens = Vec::new();
        while let Some((text, id)) = map.next_entry()? {
            tokens.push((id, text));
        }
        Ok(Tokens(tokens))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tokens, A::Error> {
        let mut tokens = Vec::new();
        while let Some((text, _)) = list.next_element::<(String, IgnoredAny)>()? {
            // A list that fits into memory has fewer than 2^32.
            tokens.push((tokens.len() as u32, text));
        }
        Ok(Tokens(tokens))
    }
}

impl Pieces {
    /// Those of a tokenizer.json.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(json: &[u8]) -> Result<Pieces, serde_json::Error> {
        let file: File = serde_json::from_slice(json)?;
        let bytes_for_characters = mentions(&file.decoder, "ByteLevel");
        let mut of: Vec<Box<[u8]>> = Vec::new();
        let mut put = |id: u32, bytes: Vec<u8>| {
            let id = id as usize;
            if id >= of.len() && id < MOST {
                of.resize(id + 1, Box::default());
            }
            if let Some(slot) = of.get_mut(id) {
                *slot = bytes.into();
            }
        };
        for (id, text) in file.model.vocab.0 {
            put(
                id,
                match bytes_for_characters {
                    true => text.chars().flat_map(byte_of).collect(),
                    false => spelled(&text),
                },
            );
        }
        for added in &file.added_tokens {
            put(added.id, added.content.clone().into_bytes());
        }
        let mut added = file.added_tokens;
        added.retain(|added| !added.content.is_empty());
        Ok(Pieces { of, added })
    }

    /// The bytes of a token; of a special one none unless `special`.
    pub fn of(&self, id: u32, special: bool) -> &[u8] {
        let hidden = !special
            && self
                .added
                .iter()
                .any(|added| added.id == id && added.special);
        match self.of.get(id as usize) {
            Some(bytes) if !hidden => bytes,
            _ => &[],
        }
    }

    /// The tokens beside those of the model.
    pub fn added(&self) -> &[Added] {
        &self.added
    }

    /// Where the name of one of them stands first in `text`.
    pub fn first_name(&self, text: &str) -> Option<usize> {
        let found = self.added.iter();
        found.filter_map(|added| text.find(&added.content)).min()
    }
}

/// Vocabularies have up to 300,000 tokens; a number far above is no number of a token.
const MOST: usize = 1 << 24;

/// Whether a decoder is, or has in it, one of this type.
fn mentions(decoder: &Value, kind: &str) -> bool {
    let inside = decoder.get("decoders").and_then(Value::as_array);
    decoder.get("type").and_then(Value::as_str) == Some(kind)
        || inside
            .into_iter()
            .flatten()
            .any(|inner| mentions(inner, kind))
}

/// The byte that a character stands for in the alphabet of byte-level BPE: those that can be printed stand for
/// themselves, and the others, in their order, for the characters from U+0100 on. A character that is none of
/// them gives its own bytes.
fn byte_of(c: char) -> Vec<u8> {
    let printed = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let code = c as u32;
    if let Ok(byte) = u8::try_from(code)
        && printed(byte)
    {
        return vec![byte];
    }
    let place = code.checked_sub(0x100).map(|place| place as usize);
    let byte = place.and_then(|place| (0..=u8::MAX).filter(|byte| !printed(*byte)).nth(place));
    match byte {
        Some(byte) => vec![byte],
        None => c.to_string().into_bytes(),
    }
}

/// The bytes of a token of SentencePiece: U+2581 is a space, and `<0x0A>` a byte.
fn spelled(text: &str) -> Vec<u8> {
    let byte = text
        .strip_prefix("<0x")
        .and_then(|hex| hex.strip_suffix('>'));
    match byte.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
        Some(byte) => vec![byte],
        None => text.replace('\u{2581}', " ").into_bytes(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_three_kinds_of_tokenizer_have_their_bytes() {
        let byte_level = r#"{"added_tokens": [{"id": 4, "content": "<|end|>", "special": true}, {"id": 5, "content": "<think>"}],
            "model": {"vocab": {"Ġa": 0, "Ċ": 1, "Ã": 2, "¤": 3}}, "decoder": {"type": "ByteLevel"}}"#;
        let pieces = Pieces::parse(byte_level.as_bytes()).unwrap();
        let of = |id| pieces.of(id, false);
        assert_eq!((of(0), of(1)), (b" a".as_slice(), b"\n".as_slice()));
        assert_eq!([of(2), of(3)].concat(), "ä".as_bytes());
        assert_eq!(
            (of(4), pieces.of(4, true)),
            (b"".as_slice(), b"<|end|>".as_slice())
        );
        assert_eq!((of(5), of(99)), (b"<think>".as_slice(), b"".as_slice()));
        assert_eq!(pieces.first_name("a<|end|>"), Some(1));

        let listed = r#"{"model": {"vocab": [["<unk>", 0.0], ["▁the", -3.5], ["<0x0A>", -9.0]]},
            "decoder": {"type": "Sequence", "decoders": [{"type": "Replace"}, {"type": "ByteFallback"}]}}"#;
        let pieces = Pieces::parse(listed.as_bytes()).unwrap();
        assert_eq!(pieces.of(1, false), b" the");
        assert_eq!(pieces.of(2, false), b"\n");

        assert!(Pieces::parse(b"{}").is_err());
        let far = r#"{"model": {"vocab": {"a": 4294967295}}}"#;
        assert_eq!(Pieces::parse(far.as_bytes()).unwrap().of.len(), 0);
    }

    #[test]
    fn all_bytes_have_a_character() {
        let alphabet = ('!'..='\u{17F}')
            .map(byte_of)
            .filter(|bytes| bytes.len() == 1);
        let mut bytes: Vec<u8> = alphabet.flatten().collect();
        bytes.sort_unstable();
        bytes.dedup();
        assert_eq!(bytes.len(), 256);
    }
}
