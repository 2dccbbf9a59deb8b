//! Answers that follow a grammar.

use std::ffi::CString;
use std::fmt;

use crate::ffi;
use crate::model::Model;
use crate::token::Token;

/// The text is no grammar in llama.cpp's form (GBNF) with a rule `root`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadGrammar;

impl fmt::Display for BadGrammar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("llama.cpp cannot read the grammar of the answer: this is a fault of edgescore")
    }
}

impl std::error::Error for BadGrammar {}

/// What may still be written by a grammar.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use edgescore_engine::{Grammar, Model, Tokenize};
/// use edgescore_record::Weights;
///
/// let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tasks/models/reference-0.1m.gguf");
/// let on_progress = &mut |_| ControlFlow::Continue(());
/// let model = Model::load(file.as_ref(), Weights::Mapped, on_progress)?;
/// let mut grammar = Grammar::new(&model, "root ::= \"yes\" | \"no\"")?;
/// let mut tokens = Vec::new();
/// model.tokenize("maybe", Tokenize::TEXT, &mut tokens)?;
/// assert!(!grammar.allows(tokens[0]));
/// model.tokenize("no", Tokenize::TEXT, &mut tokens)?;
/// assert!(grammar.accept(tokens[0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Grammar<'m> {
    raw: ffi::Grammar<'m>,
    model: &'m Model,
    candidates: Vec<ffi::Candidate>,
}

impl<'m> Grammar<'m> {
    /// A grammar in GBNF with a rule `root`.
    ///
    /// # Errors
    /// [`BadGrammar`]
    pub fn new(model: &'m Model, text: &str) -> Result<Grammar<'m>, BadGrammar> {
        let text = CString::new(text).map_err(|_| BadGrammar)?;
        let raw = ffi::Grammar::new(model.raw(), &text).ok_or(BadGrammar)?;
        Ok(Grammar {
            raw,
            model,
            candidates: Vec::new(),
        })
    }

    /// Whether `token` may come next. One outside the vocabulary may not.
    pub fn allows(&self, token: Token) -> bool {
        let known = token.0 < self.model.facts().vocabulary;
        let mut one = [ffi::Candidate::new(token, 0.0)];
        if known {
            self.raw.mask(&mut one);
        }
        known && one.iter().all(|candidate| candidate.logit.is_finite())
    }

    /// Lowers to negative infinity what may not come next. `logits` are those of the vocabulary.
    pub fn mask(&mut self, logits: &mut [f32]) {
        let known = self.model.facts().vocabulary;
        let tokens = (0..known).map(Token).zip(logits.iter());
        self.candidates.clear();
        self.candidates
            .extend(tokens.map(|(token, logit)| ffi::Candidate::new(token, *logit)));
        self.raw.mask(&mut self.candidates);
        for candidate in &self.candidates {
            if let Some(logit) = logits.get_mut(candidate.token.index()) {
                *logit = candidate.logit;
            }
        }
    }

    /// Goes on behind `token`, if it may come next; one that ends the generation ends it.
    pub fn accept(&mut self, token: Token) -> bool {
        let allowed = self.allows(token);
        if allowed && !self.model.ends_generation(token) {
            self.raw.accept(token);
        }
        allowed
    }
}
