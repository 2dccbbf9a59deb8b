//! From a question to the tokens a model reads.

mod error;
mod form;
pub mod messages;
pub mod places;

use edgescore_engine::{SpecialTokens, Token};
use edgescore_record::prompt_file::PromptFile;
use edgescore_record::{Ask, Mode, PromptPart, TemplateRow, Think};
use edgescore_taskpack::{Ends, Layout, Letter, MAX_OPTIONS, Pack, PackError, Question};

pub use error::PromptError;
use form::{Form, Scratch};
use messages::Messages;

use super::vocabulary::{NotTokens, Vocabulary};
use places::Places;

/// The start of an answer that letter mode forces, up to the letter.
const FORCED: &str = "{\"answer\": \"";
/// What follows the letter. It stands behind the letter while tokenizing, since some
/// tokenizers merge the letter with the quote behind it.
const AFTER: &str = "\"}";

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
    /// The token that stands for each letter that a question of the pack has; one comes next.
    pub letters: Vec<Token>,
}

/// Makes prompts. Its buffers live as long as it does, so that a run of thousands of
/// questions allocates for the longest only.
pub struct Prompter<'a> {
    model: &'a dyn Vocabulary,
    specials: SpecialTokens,
    prompts: &'a PromptFile<'a>,
    pack: &'a Pack<'a>,
    layout: Layout,
    rotate: bool,
    form: Form,
    user: String,
    /// Bytes of `user` up to the end of each shared part.
    ends: Ends,
    places: Places,
    letters: Vec<Token>,
    scratch: Scratch,
    tokens: Vec<Token>,
    other: Vec<Token>,
    shared: Vec<usize>,
}

impl<'a> Prompter<'a> {
    /// Makes prompts of `pack` for `model`, as `prompts` says. `rotate`: a question is asked in all
    /// orders of its options, one after the other.
    pub fn new(
        model: &'a dyn Vocabulary,
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
            ends: Ends::default(),
            places: Places::new(pack, prompts)?,
            letters: Vec::with_capacity(MAX_OPTIONS),
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
        self.find_shared()?;
        Ok((question, self.prompt()))
    }

    /// The prompt and the forced start of an answer, and behind it the tokens of the letters, of which
    /// one comes next. The whole completions are tokenized and compared: where they part is where
    /// the letter is, whatever the tokenizer merges it with.
    pub fn forced(
        &mut self,
        ask: Ask,
    ) -> Result<(Question<'a>, Prompt<'_>, &[Token]), PromptError> {
        let question = self.fill(ask)?;
        self.tokens.clear();
        force(
            self.model,
            &self.form,
            &self.user,
            question.options(),
            &mut self.scratch,
            (&mut self.tokens, &mut self.other, &mut self.letters),
        )?;
        self.find_shared()?;
        Ok((question, self.prompt(), &self.letters))
    }

    /// The grammar that the answer to the question of `ask` follows, if it follows one.
    pub fn grammar(&self, ask: Ask) -> Option<&'a str> {
        self.prompts.grammar(ask.question())
    }

    /// How many options the question of `ask` has; none where it asks for no letter.
    pub fn options(&self, ask: Ask) -> Result<u8, PackError> {
        self.pack.options_of(ask.question())
    }

    /// How many prompts the question of `ask` has that follow one another: the steps of a
    /// conversation, else one.
    pub fn steps(&self, ask: Ask) -> Result<u8, PackError> {
        self.pack.steps_of(ask.question()).map(|steps| steps.max(1))
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
        let mut options = 0;
        for question in 0..self.pack.question_count() {
            options = options.max(self.pack.options_of(question).map_err(PromptError::Pack)?);
        }
        let mut after = AfterTrace::default();
        if let Some(closing) = forms.last() {
            closing.tokens(self.model, "", "", &mut self.scratch, &mut after.closing)?;
        }
        if options > 0 && mode == Mode::Letter && matches!(self.template().think, Think::Tokens(_))
        {
            for (form, forced) in forms.iter().zip([&mut after.by_model, &mut after.by_limit]) {
                let tokens = (&mut forced.tokens, &mut self.other, &mut forced.letters);
                force(self.model, form, "", options, &mut self.scratch, tokens)?;
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
        let parts = self.parts_of(ask)?;
        let place = self.template().system;
        Ok(messages::of(parts, place, system, &self.user))
    }

    /// Position in the task table of the task of `ask`.
    pub fn task_of(&self, ask: Ask) -> Result<u32, PackError> {
        self.pack.task_of(ask.question())
    }

    /// Finds the shared ends of the tokens. A part ends where the tokens of the text up to its end part
    /// from those of the whole text.
    fn find_shared(&mut self) -> Result<(), PromptError> {
        self.shared.clear();
        let ends = [self.ends.episode, self.ends.question];
        let ends = ends.iter().take(if self.rotate { 2 } else { 1 });
        // A prompt that was rendered by itself shares nothing.
        for end in ends.filter(|_| self.prompts.template().linear) {
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
        Ok(())
    }

    fn prompt(&self) -> Prompt<'_> {
        Prompt {
            tokens: &self.tokens,
            shared: &self.shared,
        }
    }

    /// Writes the question's message, and its form where it has one of its own.
    fn fill(&mut self, ask: Ask) -> Result<Question<'a>, PromptError> {
        let question = self
            .pack
            .question(ask.question())
            .map_err(PromptError::Pack)?;
        self.user.clear();
        // Writing to a String cannot fail.
        let written = question.write_user_message(self.layout, ask.rotation(), &mut self.user);
        self.ends = written.unwrap_or_default();
        if !self.template().linear {
            let parts = self.parts_of(ask)?;
            self.form = whole(self.model, &self.specials, parts, self.pack.system())?;
        }
        Ok(question)
    }

    fn parts_of(&self, ask: Ask) -> Result<&'a [PromptPart<'a>], PromptError> {
        let place = self.places.of(ask);
        self.prompts.parts(place).ok_or(PromptError::OtherPack)
    }
}

/// The form of a whole prompt.
fn whole(
    model: &dyn Vocabulary,
    specials: &SpecialTokens,
    parts: &[PromptPart],
    system: &str,
) -> Result<Form, NotTokens> {
    let mut form = Form::new(model, specials, parts, system)?;
    form.begin_once(model);
    Ok(form)
}

/// Appends the tokens of `form` and the forced start of an answer to `tokens`, and puts those of the
/// letters of `options` options, of which one comes next, into `letters`; `other` is a buffer.
fn force(
    model: &dyn Vocabulary,
    form: &Form,
    user: &str,
    options: u8,
    scratch: &mut Scratch,
    (tokens, other, letters): (&mut Vec<Token>, &mut Vec<Token>, &mut Vec<Token>),
) -> Result<(), PromptError> {
    form.head(model, user, scratch, tokens)?;
    let head = tokens.len();
    let mut part = None;
    letters.clear();
    for letter in Letter::of(options) {
        let answer = format!("{FORCED}{letter}{AFTER}");
        if *letter == Letter::A {
            // It is filled in below.
            letters.push(Token(0));
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
        letters.push(*other.get(here).ok_or(PromptError::LettersNotSeparable)?);
    }
    let part = head + part.unwrap_or_default();
    let first = tokens.get(part).ok_or(PromptError::LettersNotSeparable)?;
    if let Some(slot) = letters.first_mut() {
        *slot = *first;
    }
    tokens.truncate(part);
    let mut seen = letters.iter().enumerate();
    match seen.any(|(at, letter)| letters.iter().take(at).any(|other| other == letter)) {
        true => Err(PromptError::LettersNotSeparable),
        false => Ok(()),
    }
}
