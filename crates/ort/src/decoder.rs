//! A sequence of tokens in ONNX Runtime GenAI.

use edgescore_engine::{DecodeError, Pacing, Shape, Token};
use edgescore_record::{Stop, VerdictKind};
use edgescore_runtime::decoder::Decoder;
use edgescore_runtime::error::RunError;
use edgescore_runtime::stop;

use crate::ffi::Generator;
use crate::library::NAME;

/// Computes tokens.
pub struct OrtDecoder<'m> {
    generator: Generator<'m>,
    context: u32,
    position: u32,
    logits: Vec<f32>,
    has_logits: bool,
    /// The tokens that are computed, as the library takes them.
    ids: Vec<i32>,
}

impl<'m> OrtDecoder<'m> {
    /// One for at most `context` tokens of a vocabulary of `vocabulary`.
    pub fn new(generator: Generator<'m>, context: u32, vocabulary: u32) -> OrtDecoder<'m> {
        OrtDecoder {
            generator,
            context,
            position: 0,
            logits: Vec::with_capacity(vocabulary as usize),
            has_logits: false,
            ids: Vec::with_capacity(context as usize),
        }
    }

    fn compute(&mut self, wants_logits: bool) -> Result<(), String> {
        self.generator.append(&self.ids)?;
        if wants_logits {
            self.generator.logits(&mut self.logits)?;
        }
        Ok(())
    }
}

impl Decoder for OrtDecoder<'_> {
    fn shape(&self) -> Shape {
        Shape {
            context: self.context,
            sequences: 1,
            batch: self.context,
            ubatch: self.context,
        }
    }

    /// All tokens at once, as GenAI's own programs do: there is no place to pause in between.
    fn append(
        &mut self,
        tokens: &[Token],
        wants_logits: bool,
        _piece: usize,
        _pacing: &mut dyn Pacing,
    ) -> Result<(), RunError> {
        if tokens.len() > (self.context - self.position) as usize {
            return Err(RunError::from(DecodeError::ContextFull {
                held: self.position,
                added: tokens.len(),
                context: self.context,
            }));
        }
        self.ids.clear();
        // A vocabulary has less than 2^31 tokens.
        self.ids.extend(tokens.iter().map(|token| token.0 as i32));
        if let Err(error) = self.compute(wants_logits) {
            let detail = format!("{NAME}: {error}");
            return Err(RunError::Failed(VerdictKind::EngineFailed, detail));
        }
        // They fit into the context, a u32.
        self.position += tokens.len() as u32;
        self.has_logits = wants_logits;
        match stop::is_interrupted() {
            true => Err(RunError::Stopped(Stop::Interrupted)),
            false => Ok(()),
        }
    }

    fn logits(&self) -> Option<&[f32]> {
        self.has_logits.then_some(&self.logits)
    }

    fn truncate(&mut self, position: u32) -> bool {
        if position >= self.position {
            return position == self.position;
        }
        if let Err(error) = self.generator.rewind(position) {
            log::warn!("{NAME} cannot go back to token {position}: {error}");
            return false;
        }
        self.position = position;
        self.has_logits = false;
        true
    }

    fn rewinds(&self) -> bool {
        true
    }

    fn clear(&mut self) {
        self.truncate(0);
    }
}
