//! From a question to the tokens a model reads.

use edgescore_engine::{ChatTemplate, Model, TemplateError, TextTooLong, Token, Tokenize};
use edgescore_record::{Ask, Plan};
use edgescore_taskpack::{Layout, Letter, Pack, PackError, Question};

use crate::error::{Refusal, RunError};

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
    /// The text is longer than can be tokenized.
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

impl From<PromptError> for RunError {
    fn from(error: PromptError) -> RunError {
        Refusal::data(error).into()
    }
}

/// A prompt in tokens.
#[derive(Clone, Copy)]
pub struct Prompt<'p> {
    /// The tokens.
    pub tokens: &'p [Token],
    /// Where parts end that other prompts of the run begin with too, rising and within the
    /// tokens: the end of what an episode's questions share, and of what a question's
    /// rotations share. They depend on this prompt and the plan alone.
    pub shared: &'p [usize],
}

/// Makes prompts. Its buffers live as long as it does, so that a run of thousands of
/// questions allocates for the longest only.
pub struct Prompter<'a> {
    model: &'a Model,
    template: &'a ChatTemplate,
    pack: &'a Pack<'a>,
    layout: Layout,
    rotate: bool,
    user: String,
    /// Bytes of `user` up to the end of each shared part.
    parts: [usize; 2],
    text: String,
    tokens: Vec<Token>,
    other: Vec<Token>,
    shared: Vec<usize>,
}

impl<'a> Prompter<'a> {
    /// Makes prompts of `pack` for `model`.
    pub fn new(
        model: &'a Model,
        template: &'a ChatTemplate,
        pack: &'a Pack<'a>,
        plan: &Plan,
    ) -> Prompter<'a> {
        Prompter {
            model,
            template,
            pack,
            layout: plan.layout,
            rotate: plan.rotate,
            user: String::new(),
            parts: [0; 2],
            text: String::new(),
            tokens: Vec::new(),
            other: Vec::new(),
            shared: Vec::with_capacity(2),
        }
    }

    /// The prompt up to where the model begins to answer.
    pub fn open(&mut self, ask: Ask) -> Result<(Question<'a>, Prompt<'_>), PromptError> {
        let question = self.render(ask)?;
        tokenize(self.model, &self.text, &mut self.tokens)?;
        Ok((question, self.prompt()?))
    }

    /// The prompt and the forced start of an answer, and the four tokens of which one comes
    /// next. The four whole completions are tokenized and compared: where they part is where
    /// the letter is, whatever the tokenizer merges it with.
    pub fn forced(
        &mut self,
        ask: Ask,
    ) -> Result<(Question<'a>, Prompt<'_>, [Token; 4]), PromptError> {
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
        Ok((question, self.prompt()?, letters))
    }

    /// The chat template.
    pub fn template(&self) -> &ChatTemplate {
        self.template
    }

    /// Position in the task table of the task of `ask`.
    pub fn task_of(&self, ask: Ask) -> Result<u32, PackError> {
        self.pack.task_of(ask.question())
    }

    /// The tokens with their shared ends. A part ends where the tokens of the text up to its
    /// end part from those of the whole text.
    fn prompt(&mut self) -> Result<Prompt<'_>, PromptError> {
        self.shared.clear();
        // A template may trim a message; one that changes it more shares nothing.
        let start = self.text.find(self.user.trim_end());
        let parts = self.parts.iter().take(if self.rotate { 2 } else { 1 });
        for end in parts.filter_map(|part| Some(start? + part)) {
            let text = self.text.get(..end).unwrap_or_default();
            tokenize(self.model, text, &mut self.other)?;
            let pairs = self.tokens.iter().zip(&self.other);
            let here = pairs.take_while(|(a, b)| a == b).count();
            // The last token is always computed, for its logits.
            let last = self.shared.last().copied().unwrap_or(0);
            if last < here && here < self.tokens.len() {
                self.shared.push(here);
            }
        }
        Ok(Prompt {
            tokens: &self.tokens,
            shared: &self.shared,
        })
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
        let user = &mut self.user;
        let _ = question.write_shared(self.layout, user);
        self.parts[0] = user.len();
        let _ = question.write_own(self.layout, user);
        self.parts[1] = user.len();
        let _ = question.write_options(ask.rotation(), self.pack.instruction(), user);
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
