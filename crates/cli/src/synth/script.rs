//! A model that answers everything with one text: to try parsers, traces and their limits, with
//! any tokenizer and chat template.
//!
//! It is a chain of tokens. Each piece of the text has a token, a direction of the residual stream
//! of its own, and an output that the direction before it points to; every other token points to
//! the first piece. Attention and feed-forward layer add nothing. So after whatever prompt, the
//! text follows, with certainty at any temperature.

use std::collections::HashSet;

use super::quant::Format;
use super::shape::{Arch, Shape};
use super::tensors::{Fill, Tensor, norm};
use super::tokenizer::TokenizerError;
use super::vocabulary::{Vocabulary, unusable};

/// Width of the residual stream. One direction is for all tokens that are no piece.
const EMBD: u32 = 512;
/// Most pieces of a text.
pub const MOST_PIECES: usize = EMBD as usize - 1;

/// The tokens of a text, and the one that ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    tokens: Vec<u32>,
}

/// The shape of the model, with `vocab` tokens.
pub fn shape(vocab: u32) -> Shape {
    Shape {
        arch: Arch::Llama,
        embd: EMBD,
        layers: 1,
        heads: 8,
        kv_heads: 2,
        ff: 256,
        vocab,
        context: 32_768,
        rope_base: 10_000.0,
        rope_factor: None,
        rms_eps: 1e-5,
        tied: false,
    }
}

impl Script {
    /// The tokens of `text`, of which those that are missing are added to `vocabulary`.
    ///
    /// # Errors
    /// [`TokenizerError::Unusable`] without a token that ends a turn, and for a text of too many
    /// pieces.
    pub fn new(text: &str, vocabulary: &mut Vocabulary) -> Result<Script, TokenizerError> {
        let mut tokens: Vec<u32> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (token, length) =
                match special(rest, vocabulary).filter(|(token, _)| !tokens.contains(token)) {
                    Some(found) => found,
                    None => new_piece(rest, vocabulary),
                };
            tokens.push(token);
            rest = rest.get(length..).unwrap_or_default();
        }
        tokens.push(vocabulary.end()?);
        let distinct: HashSet<&u32> = tokens.iter().collect();
        if tokens.len() > MOST_PIECES || distinct.len() < tokens.len() {
            return Err(unusable(
                "the text has too many pieces, or ends a turn inside",
            ));
        }
        Ok(Script { tokens })
    }

    /// The tensors, as the loader wants them.
    pub fn tensors(&self, shape: &Shape) -> Vec<Tensor> {
        let (embd, vocab) = (shape.embd, shape.vocab);
        let width = embd as usize;
        let kv = shape.kv_heads * shape.head_width();
        let zeros = |name: &str, row: u32, rows: u32| Tensor {
            name: name.to_owned(),
            dims: vec![row, rows],
            format: Format::F32,
            fill: Fill::Values(vec![0.0; row as usize * rows as usize]),
        };
        // What a token is: its own direction, or the last one.
        let mut table = zeros("token_embd.weight", embd, vocab);
        // What follows: the sum of the directions that lead there.
        let mut output = zeros("output.weight", embd, vocab);
        if let (Fill::Values(table), Fill::Values(output)) = (&mut table.fill, &mut output.fill) {
            for row in table.chunks_exact_mut(width) {
                set(row, width - 1);
            }
            let first = self.tokens.first().copied();
            let steps = self.tokens.iter().zip(self.tokens.iter().skip(1));
            for (direction, (token, next)) in steps.enumerate() {
                if let Some(row) = row(table, *token, width) {
                    row.fill(0.0);
                    set(row, direction);
                }
                if let Some(row) = row(output, *next, width) {
                    set(row, direction);
                }
            }
            if let Some(row) = first.and_then(|first| row(output, first, width)) {
                set(row, width - 1);
            }
        }
        let block =
            |name: &str, row: u32, rows: u32| zeros(&format!("blk.0.{name}.weight"), row, rows);
        vec![
            table,
            norm("blk.0.attn_norm.weight", embd),
            block("attn_q", embd, embd),
            block("attn_k", embd, kv),
            block("attn_v", embd, kv),
            block("attn_output", embd, embd),
            norm("blk.0.ffn_norm.weight", embd),
            block("ffn_gate", embd, shape.ff),
            block("ffn_up", embd, shape.ff),
            block("ffn_down", shape.ff, embd),
            norm("output_norm.weight", embd),
            output,
        ]
    }
}

fn row(values: &mut [f32], token: u32, width: usize) -> Option<&mut [f32]> {
    values.chunks_exact_mut(width).nth(token as usize)
}

/// After the norm a single one is sqrt(512), and the logit behind it 22.6: e^22 times as likely as
/// the others.
fn set(row: &mut [f32], direction: usize) {
    if let Some(value) = row.get_mut(direction) {
        *value = 1.0;
    }
}

/// The longest control or user-defined token that `text` begins with, and its length.
fn special(text: &str, vocabulary: &Vocabulary) -> Option<(u32, usize)> {
    vocabulary
        .special()
        .filter(|(_, name)| name.len() > 1 && text.as_bytes().starts_with(name))
        .max_by_key(|(_, name)| name.len())
        .map(|(token, name)| (token, name.len()))
}

/// A new token for the shortest beginning of `text` that no token stands for yet, up to the next
/// control token.
fn new_piece(text: &str, vocabulary: &mut Vocabulary) -> (u32, usize) {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let mut piece = (String::new(), text.len());
    for end in ends {
        let (start, rest) = text.split_at(end);
        piece = (start.to_owned(), end);
        // Two characters at least: a single one may be what a prompt ends with.
        let enough = start.chars().nth(1).is_some() && !vocabulary.has(start);
        if enough || special(rest, vocabulary).is_some() {
            break;
        }
    }
    let (mut start, end) = piece;
    // Where nothing is left to make it longer, a space that nobody sees makes it another token.
    while vocabulary.has(&start) {
        start.push(' ');
    }
    (vocabulary.add(&start), end)
}
