//! What the desk says to a board.

use edgescore_taskpack::Layout;
use serde::{Deserialize, Serialize};

/// A message from the desk. Commands are unnumbered and may be repeated without harm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command<'a> {
    /// Opens the talk with the newest version of the messages the desk knows; the board
    /// answers with [`crate::Control::Identity`].
    Hello {
        /// Newest version.
        version: u16,
    },
    /// Runs a plan.
    #[serde(borrow)]
    Run(Plan<'a>),
    /// Ends the run after the question in hand, or inside it when interrupted.
    Abort(Stop),
}

/// One run: which questions, which model, and how.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan<'a> {
    /// Path of the pack on the board.
    pub pack: &'a str,
    /// Path of the GGUF on the board.
    pub model: &'a str,
    /// Built-in chat template to use instead of the model's own.
    pub template: Option<&'a str>,
    /// How an answer is obtained.
    pub mode: Mode,
    /// Order of the parts of the prompt.
    pub layout: Layout,
    /// Order of the questions.
    pub order: Order,
    /// Ask every question in all four cyclic orders of its options.
    pub rotate: bool,
    /// Questions to ask at most, chosen evenly over the tasks; 0 asks all.
    pub limit: u32,
    /// Seed of the choice, of the order and of the draws.
    pub seed: u64,
    /// Draws a question on the pass@k tasks (generate mode); 0 draws none.
    pub draws: u8,
    /// Temperature of the draws in 1/1000.
    pub temperature_milli: u16,
    /// Tokens to generate at most for one answer (generate mode).
    pub max_tokens: u16,
    /// Threads; 0 takes one for each CPU this process may use.
    pub threads: u16,
    /// Context in tokens; 0 takes what the longest chosen prompt needs.
    pub context: u32,
    /// Tokens of a logical batch.
    pub batch: u32,
    /// Tokens of a physical batch.
    pub ubatch: u32,
    /// How weights are held.
    pub weights: Weights,
    /// Keep what a prompt shares with the one before it; the answers are the same without.
    pub reuse: bool,
    /// Whether attention is computed in one pass.
    pub flash: FlashAttention,
}

/// How an answer is obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// One forward pass over the prompt and a forced `{"answer": "`; the four letters' logits
    /// give the answer.
    Letter,
    /// Greedy text, parsed; then draws on the pass@k tasks. The reference protocol.
    Generate,
}

/// Order of the questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// As in the pack: the questions of an episode stand together.
    Pack,
    /// Seeded random order, which sequential tests need.
    Shuffled,
}

/// How weights are held in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Weights {
    /// As in the file, memory-mapped.
    Mapped,
    /// Rearranged for the CPU's matrix instructions where llama.cpp can: faster prefill, up
    /// to twice the memory. llama.cpp's own default.
    Repacked,
}

/// Whether attention is computed in one pass, without the matrix of scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlashAttention {
    /// llama.cpp decides: on where the backend has it.
    Auto,
    /// On.
    On,
    /// Off.
    Off,
}

/// Why a run ends before its last question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// Somebody interrupted it.
    Interrupted,
    /// What was asked of it is already certain.
    Decided,
}
