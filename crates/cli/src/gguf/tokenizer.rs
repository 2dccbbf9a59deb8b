//! The names and numbers of a tokenizer in a GGUF header.

/// The default chat template; named ones have a point and their name behind it.
pub const TEMPLATE: &str = "tokenizer.chat_template";
/// The texts of the tokens.
pub const TOKENS: &str = "tokenizer.ggml.tokens";
/// The types of the tokens.
pub const TYPES: &str = "tokenizer.ggml.token_type";
/// The number of the token that begins a sequence.
pub const BOS: &str = "tokenizer.ggml.bos_token_id";
/// The number of the token that ends one.
pub const EOS: &str = "tokenizer.ggml.eos_token_id";
/// The scores of the tokens, where the tokenizer goes by them.
pub const SCORES: &str = "tokenizer.ggml.scores";

// Types of tokens (`enum llama_token_type`).
/// Text.
pub const NORMAL: i32 = 1;
/// Stands for itself, such as the end of a turn.
pub const CONTROL: i32 = 3;
/// Is found in every text.
pub const USER_DEFINED: i32 = 4;
/// Fills the vocabulary.
pub const UNUSED: i32 = 5;
