//! The parts of a prompt, tokenized as far as they are known.
//!
//! Control tokens are looked for in the template's text alone. What lies between two of them, be it
//! the template's or a message's, is tokenized together as plain text, as the tokens of a whole
//! prompt would be: a content that names control tokens opens no turn.

use edgescore_engine::{Segment, SpecialTokens, Token};
use edgescore_record::{PromptPart, Slot, Trim};

use crate::inference::vocabulary::{NotTokens, Vocabulary};

/// The runs of a prompt.
#[derive(Default)]
pub struct Form {
    runs: Vec<Run>,
    /// What the last run ends with, if that is known text: an answer is tokenized with it.
    last: Option<Text>,
}

/// Text that is tokenized together.
enum Run {
    /// Without a question in it.
    Known(Vec<Token>),
    /// With the question in it.
    Question(Text),
}

/// A text with gaps.
#[derive(Clone, Default)]
struct Text {
    chunks: Vec<Chunk>,
    /// A control token before it takes its white space.
    starts_trimmed: bool,
    /// A control token behind it takes its white space.
    ends_trimmed: bool,
}

#[derive(Clone)]
enum Chunk {
    Known(String),
    Question(Trim),
}

impl Form {
    /// The runs of `parts` with the pack's system message filled in.
    pub fn new<'p>(
        model: &dyn Vocabulary,
        specials: &SpecialTokens,
        parts: impl IntoIterator<Item = &'p PromptPart<'p>>,
        system: &str,
    ) -> Result<Form, NotTokens> {
        let mut builder = Builder {
            specials,
            runs: vec![Piece::Text(Text::default())],
            template: String::new(),
        };
        for part in parts {
            builder.part(part, system);
        }
        builder.template();
        let mut form = Form::default();
        let mut pieces = builder.runs.into_iter().peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Token(token) => form.push(&[token]),
                Piece::Text(text) if pieces.peek().is_none() => form.last = Some(text),
                Piece::Text(text) => form.add(model, text)?,
            }
        }
        Ok(form)
    }

    /// Replaces `tokens` by the prompt with `user` as its question and `answer` behind it.
    pub fn tokens(
        &self,
        model: &dyn Vocabulary,
        user: &str,
        answer: &str,
        scratch: &mut Scratch,
        tokens: &mut Vec<Token>,
    ) -> Result<(), NotTokens> {
        tokens.clear();
        self.head(model, user, scratch, tokens)?;
        self.tail(model, user, answer, scratch, tokens)
    }

    /// Appends the tokens of all runs but the last.
    pub fn head(
        &self,
        model: &dyn Vocabulary,
        user: &str,
        scratch: &mut Scratch,
        tokens: &mut Vec<Token>,
    ) -> Result<(), NotTokens> {
        for run in &self.runs {
            match run {
                Run::Known(known) => tokens.extend_from_slice(known),
                Run::Question(text) => {
                    text.write(user, &mut scratch.text);
                    scratch.append(model, tokens)?;
                }
            }
        }
        Ok(())
    }

    /// Appends the tokens of the last run, and of `answer`, which belongs to it.
    pub fn tail(
        &self,
        model: &dyn Vocabulary,
        user: &str,
        answer: &str,
        scratch: &mut Scratch,
        tokens: &mut Vec<Token>,
    ) -> Result<(), NotTokens> {
        scratch.text.clear();
        if let Some(last) = &self.last {
            last.write(user, &mut scratch.text);
        }
        scratch.text.push_str(answer);
        scratch.append(model, tokens)
    }

    /// Appends the tokens up to `end` bytes of `user`, tokenized as if the prompt ended there.
    pub fn up_to(
        &self,
        model: &dyn Vocabulary,
        user: &str,
        end: usize,
        scratch: &mut Scratch,
        tokens: &mut Vec<Token>,
    ) -> Result<(), NotTokens> {
        for run in &self.runs {
            match run {
                Run::Known(known) => tokens.extend_from_slice(known),
                Run::Question(text) => {
                    text.write_up_to(user, end, &mut scratch.text);
                    return scratch.append(model, tokens);
                }
            }
        }
        scratch.text.clear();
        if let Some(last) = &self.last {
            last.write_up_to(user, end, &mut scratch.text);
        }
        scratch.append(model, tokens)
    }

    fn add(&mut self, model: &dyn Vocabulary, text: Text) -> Result<(), NotTokens> {
        if text.has_question() {
            self.runs.push(Run::Question(text));
            return Ok(());
        }
        let mut scratch = Scratch::default();
        text.write("", &mut scratch.text);
        let mut tokens = Vec::new();
        scratch.append(model, &mut tokens)?;
        self.push(&tokens);
        Ok(())
    }

    fn push(&mut self, tokens: &[Token]) {
        match self.runs.last_mut() {
            Some(Run::Known(known)) => known.extend_from_slice(tokens),
            _ => self.runs.push(Run::Known(tokens.to_vec())),
        }
    }

    /// Begins with one beginning-of-sequence token, where the model wants one or the template
    /// writes it.
    pub fn begin_once(&mut self, model: &dyn Vocabulary) {
        let Some((bos, wanted)) = model.bos() else {
            return;
        };
        if !matches!(self.runs.first(), Some(Run::Known(_))) {
            self.runs.insert(0, Run::Known(Vec::new()));
        }
        if let Some(Run::Known(first)) = self.runs.first_mut() {
            let written = first.iter().take_while(|token| **token == bos).count();
            let kept = usize::from(wanted || written > 0);
            first.splice(..written, std::iter::repeat_n(bos, kept));
        }
    }
}

/// Buffers that live as long as a run.
#[derive(Default)]
pub struct Scratch {
    text: String,
    tokens: Vec<Token>,
}

impl Scratch {
    /// Appends the tokens of the text.
    fn append(&mut self, model: &dyn Vocabulary, tokens: &mut Vec<Token>) -> Result<(), NotTokens> {
        if !self.text.is_empty() {
            model.tokenize(&self.text, &mut self.tokens)?;
            tokens.extend_from_slice(&self.tokens);
        }
        Ok(())
    }
}

impl Text {
    fn has_question(&self) -> bool {
        let question = |chunk: &Chunk| matches!(chunk, Chunk::Question(_));
        self.chunks.iter().any(question)
    }

    fn write(&self, user: &str, out: &mut String) {
        out.clear();
        for chunk in &self.chunks {
            out.push_str(match chunk {
                Chunk::Known(text) => text,
                Chunk::Question(trim) => trim.apply(user),
            });
        }
        if self.ends_trimmed {
            out.truncate(out.trim_end_matches(is_space).len());
        }
        self.trim_start(out);
    }

    /// The text up to `end` bytes of `user`.
    fn write_up_to(&self, user: &str, end: usize, out: &mut String) {
        out.clear();
        for chunk in &self.chunks {
            match chunk {
                Chunk::Known(text) => out.push_str(text),
                Chunk::Question(trim) => {
                    let start = match trim.start {
                        true => user.len() - user.trim_start().len(),
                        false => 0,
                    };
                    let trimmed = trim.apply(user);
                    let end = end.saturating_sub(start).min(trimmed.len());
                    out.push_str(trimmed.get(..end).unwrap_or_default());
                    break;
                }
            }
        }
        self.trim_start(out);
    }

    fn trim_start(&self, out: &mut String) {
        if self.starts_trimmed {
            let spaces = out.len() - out.trim_start_matches(is_space).len();
            out.drain(..spaces);
        }
    }
}

/// `isspace` of C's default locale, by which llama.cpp goes.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}

enum Piece {
    Token(Token),
    Text(Text),
}

struct Builder<'s> {
    specials: &'s SpecialTokens,
    /// The last one is a text.
    runs: Vec<Piece>,
    /// Text of the template that has come so far: a part may end inside a control token, since
    /// long texts are cut.
    template: String,
}

impl Builder<'_> {
    fn part(&mut self, part: &PromptPart, system: &str) {
        if let PromptPart::Template(text) = part {
            self.template.push_str(text);
            return;
        }
        self.template();
        self.chunk(match part {
            PromptPart::Template(text) | PromptPart::Text(text) => Chunk::Known((*text).to_owned()),
            PromptPart::Slot(Slot::System, trim) => Chunk::Known(trim.apply(system).to_owned()),
            PromptPart::Slot(Slot::User, trim) => Chunk::Question(*trim),
        });
    }

    fn template(&mut self) {
        let text = std::mem::take(&mut self.template);
        for segment in self.specials.split(&text) {
            match segment {
                Segment::Text(text) => self.chunk(Chunk::Known(text.to_owned())),
                Segment::Special(special) => {
                    if let Some(Piece::Text(before)) = self.runs.last_mut() {
                        before.ends_trimmed = special.takes_before;
                    }
                    self.runs.push(Piece::Token(special.token));
                    self.runs.push(Piece::Text(Text {
                        starts_trimmed: special.takes_behind,
                        ..Text::default()
                    }));
                }
            }
        }
    }

    fn chunk(&mut self, chunk: Chunk) {
        if let Some(Piece::Text(text)) = self.runs.last_mut() {
            text.chunks.push(chunk);
        }
    }
}
