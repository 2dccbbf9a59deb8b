//! Asking a model a question: letter mode and generate mode.

pub mod gathered;

use std::time::Instant;

use edgescore_engine::Token;
use edgescore_probe::{Bytes, Microjoules, Reading};
use edgescore_record::{
    Answer, Ask, Found, Generated, Parser, Plan, PowerEnd, PowerStart, Question, QuestionEnergy,
    Sample, TemplateRow, Think, TraceEnd, WhySkipped,
};
use edgescore_taskpack::{self as taskpack, Kind, SplitMix64};

use super::logits;
use super::no_answer::{NOT_FINITE, NoAnswer, skipped};
use super::prefix_cache::{Prefill, PrefixCache};
use super::prompt::{AfterTrace, Prompt};
use super::reading::{self, chosen};
use super::texts::{self, Spent, Start};
use super::trace::TraceReader;
use super::vocabulary::Vocabulary;
use super::waiting::Waiting;
use super::writing::{Beginning, Pick, Writing, WritingRules};
use crate::decoder::Decoder;
use crate::error::RunError;
use crate::measure::meter::Meter;
use crate::measure::paced::PacedSession;

/// Tokens of a warm-up run.
const WARM_UP: usize = 64;

/// A session that answers questions. Its buffers are made before the first question.
pub struct Answerer<'m, S> {
    cache: PrefixCache<S>,
    rules: WritingRules<'m>,
    parser: Parser,
    temperature: f32,
    seed: u64,
    /// Logits of the first answer token, kept for the draws that start from them.
    first: Vec<f32>,
    /// The session behind the prompt, for draws from memory that cannot be cut back.
    state: Vec<u8>,
    /// The answer that counts, or the trace before a letter.
    greedy: Writing<'m>,
    /// Texts that are written together: the draws of the last question, or what was gathered.
    together: Vec<Writing<'m>>,
    /// Questions whose texts are to be written together.
    waiting: Vec<Waiting<'m>>,
    /// What the next answers follow.
    grammar: Option<&'m str>,
}

impl<'m, S: Decoder> Answerer<'m, S> {
    /// Answers with `session` as `plan` says, prompts of `template`; `after` is what follows a
    /// trace of them.
    pub fn new(
        model: &'m dyn Vocabulary,
        session: PacedSession<S>,
        plan: &Plan,
        template: &TemplateRow<'m>,
        after: Option<AfterTrace>,
    ) -> Answerer<'m, S> {
        let max_tokens = u32::from(plan.max_tokens.max(1));
        let trace_limit = match template.think {
            Think::Tokens(tokens) => Some(u32::from(tokens)),
            Think::Auto | Think::Off => None,
        };
        // Tokens of 16 bytes and more are rare; the buffer grows once if need be.
        let bytes = 16 * (max_tokens + trace_limit.unwrap_or(0)) as usize;
        let writing = || Writing::new(TraceReader::new(template.markers, template.in_trace, bytes));
        let together = u32::from(plan.draws).max(session.shape().sequences - 1);
        Answerer {
            parser: plan.parser,
            temperature: f32::from(plan.temperature_milli) / 1000.0,
            seed: plan.seed,
            cache: PrefixCache::new(session, plan.reuse),
            first: Vec::with_capacity(model.count() as usize),
            state: Vec::new(),
            greedy: writing(),
            together: (0..together).map(|_| writing()).collect(),
            waiting: Vec::new(),
            grammar: None,
            rules: WritingRules {
                model,
                max_tokens,
                trace_limit,
                after,
            },
        }
    }

    /// The next answers follow `grammar`, or nothing.
    pub fn follow(&mut self, grammar: Option<&'m str>) {
        self.grammar = grammar;
    }

    /// Tokens the session can hold.
    pub fn context(&self) -> u32 {
        self.cache.shape().context
    }

    /// The text that was written last, and what there is to say of it.
    pub fn written(&self) -> &Writing<'m> {
        &self.greedy
    }

    /// A text of those that were written together last: of a question's draws the one of this number, or
    /// where the answer of a question that was gathered says.
    pub fn together(&self, place: usize) -> Option<&Writing<'m>> {
        self.together.get(place)
    }

    /// Runs the start of a prompt until two successive runs took the same time within 2 %, five
    /// at most: the first pages in the weights and wakes the clocks. 64 tokens use every
    /// weight and kernel that a whole batch uses; five batches would take longer than the
    /// first question.
    pub fn warm_up(&mut self, prompt: &[Token]) -> Result<(), RunError> {
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
    pub fn token_bytes(&mut self, prompt: &[Token]) -> Result<Bytes, RunError> {
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
        self.fits(prompt, 0)?;
        let prefill = self.cache.fill(prompt)?;
        let logits = self.cache.session().logits().unwrap_or_default();
        let (letter, probabilities) = logits::letters(logits, letters).ok_or(NOT_FINITE)?;
        let answer = chosen(ask, question, Some((letter, Found::Logits)))?;
        Ok(Question {
            probabilities: Some(probabilities),
            ..answered(ask, question, answer, length(prompt), prefill)
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
        let closing = |after: &AfterTrace| after.by_limit.tokens.len() as u32;
        let longest = self.rules.after.as_ref().map_or(0, closing);
        let limit = self.rules.trace_limit.unwrap_or(0);
        let prefill = self.begin(prompt, limit + longest)?;
        let from = self.meter().edge();
        let start = Instant::now();
        let written = self.write(false, &question.kind)?;
        let Some(after) = &self.rules.after else {
            return Err(NoAnswer::Skip(WhySkipped::LettersNotSeparable));
        };
        let forced = match self.greedy.notes.trace.map(|trace| trace.end) {
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
            tokens: written.generated.tokens + forced.tokens.len() as u32,
            decode: start.elapsed().into(),
        };
        let decode = self.meter().since(from);
        let answer = chosen(ask, question, Some((letter, Found::Logits)))?;
        Ok(Question {
            probabilities: Some(probabilities),
            generated: Some(generated),
            energy: both(prefill.energy, decode),
            ..answered(ask, question, answer, length(prompt), prefill)
        })
    }

    /// Generate mode: greedy text, parsed.
    pub fn generate(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        prompt: Prompt,
    ) -> Result<Question, NoAnswer> {
        let prefill = self.begin(prompt, self.rules.room())?;
        let session = self.cache.session();
        if !self.together.is_empty() && question.task.pass_at_k && !session.rewinds() {
            session.save(&mut self.state)?;
        }
        let written = self.write(true, &question.kind)?;
        let answer = read(self.parser, ask, question, &mut self.greedy)?;
        Ok(Question {
            generated: Some(written.generated),
            energy: both(prefill.energy, written.energy),
            ..answered(ask, question, answer, length(prompt), prefill)
        })
    }

    /// `count` draws for the question that [`Answerer::generate`] just answered, at most as many as
    /// the run has; those of which the logits were no numbers are none. All start from its prefill,
    /// and as many as the session has sequences for go on together: then each has its share of their
    /// time and energy, by the tokens that were computed for it.
    pub fn draw(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        prompt: Prompt,
        count: u8,
    ) -> Result<Vec<Option<Sample>>, NoAnswer> {
        let at_once = self.cache.session().shape().sequences.saturating_sub(1);
        let mut samples = Vec::with_capacity(usize::from(count));
        let mut from: u8 = 0;
        while from < count {
            let some = at_once.clamp(1, u32::from(count - from)) as u8;
            self.go_back(prompt)?;
            let (first, grammar) = (&self.first, self.grammar);
            let (temperature, seed) = (self.temperature, self.seed);
            let beginning = |draw| Beginning {
                pick: Pick::Draw(temperature, randomness(seed, ask, draw)),
                answers: true,
                special: has_calls(&question.kind),
                grammar,
                first,
            };
            let places = usize::from(from)..usize::from(from + some);
            let writings = self.together.get_mut(places).unwrap_or_default();
            let begun = (from..).map(beginning).zip(&mut *writings);
            let session = self.cache.session();
            let all = match at_once {
                // One, then, since another would begin where it ended.
                0 => begun
                    .map(|(beginning, text)| {
                        let spent = texts::alone(session, &self.rules, beginning, text);
                        Ok(skipped(spent)?.ok())
                    })
                    .collect::<Result<_, RunError>>()?,
                _ => {
                    let since = Start::now(session);
                    for (beginning, text) in begun {
                        text.begin(&self.rules, beginning)?;
                    }
                    session.fork(1..1 + u32::from(some));
                    texts::together(session, &self.rules, since, writings)?
                }
            };
            for ((draw, writing), spent) in (from..).zip(writings).zip(all) {
                let Some(Spent { generated, energy }) = spent else {
                    samples.push(None);
                    continue;
                };
                samples.push(Some(Sample {
                    ask,
                    task: question.task.index,
                    draw,
                    answer: read(self.parser, ask, question, writing)?,
                    generated,
                    energy,
                }));
            }
            from += some;
        }
        Ok(samples)
    }

    /// Goes back to the end of `prompt`, which was computed last.
    fn go_back(&mut self, prompt: Prompt) -> Result<(), NoAnswer> {
        let session = self.cache.session();
        if session.rewinds() {
            // A position fits u32: the context does.
            session.truncate(prompt.tokens.len() as u32);
        } else {
            session.restore(&self.state)?;
        }
        Ok(())
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

    /// Writes the likeliest text from the first logits on.
    fn write(&mut self, answers: bool, kind: &Kind) -> Result<Spent, NoAnswer> {
        let beginning = Beginning {
            pick: Pick::Greedy,
            answers,
            special: has_calls(kind),
            grammar: self.grammar,
            first: &self.first,
        };
        let session = self.cache.session();
        texts::alone(session, &self.rules, beginning, &mut self.greedy)
    }
}

/// The random numbers of a draw.
pub fn randomness(seed: u64, ask: Ask, draw: u8) -> SplitMix64 {
    let purpose = (u64::from(ask.question()) << 16)
        | (u64::from(ask.rotation().steps()) << 8)
        | u64::from(draw);
    SplitMix64::for_purpose(seed, purpose + 16)
}

/// Whether calls are asked for: their marks may be control tokens.
fn has_calls(kind: &Kind) -> bool {
    matches!(kind, Kind::Tool(_) | Kind::Turns(_))
}

/// Reads the answer of a text that was written.
fn read(
    parser: Parser,
    ask: Ask,
    question: &taskpack::Question,
    writing: &mut Writing,
) -> Result<Answer, NoAnswer> {
    let text = writing.answer().map(String::from_utf8_lossy);
    let read = reading::read(parser, ask, question, text.as_deref())?;
    writing.notes.other = read.other;
    Ok(read.answer)
}

/// Tokens of a prompt that fitted the context, so they fit u32.
fn length(prompt: Prompt) -> u32 {
    prompt.tokens.len() as u32
}

/// Energy of both phases.
fn both(prefill: Reading<Microjoules>, decode: Reading<Microjoules>) -> Reading<QuestionEnergy> {
    prefill.and_then(|prefill| decode.map(|decode| QuestionEnergy { prefill, decode }))
}

fn answered(
    ask: Ask,
    question: &taskpack::Question,
    answer: Answer,
    prompt_tokens: u32,
    prefill: Prefill,
) -> Question {
    Question {
        ask,
        task: question.task.index,
        answer,
        probabilities: None,
        generated: None,
        prompt_tokens,
        cached_tokens: prefill.cached,
        prefill: prefill.time.into(),
        energy: prefill.energy.map(|prefill| QuestionEnergy {
            prefill,
            decode: Microjoules(0),
        }),
    }
}
