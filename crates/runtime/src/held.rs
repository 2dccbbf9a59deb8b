//! The prompt that a session holds, and the way back to its shared parts.
//!
//! A prompt is computed in pieces: up to each of its shared ends, then the rest. The pieces
//! are a property of the prompt, the same whether or not a piece is still held from the prompt
//! before. So llama.cpp's kernels, which round differently for other batch sizes, see the same
//! batches either way, and answers with and without reuse are alike to the bit.

use std::time::{Duration, Instant};

use edgescore_engine::{DecodeError, Session, Token};
use edgescore_probe::{Microjoules, Reading};

use crate::meter::Meter;
use crate::paced::Paced;
use crate::prompt::Prompt;

/// A session and what it holds of the last prompt.
pub struct Held<'m> {
    session: Paced<'m>,
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
    /// Tokens that were held already.
    pub cached: u32,
    /// Time of the others.
    pub time: Duration,
    /// Energy of the others.
    pub energy: Reading<Microjoules>,
}

impl<'m> Held<'m> {
    /// Holds nothing yet.
    pub fn new(session: Paced<'m>, reuse: bool) -> Held<'m> {
        Held {
            reuse,
            tokens: Vec::with_capacity(session.shape().context as usize),
            marks: Vec::new(),
            marked: 0,
            session,
        }
    }

    /// The session, to decode from the prompt.
    pub fn session(&mut self) -> &mut Paced<'m> {
        &mut self.session
    }

    /// The session's meter, when nothing more is to be computed.
    pub fn into_meter(self) -> Meter {
        self.session.into_meter()
    }

    /// Tokens the session can hold.
    pub fn context(&self) -> u32 {
        self.session.shape().context
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.session.clear();
        self.tokens.clear();
        self.marked = 0;
    }

    /// Computes the logits behind `prompt`; with reuse, from the last shared end that is
    /// still held. After an error nothing is held.
    pub fn fill(&mut self, prompt: Prompt) -> Result<Prefill, DecodeError> {
        let from = self.session.meter.edge();
        let start = Instant::now();
        let kept = if self.reuse { self.kept(prompt) } else { 0 };
        let cached = self.go_back(kept);
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
    fn compute(&mut self, prompt: Prompt, mut at: usize) -> Result<(), DecodeError> {
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
    fn kept(&self, prompt: Prompt) -> usize {
        let marks = self.marks.iter().take(self.marked);
        kept(marks.map(|mark| mark.end), &self.tokens, prompt)
    }

    /// Goes back to the mark that `kept` marks end with, or to nothing. Returns the position.
    fn go_back(&mut self, kept: usize) -> usize {
        let mark = kept.checked_sub(1).and_then(|last| self.marks.get(last));
        if let Some(mark) = mark {
            let there = match self.session.rewinds() {
                true => self.session.truncate(mark.end as u32),
                false => self.session.restore(&mark.state).is_ok(),
            };
            if there {
                self.marked = kept;
                return mark.end;
            }
        }
        self.clear();
        0
    }

    /// Marks the position `end`, which the session is at.
    fn mark(&mut self, end: usize) -> Result<(), DecodeError> {
        if self.marks.len() == self.marked {
            self.marks.push(Mark::default());
        }
        if let Some(mark) = self.marks.get_mut(self.marked) {
            mark.end = end;
            if !self.session.rewinds() {
                settle(&mut self.session, &mut mark.state)?;
            }
        }
        self.marked += 1;
        Ok(())
    }
}

/// Of a prompt that began with `held` and had shared ends at `ends`: how many of these are shared
/// ends of `prompt` too, with the same tokens before them.
pub fn kept(ends: impl Iterator<Item = usize>, held: &[Token], prompt: Prompt) -> usize {
    let same = |(held_end, end): &(usize, &usize)| {
        held_end == *end && held.get(..**end) == prompt.tokens.get(..**end)
    };
    ends.zip(prompt.shared).take_while(same).count()
}

/// Saves the session and goes on from what was saved: a sliding window's cells come back in
/// another order, in which sums round differently, so whoever goes on must do so from there.
fn settle(session: &mut Session, state: &mut Vec<u8>) -> Result<(), DecodeError> {
    session.save(state)?;
    session.restore(state)?;
    Ok(())
}
