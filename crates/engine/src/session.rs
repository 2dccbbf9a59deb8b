//! Sequences of tokens in a model's memory.

mod forks;

use std::fmt;
use std::ops::RangeInclusive;

use crate::buffers::Buffers;
use crate::ffi::{self, Pacing, Threads};
use crate::logging;
use crate::model::Model;
use crate::options::SessionOptions;
use crate::token::{Token, UnknownToken};

/// What llama.cpp made of the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Tokens a sequence can hold.
    pub context: u32,
    /// Sequences that the session can hold.
    pub sequences: u32,
    /// Tokens handed to llama.cpp at once, at most `context`.
    pub batch: u32,
    /// Tokens computed at once, at most `batch`.
    pub ubatch: u32,
}

/// Tokens to be appended to a sequence.
#[derive(Clone, Copy, Debug)]
pub struct Part<'t> {
    /// Which one, from 1 on.
    pub sequence: u32,
    /// At least one token.
    pub tokens: &'t [Token],
}

/// Computes at once.
struct Unpaced;

impl Pacing for Unpaced {}

/// Sequences of tokens, their KV cache or recurrent state, and their threads. The first one is what
/// most of the methods are about; the others begin as copies of it, in the same memory, and go on
/// together.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use edgescore_engine::{Model, Session, SessionOptions, Tokenize};
/// use edgescore_record::Weights;
///
/// let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tasks/models/reference-0.1m.gguf");
/// let on_progress = &mut |_| ControlFlow::Continue(());
/// let model = Model::load(file.as_ref(), Weights::Mapped, on_progress)?;
/// let mut session = Session::new(&model, &SessionOptions::new(256, 1))?;
///
/// let mut tokens = Vec::new();
/// model.tokenize("Which option is right?", Tokenize::TEXT, &mut tokens)?;
/// session.prefill(&tokens)?;
/// let logits = session.logits().ok_or("nothing was computed")?;
/// assert_eq!(logits.len(), model.facts().vocabulary as usize);
///
/// // Back to the first token, and on from there.
/// assert!(session.truncate(1));
/// session.decode(tokens[1])?;
/// assert_eq!(session.position(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Session<'m> {
    context: ffi::Context<'m>,
    model: &'m Model,
    shape: Shape,
    position: u32,
    /// The last computed token is the last of the sequence.
    has_logits: bool,
    /// A zero for each token of a batch: llama.cpp's "no logits for this one".
    outputs: Box<[i8]>,
    /// Lengths of the other sequences.
    others: Vec<u32>,
    batch: ffi::SequenceBatch,
    /// Where the parts of the last batch of several sequences end in it.
    ends: Vec<i32>,
    buffers: Buffers,
}

impl<'m> Session<'m> {
    /// Makes the KV cache, the compute buffers and the threads.
    pub fn new(model: &'m Model, options: &SessionOptions) -> Result<Self, SessionError> {
        check(options)?;
        logging::forget_errors();
        let (context, buffers) = logging::with_buffers(|| ffi::Context::new(model.raw(), options));
        let context = context.ok_or_else(|| SessionError::Refused(logging::reason()))?;
        if !context.has_memory() {
            return Err(SessionError::NotADecoder(
                model.facts().architecture.clone(),
            ));
        }
        let shape = Shape {
            context: match options.context {
                0 => context.context_tokens(),
                // As llama.cpp rounds it.
                asked => asked.next_multiple_of(256).min(context.context_tokens()),
            },
            sequences: options.sequences,
            batch: context.batch_tokens(),
            ubatch: context.ubatch_tokens(),
        };
        Ok(Self {
            context,
            model,
            shape,
            position: 0,
            has_logits: false,
            outputs: vec![0; shape.batch as usize].into_boxed_slice(),
            others: vec![0; options.sequences.saturating_sub(1) as usize],
            batch: ffi::SequenceBatch::default(),
            ends: Vec::new(),
            buffers,
        })
    }

    /// How much memory it takes beside the model.
    pub fn buffers(&self) -> Buffers {
        self.buffers
    }

    /// What llama.cpp made of the options.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of tokens held: the position of the next one.
    pub fn position(&self) -> u32 {
        self.position
    }

    /// Appends `tokens`, batch by batch, and computes the logits of the last one only.
    ///
    /// If the tokens do not fit or are not the model's, nothing happens. After any other
    /// error the session is empty: how far a batch came is not the same for every kind of
    /// memory.
    pub fn prefill(&mut self, tokens: &[Token]) -> Result<(), DecodeError> {
        self.append(tokens, true, usize::MAX, &mut Unpaced)
    }

    /// Appends `tokens` as [`Self::prefill`] does, without any logits: for the front part of
    /// a prompt, of which nobody asks what comes next.
    pub fn extend(&mut self, tokens: &[Token]) -> Result<(), DecodeError> {
        self.append(tokens, false, usize::MAX, &mut Unpaced)
    }

    /// [`Self::prefill`] or, without logits, [`Self::extend`], in pieces of at most `piece`
    /// tokens, each with `pacing` around it. Pieces of other lengths than the physical batch
    /// are rounded differently.
    pub fn append(
        &mut self,
        tokens: &[Token],
        wants_logits: bool,
        piece: usize,
        pacing: &mut dyn Pacing,
    ) -> Result<(), DecodeError> {
        self.check(tokens, self.position)?;
        let length = even(tokens.len(), piece.min(self.shape.ubatch as usize));
        let mut batches = tokens.chunks(length).peekable();
        while let Some(batch) = batches.next() {
            let last = batches.peek().is_none();
            pacing.before(self.threads(), batch.len());
            self.compute(batch, wants_logits && last, pacing)?;
            pacing.after(batch.len());
        }
        Ok(())
    }

    /// Appends one token and computes its logits. Errors as [`Self::prefill`].
    pub fn decode(&mut self, token: Token) -> Result<(), DecodeError> {
        self.prefill(&[token])
    }

    /// Refuses tokens that are not the model's, or do not fit behind `held` ones.
    fn check(&self, tokens: &[Token], held: u32) -> Result<(), DecodeError> {
        let vocabulary = self.model.facts().vocabulary;
        if let Some(&token) = tokens.iter().find(|token| token.0 >= vocabulary) {
            return Err(DecodeError::UnknownToken(UnknownToken {
                token,
                vocabulary,
            }));
        }
        let room = self.shape.context.saturating_sub(held) as usize;
        if tokens.len() > room {
            return Err(DecodeError::ContextFull {
                held,
                added: tokens.len(),
                context: self.shape.context,
            });
        }
        Ok(())
    }

    /// What a batch's code means. After an error the session is empty.
    fn done(&mut self, code: i32) -> Result<(), DecodeError> {
        if code == 0 {
            return Ok(());
        }
        self.clear();
        Err(match code {
            1 => DecodeError::NoSlot,
            2 => DecodeError::Aborted,
            _ => DecodeError::Failed {
                code,
                reason: logging::reason(),
            },
        })
    }

    /// Computes one batch of 1 to `shape.batch` known tokens that fit into the context.
    fn compute(
        &mut self,
        batch: &[Token],
        wants_logits: bool,
        pacing: &mut dyn Pacing,
    ) -> Result<(), DecodeError> {
        let last = batch.len().saturating_sub(1);
        if let Some(output) = self.outputs.get_mut(last) {
            *output = i8::from(wants_logits);
        }
        logging::forget_errors();
        let code = self.context.decode(batch, &mut self.outputs, pacing);
        if let Some(output) = self.outputs.get_mut(last) {
            *output = 0;
        }
        self.done(code)?;
        self.ends.clear();
        // A batch is no longer than `shape.batch`, a u32, and fits into the context.
        self.position += batch.len() as u32;
        self.has_logits = wants_logits;
        Ok(())
    }

    /// The logits of the last position, one for each token of the vocabulary. `None` when
    /// nothing has been computed since the session was made, cut back or restored.
    pub fn logits(&self) -> Option<&[f32]> {
        if !self.has_logits {
            return None;
        }
        self.context.logits(-1, self.model.facts().vocabulary)
    }

    /// Cuts the sequence back to its first `position` tokens. False, and nothing changed,
    /// where that is impossible: recurrent state knows no earlier position, and a sliding
    /// window has dropped what an earlier position would see. Then [`Self::restore`] is the
    /// way back. Cutting to 0 always works.
    pub fn truncate(&mut self, position: u32) -> bool {
        if position >= self.position {
            return position == self.position;
        }
        if position == 0 {
            self.empty_first();
            return true;
        }
        let window = self.model.facts().sliding_window;
        if window > 0 {
            let first_seen = position.saturating_sub(window);
            let first_held = self.context.held().map_or(0, |(first, _)| first);
            if first_held > first_seen {
                return false;
            }
        }
        if !self.context.remove_from(position) {
            return false;
        }
        self.position = position;
        self.has_logits = false;
        true
    }

    /// Whether [`Self::truncate`] goes back to any position and leaves the memory as it was
    /// there: a KV cache without a window does. Others go back by [`Self::restore`].
    pub fn rewinds(&self) -> bool {
        let facts = self.model.facts();
        !facts.recurrent && !facts.hybrid && facts.sliding_window == 0
    }

    /// Empties the session, all of its sequences.
    pub fn clear(&mut self) {
        self.context.clear();
        self.position = 0;
        self.has_logits = false;
        self.others.fill(0);
        self.ends.clear();
    }

    /// Empties the first sequence; others keep what they hold.
    fn empty_first(&mut self) {
        if self.others.iter().all(|length| *length == 0) {
            return self.clear();
        }
        self.context.remove(0);
        self.position = 0;
        self.has_logits = false;
    }

    /// Bytes that a state saved now would have.
    pub fn state_bytes(&self) -> u64 {
        self.context.state_bytes() as u64
    }

    /// Replaces `state` by a copy of everything the session holds, logits excepted. No Rust
    /// allocation once `state` is large enough.
    pub fn save(&self, state: &mut Vec<u8>) -> Result<(), StateError> {
        state.clear();
        logging::forget_errors();
        if self.context.save(state) {
            Ok(())
        } else {
            Err(StateError {
                reason: logging::reason(),
            })
        }
    }

    /// Goes back to a state that [`Self::save`] took from a session of the same model and
    /// options; other sequences keep what they hold. After an error the session is empty.
    pub fn restore(&mut self, state: &[u8]) -> Result<(), StateError> {
        self.empty_first();
        logging::forget_errors();
        if !self.context.restore(state) {
            self.clear();
            return Err(StateError {
                reason: logging::reason(),
            });
        }
        self.position = self.context.held().map_or(0, |(_, end)| end);
        Ok(())
    }

    /// Its threads.
    pub fn threads(&self) -> Threads<'_> {
        self.context.threads()
    }
}

/// Length of the batches that `tokens` are computed in: as few as batches of `most` tokens, all of
/// about the same length. A short last one would be slow: ggml's flash attention
/// takes batches below 64 tokens row by row. Behind 1,477 tokens, 568 in batches of 512 and 56
/// took 3.98 s, 618 in batches of 512 and 106 took 2.93 s (0.5B Q4_0, two cores).
fn even(tokens: usize, most: usize) -> usize {
    let batches = tokens.div_ceil(most.max(1)).max(1);
    tokens.div_ceil(batches).max(1)
}

/// Refuses what llama.cpp does not check, or answers by ending the process.
fn check(options: &SessionOptions) -> Result<(), SessionError> {
    // llama.cpp counts tokens in an i32.
    const MOST: u32 = i32::MAX as u32;
    let threads_batch = options.threads_batch.unwrap_or(options.threads);
    for (option, value, allowed) in [
        ("context", options.context, 0..=MOST),
        (
            "sequences",
            options.sequences,
            1..=ffi::Context::MAX_SEQUENCES,
        ),
        ("batch", options.batch, 1..=MOST),
        ("ubatch", options.ubatch, 1..=MOST),
        ("threads", options.threads, 1..=ffi::Context::MAX_THREADS),
        (
            "threads_batch",
            threads_batch,
            1..=ffi::Context::MAX_THREADS,
        ),
    ] {
        if !allowed.contains(&value) {
            return Err(SessionError::OutOfRange {
                option,
                value,
                allowed,
            });
        }
    }
    Ok(())
}

/// Why there is no session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionError {
    /// An option is 0, or more than llama.cpp can have.
    OutOfRange {
        /// Its name in [`SessionOptions`].
        option: &'static str,
        /// Its value.
        value: u32,
        /// The values it can have.
        allowed: RangeInclusive<u32>,
    },
    /// llama.cpp refused the options or had no memory for them; the reason is from its log.
    Refused(String),
    /// The architecture (named) keeps neither KV cache nor state: it is no decoder.
    NotADecoder(String),
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange {
                option,
                value,
                allowed,
            } => write!(
                f,
                "{option} cannot be {value}: choose {} to {}",
                allowed.start(),
                allowed.end()
            ),
            Self::Refused(reason) => write!(f, "llama.cpp makes no such session: {reason}"),
            Self::NotADecoder(architecture) => write!(
                f,
                "a model of architecture {architecture} does not continue a text: use a causal \
                 decoder model"
            ),
        }
    }
}

impl std::error::Error for SessionError {}

/// Why tokens were not computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeError {
    /// A token is not of this model. The session is as it was.
    UnknownToken(UnknownToken),
    /// The tokens do not fit. The session is as it was.
    ContextFull {
        /// Tokens held.
        held: u32,
        /// Tokens to be added.
        added: usize,
        /// Tokens the session can hold.
        context: u32,
    },
    /// llama.cpp found no room in its memory (`llama_decode` returned 1).
    NoSlot,
    /// The abort flag was set (`llama_decode` returned 2).
    Aborted,
    /// llama.cpp failed.
    Failed {
        /// What `llama_decode` returned: -1 for an invalid batch, below for the rest.
        code: i32,
        /// The reason, from its log.
        reason: String,
    },
    /// The session's state was not saved or restored.
    State(StateError),
}

impl From<StateError> for DecodeError {
    fn from(error: StateError) -> DecodeError {
        DecodeError::State(error)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownToken(unknown) => unknown.fmt(f),
            Self::ContextFull {
                held,
                added,
                context,
            } => write!(
                f,
                "{added} more tokens after {held} do not fit into a context of {context}: ask \
                 for a larger context"
            ),
            Self::NoSlot => write!(
                f,
                "llama.cpp found no room in its KV cache: ask for a larger context"
            ),
            Self::Aborted => write!(f, "aborted"),
            Self::Failed { code, reason } => write!(f, "llama_decode returned {code}: {reason}"),
            Self::State(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DecodeError {}

/// A state was not saved or restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateError {
    /// The reason, from llama.cpp's log.
    pub reason: String,
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reason } = self;
        write!(f, "llama.cpp could not copy the session's state: {reason}")
    }
}

impl std::error::Error for StateError {}

#[cfg(test)]
mod tests {
    use super::even;

    #[test]
    fn batches_are_few_and_even() {
        for (tokens, most, length) in [
            (0, 512, 1),
            (1, 512, 1),
            (512, 512, 512),
            (568, 512, 284),
            (2031, 512, 508),
            (7, 0, 1),
        ] {
            assert_eq!(even(tokens, most), length, "{tokens} by {most}");
        }
        for tokens in 1..3000 {
            let length = even(tokens, 256);
            assert!(length <= 256 && tokens.div_ceil(length) == tokens.div_ceil(256));
        }
    }
}
