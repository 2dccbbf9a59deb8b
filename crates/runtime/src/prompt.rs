//! From a question to the tokens a model reads.

use edgescore_engine::{ChatTemplate, Model, TemplateError, TextTooLong, Token, Tokenize};
use edgescore_record::Ask;
use edgescore_taskpack::{Layout, Letter, Pack, PackError, Question};

/// The start of an answer that letter mode forces, up to the letter.
const FORCED: &str = "{\"answer\": \"";
/// What follows the letter. It stands behind the letter while tokenizing, since some
/// tokenizers merge the letter with the quote behind it.
const AFTER: &str = "\"}";

/// Why there is no prompt.
#[derive(Debug)]
pub enum PromptError {
    /// The pack is corrupt.
    Pack(PackError),
    /// The template cannot render the messages.
    Template(TemplateError),
    /// The text is absurdly long.
    TooLong(TextTooLong),
    /// The four letters part at no common place, or not into four tokens.
    LettersNotSeparable,
}

impl std::fmt::Display for PromptError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PromptError::Pack(error) => error.fmt(f),
            PromptError::Template(error) => error.fmt(f),
            PromptError::TooLong(error) => error.fmt(f),
            PromptError::LettersNotSeparable => f.write_str(
                "the model's tokenizer does not tell the letters A to D apart at one place: use --mode generate",
            ),
        }
    }
}

/// Makes prompts. Its buffers live as long as it does, so that a run of thousands of
/// questions allocates for the longest only.
pub struct Prompter<'a> {
    model: &'a Model,
    template: &'a ChatTemplate,
    pack: &'a Pack<'a>,
    layout: Layout,
    user: String,
    text: String,
    tokens: Vec<Token>,
    other: Vec<Token>,
}

impl<'a> Prompter<'a> {
    /// Makes prompts of `pack` for `model`.
    pub fn new(
        model: &'a Model,
        template: &'a ChatTemplate,
        pack: &'a Pack<'a>,
        layout: Layout,
    ) -> Prompter<'a> {
        Prompter {
            model,
            template,
            pack,
            layout,
            user: String::new(),
            text: String::new(),
            tokens: Vec::new(),
            other: Vec::new(),
        }
    }

    /// The prompt up to where the model begins to answer.
    pub fn open(&mut self, ask: Ask) -> Result<(Question<'a>, &[Token]), PromptError> {
        let question = self.render(ask)?;
        tokenize(self.model, &self.text, &mut self.tokens)?;
        Ok((question, &self.tokens))
    }

    /// The prompt and the forced start of an answer, and the four tokens of which one comes
    /// next. The four whole completions are tokenized and compared: where they part is where
    /// the letter is, whatever the tokenizer merges it with.
    pub fn forced(
        &mut self,
        ask: Ask,
    ) -> Result<(Question<'a>, &[Token], [Token; 4]), PromptError> {
        let question = self.render(ask)?;
        let prompt_bytes = self.text.len();
        self.complete(prompt_bytes, Letter::A)?;
        std::mem::swap(&mut self.tokens, &mut self.other);
        let mut part = None;
        let mut letters = [Token(0); 4];
        for (letter, slot) in Letter::ALL.into_iter().zip(&mut letters).skip(1) {
            self.complete(prompt_bytes, letter)?;
            let pairs = self.tokens.iter().zip(&self.other);
            let here = pairs.take_while(|(a, b)| a == b).count();
            if here != *part.get_or_insert(here) {
                return Err(PromptError::LettersNotSeparable);
            }
            *slot = *self
                .other
                .get(here)
                .ok_or(PromptError::LettersNotSeparable)?;
        }
        let part = part.unwrap_or_default();
        letters[0] = *self
            .tokens
            .get(part)
            .ok_or(PromptError::LettersNotSeparable)?;
        self.tokens.truncate(part);
        if (1..4).any(|i| letters[..i].contains(&letters[i])) {
            return Err(PromptError::LettersNotSeparable);
        }
        Ok((question, &self.tokens, letters))
    }

    /// Position in the task table of the task of `ask`.
    pub fn task_of(&self, ask: Ask) -> Result<u32, PackError> {
        self.pack.task_of(ask.question())
    }

    /// Tokenizes the prompt (the first `prompt_bytes` of the text) with a whole answer behind
    /// it, into `other`.
    fn complete(&mut self, prompt_bytes: usize, letter: Letter) -> Result<(), PromptError> {
        self.text.truncate(prompt_bytes);
        self.text.push_str(FORCED);
        self.text.push(letter.as_char());
        self.text.push_str(AFTER);
        tokenize(self.model, &self.text, &mut self.other)
    }

    fn render(&mut self, ask: Ask) -> Result<Question<'a>, PromptError> {
        let question = self
            .pack
            .question(ask.question())
            .map_err(PromptError::Pack)?;
        self.user.clear();
        // Writing to a String cannot fail.
        let _ = question.write_user_message(
            self.layout,
            ask.rotation(),
            self.pack.instruction(),
            &mut self.user,
        );
        let messages = [("system", self.pack.system()), ("user", &self.user)];
        self.template
            .apply(&messages, true, &mut self.text)
            .map_err(PromptError::Template)?;
        Ok(question)
    }
}

fn tokenize(model: &Model, text: &str, tokens: &mut Vec<Token>) -> Result<(), PromptError> {
    model
        .tokenize(text, Tokenize::PROMPT, tokens)
        .map_err(PromptError::TooLong)
}
