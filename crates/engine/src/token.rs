//! Tokens, and the errors of turning text into them and back.

use std::fmt;

/// One entry of a model's vocabulary, by its index: `logits[token.index()]` is its logit.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u32);

impl Token {
    /// The token as an index into logits.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How [`Model::tokenize`](crate::Model::tokenize) treats special tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokenize {
    /// Add the beginning- and end-of-sequence tokens that the model asks for.
    pub add_special: bool,
    /// Read `<|im_end|>` and its like as the one token they name, not as text.
    pub parse_special: bool,
}

impl Tokenize {
    /// A whole prompt out of a chat template.
    pub const PROMPT: Self = Self {
        add_special: true,
        parse_special: true,
    };
    /// A piece of plain text.
    pub const TEXT: Self = Self {
        add_special: false,
        parse_special: false,
    };
}

/// The text is longer than [`TextTooLong::LIMIT_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextTooLong {
    /// Length of the text.
    pub bytes: usize,
}

impl TextTooLong {
    /// Longest text that is tokenized at once. llama.cpp counts tokens in 31 bits, and a
    /// byte can become three tokens (a space escaped to U+2581 and spelled in bytes).
    pub const LIMIT_BYTES: usize = 1 << 28;
}

impl fmt::Display for TextTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes } = self;
        let limit = Self::LIMIT_BYTES;
        write!(
            f,
            "a text of {bytes} bytes is too long to tokenize: the limit is {limit}"
        )
    }
}

impl std::error::Error for TextTooLong {}

/// The token is not in the model's vocabulary: it comes from another model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownToken {
    /// The token.
    pub token: Token,
    /// Size of the model's vocabulary; its tokens are below it.
    pub vocabulary: u32,
}

impl fmt::Display for UnknownToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { token, vocabulary } = self;
        write!(
            f,
            "token {} is not among the model's {vocabulary} tokens: tokenize with the same model",
            token.0
        )
    }
}

impl std::error::Error for UnknownToken {}
