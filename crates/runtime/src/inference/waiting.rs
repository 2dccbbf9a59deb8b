//! A question whose prompt is computed, and whose text is not written yet.

use edgescore_record::Ask;
use edgescore_taskpack::Question;

use super::prefix_cache::Prefill;

/// One of several questions whose texts will be written together.
pub struct Waiting<'m> {
    /// What is asked.
    pub ask: Ask,
    /// The question.
    pub question: Question<'m>,
    /// Tokens of its prompt.
    pub prompt_tokens: u32,
    /// What the prompt took.
    pub prefill: Prefill,
    /// Draws beside the greedy text.
    pub draws: u8,
}

impl Waiting<'_> {
    /// The greedy text, and the draws.
    pub fn texts(&self) -> usize {
        1 + usize::from(self.draws)
    }
}
