//! What prompts and answers need of a model's tokens.

use std::fmt;

use edgescore_engine::{BadGrammar, Grammar, Model, SpecialTokens, Token, Tokenize};

/// The tokens of a model, as its engine has them.
pub trait Vocabulary {
    /// Replaces `tokens` by those of `text`, in which nothing is a control token.
    ///
    /// # Errors
    /// The engine cannot tokenize it.
    fn tokenize(&self, text: &str, tokens: &mut Vec<Token>) -> Result<(), NotTokens>;

    /// The control tokens.
    fn special_tokens(&self) -> SpecialTokens;

    /// The token that begins a sequence, and whether the model wants one before every prompt.
    fn bos(&self) -> Option<(Token, bool)>;

    /// How many tokens there are.
    fn count(&self) -> u32;

    /// The token ends an answer.
    fn ends_generation(&self, token: Token) -> bool;

    /// Appends the bytes of a token; those of a control token only if `special`.
    fn piece(&self, token: Token, special: bool, text: &mut Vec<u8>);

    /// A grammar (GBNF) that answers may follow.
    ///
    /// # Errors
    /// It cannot be read, or the engine knows none.
    fn grammar(&self, text: &str) -> Result<Box<dyn Follow + '_>, BadGrammar>;
}

/// A text was not tokenized.
#[derive(Debug)]
pub struct NotTokens(
    /// Why.
    pub String,
);

impl fmt::Display for NotTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What may still be written by a grammar.
pub trait Follow {
    /// Goes on behind `token`, if it may come next.
    fn accept(&mut self, token: Token) -> bool;

    /// Lowers to negative infinity what may not come next.
    fn mask(&mut self, logits: &mut [f32]);
}

impl Follow for Grammar<'_> {
    fn accept(&mut self, token: Token) -> bool {
        Grammar::accept(self, token)
    }

    fn mask(&mut self, logits: &mut [f32]) {
        Grammar::mask(self, logits);
    }
}

impl Vocabulary for Model {
    fn tokenize(&self, text: &str, tokens: &mut Vec<Token>) -> Result<(), NotTokens> {
        Model::tokenize(self, text, Tokenize::TEXT, tokens)
            .map_err(|error| NotTokens(error.to_string()))
    }

    fn special_tokens(&self) -> SpecialTokens {
        Model::special_tokens(self)
    }

    fn bos(&self) -> Option<(Token, bool)> {
        Model::bos(self)
    }

    fn count(&self) -> u32 {
        self.facts().vocabulary
    }

    fn ends_generation(&self, token: Token) -> bool {
        Model::ends_generation(self, token)
    }

    fn piece(&self, token: Token, special: bool, text: &mut Vec<u8>) {
        // The token came from this model's logits.
        let _ = Model::piece(self, token, special, text);
    }

    fn grammar(&self, text: &str) -> Result<Box<dyn Follow + '_>, BadGrammar> {
        Ok(Box::new(Grammar::new(self, text)?))
    }
}
