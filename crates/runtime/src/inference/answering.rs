//! Asking a model one question: letter mode and generate mode.

use std::time::Instant;

use edgescore_engine::{DecodeError, Grammar, Model, Token};
use edgescore_judge::letter;
use edgescore_probe::{Bytes, Microjoules, Microseconds, Reading};
use edgescore_record::{
    Answer, Ask, Found, Generated, Parser, Plan, PowerEnd, PowerStart, Question, QuestionEnergy,
    Sample, TemplateRow, Think, TraceEnd, WhySkipped,
};
use edgescore_taskpack::{self as taskpack, Kind, Letter};

use crate::error::{Refusal, RunError};
use crate::inference::judging;
use crate::inference::logits;
use crate::inference::prefix_cache::{Prefill, PrefixCache};
use crate::inference::prompt::{AfterTrace, Prompt};
use crate::inference::trace::TraceReader;
use crate::measure::meter::Meter;
use crate::measure::paced::PacedSession;
use edgescore_taskpack::SplitMix64;

/// Why a question has no answer.
pub enum NoAnswer {
    /// This question cannot be answered; the next one may be.
    Skip(WhySkipped),
    /// The run ends.
    Run(RunError),
}

impl<E: Into<RunError>> From<E> for NoAnswer {
    fn from(error: E) -> NoAnswer {
        NoAnswer::Run(error.into())
    }
}

/// Tokens of a warm-up run.
const WARM_UP: usize = 64;

const NOT_FINITE: NoAnswer = NoAnswer::Skip(WhySkipped::LogitsNotFinite);

/// A session that answers questions. Its buffers are made before the first question.
pub struct Answerer<'m> {
    model: &'m Model,
    cache: PrefixCache<'m>,
    max_tokens: u32,
    parser: Parser,
    draws: u8,
    temperature: f32,
    seed: u64,
    /// Logits of the first answer token, kept for the draws that start from them.
    first: Vec<f32>,
    /// The session behind the prompt, for draws from memory that cannot be cut back.
    state: Vec<u8>,
    /// The generated text.
    text: TraceReader<'m>,
    /// Tokens of a trace at most, where it has a limit of its own.
    trace_limit: Option<u32>,
    /// What follows a trace.
    after: Option<AfterTrace>,
    /// What answers follow, where they follow a grammar.
    grammar: Option<&'m str>,
    /// About the last answer.
    notes: Notes,
}

/// What there is to say of an answer besides its row.
#[derive(Clone, Copy, Default)]
pub struct Notes {
    /// The trace before it.
    pub trace: Option<WrittenTrace>,
    /// What the other parser reads, where that is something else.
    pub other: Option<Option<Letter>>,
}

/// A trace that was written.
#[derive(Clone, Copy)]
pub struct WrittenTrace {
    /// Tokens that the model wrote, without those that close the trace in its place.
    pub tokens: u32,
    /// Time.
    pub time: Microseconds,
    /// Energy.
    pub energy: Reading<Microjoules>,
    /// How it ended.
    pub end: TraceEnd,
}

/// A text that was generated.
struct Written {
    generated: Generated,
    energy: Reading<Microjoules>,
    trace: Option<WrittenTrace>,
}

/// How the next token is picked.
enum Pick {
    Greedy,
    Draw(f32, SplitMix64),
}

impl Pick {
    fn next(&mut self, logits: &[f32]) -> Result<Token, NoAnswer> {
        let token = match self {
            Pick::Greedy => logits::greedy(logits),
            Pick::Draw(temperature, rng) => logits::draw(logits, *temperature, rng),
        };
        token.ok_or(NOT_FINITE)
    }
}

/// Whether a text is free.
enum Writer<'m> {
    /// It is.
    Free,
    /// It follows a grammar; the logits that are left.
    Constrained(Grammar<'m>, Vec<f32>),
}

impl Writer<'_> {
    /// The next token. One that a grammar does not allow is picked again among those that it does:
    /// that gives each of them its share of what is allowed, as a pick among them alone would, and
    /// the whole vocabulary is looked at only where the model would leave the grammar.
    fn next(&mut self, pick: &mut Pick, logits: &[f32]) -> Result<Token, NoAnswer> {
        let token = pick.next(logits)?;
        let Writer::Constrained(grammar, left) = self else {
            return Ok(token);
        };
        if grammar.accept(token) {
            return Ok(token);
        }
        left.clear();
        left.extend_from_slice(logits);
        grammar.mask(left);
        let token = pick.next(left)?;
        match grammar.accept(token) {
            true => Ok(token),
            false => Err(NOT_FINITE),
        }
    }
}

impl<'m> Answerer<'m> {
    /// Answers with `session` as `plan` says, prompts of `template`; `after` is what follows a
    /// trace of them.
    pub fn new(
        model: &'m Model,
        session: PacedSession<'m>,
        plan: &Plan,
        template: &TemplateRow<'m>,
        after: Option<AfterTrace>,
    ) -> Answerer<'m> {
        let max_tokens = u32::from(plan.max_tokens.max(1));
        let trace_limit = match template.think {
            Think::Tokens(tokens) => Some(u32::from(tokens)),
            Think::Auto | Think::Off => None,
        };
        Answerer {
            model,
            max_tokens,
            parser: plan.parser,
            draws: plan.draws,
            temperature: f32::from(plan.temperature_milli) / 1000.0,
            seed: plan.seed,
            cache: PrefixCache::new(session, plan.reuse),
            first: Vec::with_capacity(model.facts().vocabulary as usize),
            state: Vec::new(),
            // Tokens of 16 bytes and more are rare; the buffer grows once if need be.
            text: TraceReader::new(
                template.markers,
                template.in_trace,
                16 * (max_tokens + trace_limit.unwrap_or(0)) as usize,
            ),
            trace_limit,
            after,
            grammar: None,
            notes: Notes::default(),
        }
    }

    /// The next answers follow `grammar`, or nothing.
    pub fn follow(&mut self, grammar: Option<&'m str>) {
        self.grammar = grammar;
    }

    /// Tokens the session can hold.
    pub fn context(&self) -> u32 {
        self.cache.context()
    }

    /// Tokens that must stay free behind a prompt in generate mode. The last token is not
    /// computed, only picked.
    fn room(&self) -> u32 {
        trace_room(self.trace_limit, self.after.as_ref()) + self.max_tokens - 1
    }

    /// About the answer that was given last.
    pub fn notes(&self) -> Notes {
        self.notes
    }

    /// The text that was generated last, and the byte where its answer begins.
    pub fn text(&self) -> (&[u8], Option<usize>) {
        self.text.whole()
    }

    /// Runs the start of a prompt until two successive runs took the same time within 2 %, five
    /// at most: the first pages in the weights and wakes the clocks. 64 tokens use every
    /// weight and kernel that a whole batch uses; five batches would take longer than the
    /// first question.
    pub fn warm_up(&mut self, prompt: &[Token]) -> Result<(), DecodeError> {
        let tokens = prompt.get(..WARM_UP).unwrap_or(prompt);
        let shared = &[];
        let mut last = f64::INFINITY;
        for _ in 0..5 {
            let prefill = self.cache.fill(Prompt { tokens, shared })?;
            let seconds = prefill.time.as_secs_f64();
            if (seconds - last).abs() <= 0.02 * last {
                break;
            }
            last = seconds;
        }
        self.cache.clear();
        Ok(())
    }

    /// Bytes that a token adds to what the session holds: 0 where all of it is recurrent state,
    /// and where the prompt is shorter than two tokens.
    pub fn token_bytes(&mut self, prompt: &[Token]) -> Result<Bytes, DecodeError> {
        self.cache.clear();
        let session = self.cache.session();
        let mut bytes = [0; 2];
        for (token, bytes) in prompt.iter().zip(&mut bytes) {
            session.decode(*token)?;
            *bytes = session.state_bytes();
        }
        self.cache.clear();
        let [one, two] = bytes;
        Ok(Bytes(two.saturating_sub(one)))
    }

    /// What measures the phases.
    pub fn meter(&mut self) -> &mut Meter {
        &mut self.cache.session().meter
    }

    /// Where there is a power budget, measures what continuous prefill takes and starts to pace.
    pub fn calibrate(&mut self, prompt: &[Token]) -> Result<(), RunError> {
        self.cache.clear();
        self.cache.session().calibrate(prompt)
    }

    /// The row that says how power is measured and what the budget is.
    pub fn power_row(&mut self) -> PowerStart<'_> {
        self.cache.session().power_row()
    }

    /// The last question has been answered: ends the measurement.
    pub fn finish(self) -> PowerEnd {
        self.cache.into_session().finish()
    }

    /// Letter mode: one forward pass; the letters' logits are the answer.
    pub fn letter(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        prompt: Prompt,
        letters: &[Token],
    ) -> Result<Question, NoAnswer> {
        self.notes = Notes::default();
        self.fits(prompt, 0)?;
        let prefill = self.cache.fill(prompt)?;
        let logits = self.cache.session().logits().unwrap_or_default();
        let (letter, probabilities) = logits::letters(logits, letters).ok_or(NOT_FINITE)?;
        let answer = chosen(ask, question, Some((letter, Found::Logits)))?;
        Ok(Question {
            probabilities: Some(probabilities),
            ..answered(ask, question, answer, prompt, prefill)
        })
    }

    /// Letter mode behind a trace: the model thinks, greedily; then the forced start of an answer is
    /// evaluated.
    pub fn letter_behind_trace(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        prompt: Prompt,
    ) -> Result<Question, NoAnswer> {
        let longest = self
            .after
            .as_ref()
            .map_or(0, |after| after.by_limit.tokens.len() as u32);
        let prefill = self.begin(prompt, self.trace_limit.unwrap_or(0) + longest)?;
        let from = self.meter().edge();
        let start = Instant::now();
        let Written {
            generated, trace, ..
        } = self.write(Pick::Greedy, false, &question.kind)?;
        let Some(after) = &self.after else {
            return Err(NoAnswer::Skip(WhySkipped::LettersNotSeparable));
        };
        let forced = match trace.map(|trace| trace.end) {
            Some(TraceEnd::Limit) => &after.by_limit,
            _ => &after.by_model,
        };
        let session = self.cache.session();
        session.prefill(&forced.tokens)?;
        let logits = session.logits().unwrap_or_default();
        let letters = forced.letters.get(..usize::from(question.options()));
        let letters = letters.unwrap_or_default();
        let (letter, probabilities) = logits::letters(logits, letters).ok_or(NOT_FINITE)?;
        let generated = Generated {
            tokens: generated.tokens + forced.tokens.len() as u32,
            decode: start.elapsed().into(),
        };
        let decode = self.meter().since(from);
        self.notes = Notes { trace, other: None };
        let answer = chosen(ask, question, Some((letter, Found::Logits)))?;
        Ok(Question {
            probabilities: Some(probabilities),
            generated: Some(generated),
            energy: both(prefill.energy, decode),
            ..answered(ask, question, answer, prompt, prefill)
        })
    }

    /// Generate mode: greedy text, parsed.
    pub fn generate(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        prompt: Prompt,
    ) -> Result<Question, NoAnswer> {
        let prefill = self.begin(prompt, self.room())?;
        let session = self.cache.session();
        if self.draws > 0 && question.task.pass_at_k && !session.rewinds() {
            session.save(&mut self.state).map_err(DecodeError::from)?;
        }
        let written = self.write(Pick::Greedy, true, &question.kind)?;
        let answer = self.read(ask, question, &written)?;
        Ok(Question {
            generated: Some(written.generated),
            energy: both(prefill.energy, written.energy),
            ..answered(ask, question, answer, prompt, prefill)
        })
    }

    /// One draw for the question that [`Answerer::generate`] just answered. All draws start
    /// from its prefill.
    pub fn draw(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        prompt: Prompt,
        draw: u8,
    ) -> Result<Sample, NoAnswer> {
        let session = self.cache.session();
        if session.rewinds() {
            // A position fits u32: the context does.
            session.truncate(prompt.tokens.len() as u32);
        } else {
            session.restore(&self.state).map_err(DecodeError::from)?;
        }
        let purpose = (u64::from(ask.question()) << 16)
            | (u64::from(ask.rotation().steps()) << 8)
            | u64::from(draw);
        let rng = SplitMix64::for_purpose(self.seed, purpose + 16);
        let pick = Pick::Draw(self.temperature, rng);
        let written = self.write(pick, true, &question.kind)?;
        let answer = self.read(ask, question, &written)?;
        Ok(Sample {
            ask,
            task: question.task.index,
            draw,
            answer,
            generated: written.generated,
            energy: written.energy,
        })
    }

    /// Computes a prompt that leaves `room`, and keeps the logits behind it.
    fn begin(&mut self, prompt: Prompt, room: u32) -> Result<Prefill, NoAnswer> {
        self.fits(prompt, room)?;
        let prefill = self.cache.fill(prompt)?;
        self.first.clear();
        self.first
            .extend_from_slice(self.cache.session().logits().unwrap_or_default());
        Ok(prefill)
    }

    fn fits(&self, prompt: Prompt, room: u32) -> Result<(), NoAnswer> {
        let needed = (prompt.tokens.len() as u64) + u64::from(room);
        let context = self.context();
        if needed > u64::from(context) {
            return Err(NoAnswer::Skip(WhySkipped::PromptTooLong {
                needed: u32::try_from(needed).unwrap_or(u32::MAX),
                context,
            }));
        }
        Ok(())
    }

    /// Generates from the first logits until the model ends or the tokens are used up; without
    /// `answers`, until the trace ends. A trace that reaches its limit is closed, and the answer
    /// has its own tokens; without a limit, trace and answer share them.
    fn write(&mut self, mut pick: Pick, answers: bool, kind: &Kind) -> Result<Written, NoAnswer> {
        self.text.restart();
        let mut written_by = match self.grammar {
            Some(grammar) => Writer::Constrained(
                Grammar::new(self.model, grammar).map_err(Refusal::data)?,
                Vec::new(),
            ),
            None => Writer::Free,
        };
        let from = self.meter().edge();
        let start = Instant::now();
        let mut trace = None;
        let mut limit = self.max_tokens;
        let mut token = written_by.next(&mut pick, &self.first)?;
        let mut tokens = 1;
        loop {
            let ended = self.model.ends_generation(token);
            let mut closed = false;
            if !ended {
                // The token is of this model's vocabulary: it came from its logits. Marks of a
                // trace and of calls may be control tokens.
                let special =
                    self.after.is_some() || matches!(kind, Kind::Tool(_) | Kind::Turns(_));
                let _ = self.model.piece(token, special, self.text.text());
                closed = self.text.look();
            }
            // A trace is closed once; one that begins again has what is left of the answer's tokens.
            let first_trace = trace.is_none() && self.text.is_inside();
            let trace_limit = self.trace_limit.filter(|_| first_trace);
            let over = trace_limit.is_some_and(|most| ended || tokens >= most);
            if closed || over {
                let session = self.cache.session();
                if !ended {
                    session.decode(token)?;
                }
                let written = tokens;
                if over
                    && answers
                    && let Some(after) = &self.after
                {
                    session.prefill(&after.closing)?;
                    self.text.close_at_limit();
                    tokens += after.closing.len() as u32;
                }
                trace = Some(WrittenTrace {
                    tokens: written,
                    time: start.elapsed().into(),
                    energy: self.meter().since(from),
                    end: if closed {
                        TraceEnd::Model
                    } else {
                        TraceEnd::Limit
                    },
                });
                if self.trace_limit.is_some() {
                    // At most what the context was made for, should a trace have begun late.
                    limit = (tokens + self.max_tokens).min(self.room() + 1);
                }
                if !answers || tokens >= limit {
                    break;
                }
                let logits = self.cache.session().logits().unwrap_or_default();
                token = written_by.next(&mut pick, logits)?;
            } else if ended || (trace_limit.is_none() && tokens >= limit) {
                break;
            } else {
                let session = self.cache.session();
                session.decode(token)?;
                let logits = session.logits().unwrap_or_default();
                token = written_by.next(&mut pick, logits)?;
            }
            tokens += 1;
        }
        let decode: Microseconds = start.elapsed().into();
        let energy = self.meter().since(from);
        if answers && self.text.is_inside() {
            trace = Some(WrittenTrace {
                tokens,
                time: decode,
                energy,
                end: TraceEnd::Never,
            });
        }
        Ok(Written {
            generated: Generated { tokens, decode },
            energy,
            trace,
        })
    }

    /// Reads the answer of the text that was written; a letter by both parsers.
    fn read(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        written: &Written,
    ) -> Result<Answer, NoAnswer> {
        self.notes = Notes {
            trace: written.trace,
            other: None,
        };
        let text = self.text.answer().map(String::from_utf8_lossy);
        let text = text.as_deref().map(str::trim);
        let Some(choice) = question.choice() else {
            let step = usize::from(ask.step());
            return Ok(Answer::Judged(judging::judge(text, &question.kind, step)?));
        };
        let Some(text) = text else {
            let key = choice.shown_key(ask.rotation());
            return Ok(Answer::incomplete(choice.count(), key));
        };
        let read = |parser| letter::read(text, choice.count(), parser);
        let only = |read: Option<(Letter, Found)>| read.map(|(letter, _)| letter);
        let counts = read(self.parser);
        let other = only(read(match self.parser {
            Parser::Strict => Parser::Reference,
            Parser::Reference => Parser::Strict,
        }));
        self.notes.other = (other != only(counts)).then_some(other);
        chosen(ask, question, counts)
    }
}

/// Tokens that a trace with its closing may take.
fn trace_room(limit: Option<u32>, after: Option<&AfterTrace>) -> u32 {
    let closing = after.map_or(0, |after| after.closing.len() as u32);
    limit.map_or(0, |limit| limit.saturating_add(closing))
}

/// Energy of both phases.
fn both(prefill: Reading<Microjoules>, decode: Reading<Microjoules>) -> Reading<QuestionEnergy> {
    prefill.and_then(|prefill| decode.map(|decode| QuestionEnergy { prefill, decode }))
}

/// The letter that was read, if one was, beside the answer key, with the fault that it stands for.
fn chosen(
    ask: Ask,
    question: &taskpack::Question,
    read: Option<(Letter, Found)>,
) -> Result<Answer, NoAnswer> {
    let skip = NoAnswer::Skip(WhySkipped::AsksForText);
    let choice = question.choice().ok_or(skip)?;
    let fault = read.and_then(|(letter, _)| choice.fault(letter, ask.rotation()));
    let key = choice.shown_key(ask.rotation());
    Ok(Answer::new(choice.count(), key, read).with_fault(fault))
}

fn answered(
    ask: Ask,
    question: &taskpack::Question,
    answer: Answer,
    prompt: Prompt,
    prefill: Prefill,
) -> Question {
    Question {
        ask,
        task: question.task.index,
        answer,
        probabilities: None,
        generated: None,
        // A prompt fits u32: it fitted the context.
        prompt_tokens: prompt.tokens.len() as u32,
        cached_tokens: prefill.cached,
        prefill: prefill.time.into(),
        energy: prefill.energy.map(|prefill| QuestionEnergy {
            prefill,
            decode: Microjoules(0),
        }),
    }
}
