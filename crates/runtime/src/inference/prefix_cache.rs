//! The prefix cache: what a session keeps of the last prompt, and the way back to its shared
//! parts.
//!
//! A prompt is computed in pieces: up to each of its shared ends, then the rest. The pieces
//! are a property of the prompt, the same whether or not a piece is still cached from the prompt
//! before. So llama.cpp's kernels, which round differently for other batch sizes, see the same
//! batches either way, and answers with and without reuse are alike to the bit.

use std::time::{Duration, Instant};

use edgescore_engine::{Shape, StateError, Token};
use edgescore_probe::{Microjoules, Reading};

use crate::decoder::Decoder;
use crate::error::RunError;
use crate::inference::prompt::Prompt;
use crate::measure::paced::PacedSession;

/// A session and what it keeps of the last prompt.
pub struct PrefixCache<S> {
    session: PacedSession<S>,
    reuse: bool,
    /// The tokens up to the last mark.
    tokens: Vec<Token>,
    /// The shared ends of the last prompt; the first `marked` of them are valid. The others
    /// keep their buffers.
    marks: Vec<Mark>,
    marked: usize,
}

/// A shared end.
#[derive(Default)]
struct Mark {
    end: usize,
    /// What the session held there, for memory that cannot be cut back.
    state: Vec<u8>,
}

/// A prompt's forward pass.
pub struct Prefill {
    /// Tokens that were cached already.
    pub cached: u32,
    /// Time of the others.
    pub time: Duration,
    /// Energy of the others.
    pub energy: Reading<Microjoules>,
}

impl<S: Decoder> PrefixCache<S> {
    /// An empty cache.
    pub fn new(session: PacedSession<S>, reuse: bool) -> PrefixCache<S> {
        PrefixCache {
            reuse,
            tokens: Vec::with_capacity(session.shape().context as usize),
            marks: Vec::new(),
            marked: 0,
            session,
        }
    }

    /// The session, to decode from the prompt.
    pub fn session(&mut self) -> &mut PacedSession<S> {
        &mut self.session
    }

    /// The session, when nothing more is to be cached.
    pub fn into_session(self) -> PacedSession<S> {
        self.session
    }

    /// What was made of the session's options.
    pub fn shape(&self) -> Shape {
        self.session.shape()
    }

    /// Forgets everything. Other sequences of the session keep what they hold.
    pub fn clear(&mut self) {
        self.session.truncate(0);
        self.tokens.clear();
        self.marked = 0;
    }

    /// Computes the logits behind `prompt`; with reuse, from the last shared end that is
    /// still cached. After an error the cache is empty.
    pub fn fill(&mut self, prompt: Prompt) -> Result<Prefill, RunError> {
        let from = self.session.meter.edge();
        let start = Instant::now();
        let reused = if self.reuse { self.reusable(prompt) } else { 0 };
        let cached = self.go_back(reused);
        if let Err(error) = self.compute(prompt, cached) {
            self.clear();
            return Err(error);
        }
        Ok(Prefill {
            // A position fits u32: the context does.
            cached: cached as u32,
            time: start.elapsed(),
            energy: self.session.meter.since(from),
        })
    }

    /// Computes `prompt` from the position `at`, piece by piece.
    fn compute(&mut self, prompt: Prompt, mut at: usize) -> Result<(), RunError> {
        let part = |from, to| prompt.tokens.get(from..to).unwrap_or_default();
        for end in prompt.shared.iter().skip(self.marked) {
            self.session.extend(part(at, *end))?;
            self.mark(*end)?;
            at = *end;
        }
        self.tokens.clear();
        self.tokens.extend_from_slice(part(0, at));
        self.session.prefill(part(at, prompt.tokens.len()))
    }

    /// Number of marks that `prompt` can go on from.
    fn reusable(&self, prompt: Prompt) -> usize {
        let marks = self.marks.iter().take(self.marked);
        reusable(marks.map(|mark| mark.end), &self.tokens, prompt)
    }

    /// Goes back to the last of the first `reused` marks, or to nothing. Returns the position.
    fn go_back(&mut self, reused: usize) -> usize {
        let mark = reused.checked_sub(1).and_then(|last| self.marks.get(last));
        if let Some(mark) = mark {
            let there = match self.session.rewinds() {
                true => self.session.truncate(mark.end as u32),
                false => self.session.restore(&mark.state).is_ok(),
            };
            if there {
                self.marked = reused;
                return mark.end;
            }
        }
        self.clear();
        0
    }

    /// Marks the position `end`, which the session is at.
    fn mark(&mut self, end: usize) -> Result<(), RunError> {
        if self.marks.len() == self.marked {
            self.marks.push(Mark::default());
        }
        if let Some(mark) = self.marks.get_mut(self.marked) {
            mark.end = end;
            if !self.session.rewinds() {
                save_and_restore(&mut *self.session, &mut mark.state)?;
            }
        }
        self.marked += 1;
        Ok(())
    }
}

/// Of a prompt that began with `cached` and had shared ends at `ends`: how many of these are shared
/// ends of `prompt` too, with the same tokens before them.
pub fn reusable(ends: impl Iterator<Item = usize>, cached: &[Token], prompt: Prompt) -> usize {
    let same = |(cached_end, end): &(usize, &usize)| {
        cached_end == *end && cached.get(..**end) == prompt.tokens.get(..**end)
    };
    ends.zip(prompt.shared).take_while(same).count()
}

/// Saves the session and goes on from what was saved: a sliding window's cells come back in
/// another order, in which sums round differently, so whoever goes on must do so from there.
fn save_and_restore(session: &mut impl Decoder, state: &mut Vec<u8>) -> Result<(), StateError> {
    session.save(state)?;
    session.restore(state)
}
