//! The tokens of a model, by the tokenizer of ONNX Runtime GenAI.

use edgescore_engine::{BadGrammar, SpecialToken, SpecialTokens, Token};
use edgescore_runtime::inference::vocabulary::{Follow, NotTokens, Vocabulary};

use crate::ffi::Tokenizer;
use crate::library::NAME;
use crate::pieces::{Added, Pieces};

/// The tokens of a model.
pub struct OrtVocabulary<'m> {
    tokenizer: Tokenizer<'m>,
    pieces: Pieces,
    count: u32,
    bos: Option<Token>,
    adds_bos: bool,
    eos: Vec<i32>,
}

impl<'m> OrtVocabulary<'m> {
    /// Those of `tokenizer`; `count` logits stand behind a token, and `bos` begins a sequence.
    ///
    /// # Errors
    /// What the library says.
    pub fn new(
        tokenizer: Tokenizer<'m>,
        pieces: Pieces,
        count: u32,
        bos: Option<u32>,
    ) -> Result<OrtVocabulary<'m>, String> {
        let first = tokenizer.encode("a")?.first().copied();
        Ok(OrtVocabulary {
            eos: tokenizer.eos()?,
            adds_bos: bos.is_some() && first == bos.map(|bos| bos as i32),
            bos: bos.map(Token),
            tokenizer,
            pieces,
            count,
        })
    }

    /// The tokens of a text in which no control token is named, without what the tokenizer adds.
    fn append(&self, text: &str, tokens: &mut Vec<Token>) -> Result<(), NotTokens> {
        let ids = self.tokenizer.encode(text);
        let ids = ids.map_err(|error| NotTokens(format!("{NAME}: {error}")))?;
        let added = usize::from(self.adds_bos);
        let ids = ids.get(added..).unwrap_or_default();
        tokens.extend(ids.iter().map(|id| Token(*id as u32)));
        Ok(())
    }
}

impl Vocabulary for OrtVocabulary<'_> {
    /// The library finds the name of a control token in every text, so a text is cut behind the first
    /// character of each.
    fn tokenize(&self, text: &str, tokens: &mut Vec<Token>) -> Result<(), NotTokens> {
        tokens.clear();
        let mut rest = text;
        while let Some(at) = self.pieces.first_name(rest) {
            let first = rest.get(at..).and_then(|name| name.chars().next());
            let (before, behind) = rest.split_at(at + first.map_or(1, char::len_utf8));
            self.append(before, tokens)?;
            rest = behind;
        }
        match rest.is_empty() {
            true => Ok(()),
            false => self.append(rest, tokens),
        }
    }

    fn special_tokens(&self) -> SpecialTokens {
        let special = |added: &Added| SpecialToken {
            token: Token(added.id),
            text: added.content.clone(),
            takes_before: added.lstrip,
            takes_behind: added.rstrip,
        };
        SpecialTokens::new(self.pieces.added().iter().map(special).collect())
    }

    fn bos(&self) -> Option<(Token, bool)> {
        self.bos.map(|bos| (bos, self.adds_bos))
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn ends_generation(&self, token: Token) -> bool {
        self.eos.contains(&(token.0 as i32))
    }

    fn piece(&self, token: Token, special: bool, text: &mut Vec<u8>) {
        text.extend_from_slice(self.pieces.of(token.0, special));
    }

    fn grammar(&self, _text: &str) -> Result<Box<dyn Follow + '_>, BadGrammar> {
        Err(BadGrammar)
    }
}
