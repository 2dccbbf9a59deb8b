//! From a question to the tokens a model reads.

mod form;

use edgescore_engine::{Model, SpecialTokens, TextTooLong, Token};
use edgescore_record::prompt_file::PromptFile;
use edgescore_record::{Ask, Mode, PromptPart, Slot, SystemPlace, TemplateRow, Think};
use edgescore_taskpack::{Layout, Letter, Pack, PackError, Question};

use crate::error::{Refusal, RunError};
use form::{Form, Scratch};

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
    /// The prompts are of another pack.
    OtherPack,
    /// The text is longer than can be tokenized.
    TooLong(TextTooLong),
    /// The four letters part at no common place, or not into four tokens.
    LettersNotSeparable,
}

impl std::fmt::Display for PromptError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PromptError::Pack(error) => error.fmt(f),
            PromptError::OtherPack => f.write_str("the prompts were made for another pack: run it again"),
            PromptError::TooLong(error) => error.fmt(f),
            PromptError::LettersNotSeparable => f.write_str(
                "the model's tokenizer does not tell the letters A to D apart at one place: use --mode generate",
            ),
        }
    }
}

impl From<TextTooLong> for PromptError {
    fn from(error: TextTooLong) -> PromptError {
        PromptError::TooLong(error)
    }
}

impl From<PromptError> for RunError {
    fn from(error: PromptError) -> RunError {
        Refusal::data(error).into()
    }
}

/// Messages by their roles.
pub type Messages = Vec<(&'static str, String)>;

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

/// What follows a trace.
#[derive(Default)]
pub struct AfterTrace {
    /// Closes it in the model's place.
    pub closing: Vec<Token>,
    /// Letter mode, behind the model's own mark.
    pub by_model: Forced,
    /// Letter mode, with what closes the trace.
    pub by_limit: Forced,
}

/// A forced start of an answer.
#[derive(Default)]
pub struct Forced {
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// The token that stands for each letter, of which one comes next.
    pub letters: [Token; 4],
}

/// Makes prompts. Its buffers live as long as it does, so that a run of thousands of
/// questions allocates for the longest only.
pub struct Prompter<'a> {
    model: &'a Model,
    specials: SpecialTokens,
    prompts: &'a PromptFile<'a>,
    pack: &'a Pack<'a>,
    layout: Layout,
    rotate: bool,
    form: Form,
    user: String,
    /// Bytes of `user` up to the end of each shared part.
    parts: [usize; 2],
    scratch: Scratch,
    tokens: Vec<Token>,
    other: Vec<Token>,
    shared: Vec<usize>,
}

impl<'a> Prompter<'a> {
    /// Makes prompts of `pack` for `model`, as `prompts` says. `rotate`: a question is asked in all
    /// orders of its options, one after the other.
    pub fn new(
        model: &'a Model,
        prompts: &'a PromptFile<'a>,
        pack: &'a Pack<'a>,
        layout: Layout,
        rotate: bool,
    ) -> Result<Prompter<'a>, PromptError> {
        let specials = model.special_tokens();
        let form = match prompts.common() {
            Some(parts) => whole(model, &specials, parts, pack.system())?,
            None => Form::default(),
        };
        Ok(Prompter {
            model,
            specials,
            prompts,
            pack,
            layout,
            rotate,
            form,
            user: String::new(),
            parts: [0; 2],
            scratch: Scratch::default(),
            tokens: Vec::new(),
            other: Vec::new(),
            shared: Vec::with_capacity(2),
        })
    }

    /// The prompt up to where the model begins to answer.
    pub fn open(&mut self, ask: Ask) -> Result<(Question<'a>, Prompt<'_>), PromptError> {
        let question = self.fill(ask)?;
        self.form.tokens(
            self.model,
            &self.user,
            "",
            &mut self.scratch,
            &mut self.tokens,
        )?;
        Ok((question, self.prompt()?))
    }

    /// The prompt and the forced start of an answer, and the four tokens of which one comes
    /// next. The four whole completions are tokenized and compared: where they part is where
    /// the letter is, whatever the tokenizer merges it with.
    pub fn forced(
        &mut self,
        ask: Ask,
    ) -> Result<(Question<'a>, Prompt<'_>, [Token; 4]), PromptError> {
        let question = self.fill(ask)?;
        self.tokens.clear();
        let letters = force(
            self.model,
            &self.form,
            &self.user,
            &mut self.scratch,
            (&mut self.tokens, &mut self.other),
        )?;
        Ok((question, self.prompt()?, letters))
    }

    /// What follows a trace of these prompts; none where there are no marks of one.
    pub fn after_trace(&mut self, mode: Mode) -> Result<Option<AfterTrace>, PromptError> {
        let Some(markers) = self.template().markers else {
            return Ok(None);
        };
        let own = markers.closing.split_once(markers.close);
        let behind = own.map_or("", |(_, behind)| behind);
        let mut forms = Vec::new();
        for text in [behind, markers.closing] {
            let part = PromptPart::Template(text);
            forms.push(Form::new(self.model, &self.specials, [&part], "")?);
        }
        let mut after = AfterTrace::default();
        if let Some(closing) = forms.last() {
            closing.tokens(self.model, "", "", &mut self.scratch, &mut after.closing)?;
        }
        if mode == Mode::Letter && matches!(self.template().think, Think::Tokens(_)) {
            for (form, forced) in forms.iter().zip([&mut after.by_model, &mut after.by_limit]) {
                let tokens = (&mut forced.tokens, &mut self.other);
                forced.letters = force(self.model, form, "", &mut self.scratch, tokens)?;
            }
        }
        Ok(Some(after))
    }

    /// How prompts are made.
    pub fn template(&self) -> &TemplateRow<'a> {
        self.prompts.template()
    }

    /// The text of the prompt of `ask`, and the messages in it by their roles.
    pub fn text(&mut self, ask: Ask) -> Result<(String, Messages), PromptError> {
        self.fill(ask)?;
        let system = self.pack.system();
        let mut text = String::new();
        // Between two pieces of the template stands a message.
        let mut contents = vec![String::new()];
        for part in self.parts_of(ask)? {
            let piece = match part {
                PromptPart::Template(text) | PromptPart::Text(text) => text,
                PromptPart::Slot(Slot::System, trim) => trim.apply(system),
                PromptPart::Slot(Slot::User, trim) => trim.apply(&self.user),
            };
            text.push_str(piece);
            match (part, contents.last_mut()) {
                (PromptPart::Template(_), _) => contents.push(String::new()),
                (_, Some(content)) => content.push_str(piece),
                (_, None) => {}
            }
        }
        contents.retain(|content| !content.is_empty());
        let own = self.template().system == SystemPlace::Own;
        let roles = ["system"].into_iter().filter(|_| own);
        let roles = roles.chain(["user", "assistant"].into_iter().cycle());
        Ok((text, roles.zip(contents).collect()))
    }

    /// Position in the task table of the task of `ask`.
    pub fn task_of(&self, ask: Ask) -> Result<u32, PackError> {
        self.pack.task_of(ask.question())
    }

    /// The tokens with their shared ends. A part ends where the tokens of the text up to its
    /// end part from those of the whole text.
    fn prompt(&mut self) -> Result<Prompt<'_>, PromptError> {
        self.shared.clear();
        let parts = self.parts.iter().take(if self.rotate { 2 } else { 1 });
        // A prompt that was rendered by itself shares nothing.
        for end in parts.filter(|_| self.prompts.template().linear) {
            self.other.clear();
            self.form.up_to(
                self.model,
                &self.user,
                *end,
                &mut self.scratch,
                &mut self.other,
            )?;
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

    /// Writes the question's message, and its form where it has one of its own.
    fn fill(&mut self, ask: Ask) -> Result<Question<'a>, PromptError> {
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
        if !self.template().linear {
            let parts = self.parts_of(ask)?;
            self.form = whole(self.model, &self.specials, parts, self.pack.system())?;
        }
        Ok(question)
    }

    fn parts_of(&self, ask: Ask) -> Result<&'a [PromptPart<'a>], PromptError> {
        let questions = self.pack.question_count();
        self.prompts
            .parts(ask, questions)
            .ok_or(PromptError::OtherPack)
    }
}

/// The form of a whole prompt.
fn whole(
    model: &Model,
    specials: &SpecialTokens,
    parts: &[PromptPart],
    system: &str,
) -> Result<Form, TextTooLong> {
    let mut form = Form::new(model, specials, parts, system)?;
    form.begin_once(model);
    Ok(form)
}

/// Appends the tokens of `form` and the forced start of an answer to `tokens`; `other` is a buffer.
/// Returns the four tokens of which one comes next.
fn force(
    model: &Model,
    form: &Form,
    user: &str,
    scratch: &mut Scratch,
    (tokens, other): (&mut Vec<Token>, &mut Vec<Token>),
) -> Result<[Token; 4], PromptError> {
    form.head(model, user, scratch, tokens)?;
    let head = tokens.len();
    let mut part = None;
    let mut letters = [Token(0); 4];
    for (letter, slot) in Letter::ALL.into_iter().zip(&mut letters) {
        let answer = format!("{FORCED}{letter}{AFTER}");
        if letter == Letter::A {
            form.tail(model, user, &answer, scratch, tokens)?;
            continue;
        }
        other.clear();
        form.tail(model, user, &answer, scratch, other)?;
        let first = tokens.get(head..).unwrap_or_default();
        let pairs = first.iter().zip(other.iter());
        let here = pairs.take_while(|(a, b)| a == b).count();
        if here != *part.get_or_insert(here) {
            return Err(PromptError::LettersNotSeparable);
        }
        *slot = *other.get(here).ok_or(PromptError::LettersNotSeparable)?;
    }
    let part = head + part.unwrap_or_default();
    letters[0] = *tokens.get(part).ok_or(PromptError::LettersNotSeparable)?;
    tokens.truncate(part);
    if (1..4).any(|i| letters[..i].contains(&letters[i])) {
        return Err(PromptError::LettersNotSeparable);
    }
    Ok(letters)
}
