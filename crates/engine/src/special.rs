//! Control tokens in the text of a chat template.

use crate::token::Token;

/// A token that stands for itself, such as `<|im_end|>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialToken {
    /// The token.
    pub token: Token,
    /// Its text.
    pub text: String,
    /// White space before it belongs to it (`lstrip` of Hugging Face's tokenizers).
    pub takes_before: bool,
    /// White space behind it belongs to it (`rstrip`).
    pub takes_behind: bool,
}

/// The control tokens of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialTokens {
    /// The longest first, as llama.cpp looks for them.
    tokens: Vec<SpecialToken>,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'t> {
    /// Text without control tokens.
    Text(&'t str),
    /// The text of this control token.
    Special(&'t SpecialToken),
}

impl SpecialTokens {
    /// Those of a vocabulary.
    pub fn new(mut tokens: Vec<SpecialToken>) -> SpecialTokens {
        tokens.retain(|token| !token.text.is_empty());
        tokens.sort_by_key(|token| std::cmp::Reverse(token.text.len()));
        SpecialTokens { tokens }
    }

    /// The parts of `text`, as llama.cpp finds them: the longest token first, everywhere.
    pub fn split<'t>(&'t self, text: &'t str) -> Vec<Segment<'t>> {
        let mut segments = vec![Segment::Text(text)];
        for special in &self.tokens {
            if !text.contains(&special.text) {
                continue;
            }
            let mut next = Vec::with_capacity(segments.len() + 2);
            for segment in segments {
                match segment {
                    Segment::Text(text) => around(text, special, &mut next),
                    special @ Segment::Special(_) => next.push(special),
                }
            }
            segments = next;
        }
        segments.retain(|segment| *segment != Segment::Text(""));
        segments
    }
}

fn around<'t>(text: &'t str, special: &'t SpecialToken, out: &mut Vec<Segment<'t>>) {
    for (index, between) in text.split(special.text.as_str()).enumerate() {
        if index > 0 {
            out.push(Segment::Special(special));
        }
        out.push(Segment::Text(between));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_token_is_found_first() {
        let token = |token, text: &str| SpecialToken {
            token: Token(token),
            text: text.to_owned(),
            takes_before: false,
            takes_behind: false,
        };
        let tokens = vec![token(1, "<|end|>x"), token(2, "<|end|>"), token(3, "<s>")];
        let specials = SpecialTokens { tokens };
        let found: Vec<String> = specials
            .split("<s>a<|end|>xb<|end|><|end|>\n")
            .into_iter()
            .map(|segment| match segment {
                Segment::Text(text) => text.to_owned(),
                Segment::Special(special) => special.token.0.to_string(),
            })
            .collect();
        assert_eq!(found, ["3", "a", "1", "b", "2", "2", "\n"]);
        assert_eq!(specials.split(""), []);
    }
}
