//! Asking a model one question: letter mode and generate mode.

use std::time::Instant;

use edgescore_engine::{DecodeError, Model, Token};
use edgescore_probe::{Bytes, Microjoules, Reading};
use edgescore_record::{
    Answer, Ask, Found, Generated, Plan, PowerEnd, PowerStart, Question, QuestionEnergy, Sample,
    WhySkipped,
};
use edgescore_taskpack::{self as taskpack, Letter};

use crate::error::RunError;
use crate::inference::logits;
use crate::inference::parse;
use crate::inference::prefix_cache::{Prefill, PrefixCache};
use crate::inference::prompt::Prompt;
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
    draws: u8,
    temperature: f32,
    seed: u64,
    /// Logits of the first answer token, kept for the draws that start from them.
    first: Vec<f32>,
    /// The session behind the prompt, for draws from memory that cannot be cut back.
    state: Vec<u8>,
    text: Vec<u8>,
}

/// A text that was generated.
struct Completed {
    choice: Option<(Letter, Found)>,
    generated: Generated,
    energy: Reading<Microjoules>,
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

impl<'m> Answerer<'m> {
    /// Answers with `session` as `plan` says.
    pub fn new(model: &'m Model, session: PacedSession<'m>, plan: &Plan) -> Answerer<'m> {
        let max_tokens = u32::from(plan.max_tokens.max(1));
        Answerer {
            model,
            max_tokens,
            draws: plan.draws,
            temperature: f32::from(plan.temperature_milli) / 1000.0,
            seed: plan.seed,
            cache: PrefixCache::new(session, plan.reuse),
            first: Vec::with_capacity(model.facts().vocabulary as usize),
            state: Vec::new(),
            // Tokens of 16 bytes and more are rare; the buffer grows once if need be.
            text: Vec::with_capacity(16 * max_tokens as usize),
        }
    }

    /// Tokens the session can hold.
    pub fn context(&self) -> u32 {
        self.cache.context()
    }

    /// Tokens that must stay free behind a prompt in generate mode. The last token is not
    /// computed, only picked.
    fn room(&self) -> u32 {
        self.max_tokens - 1
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

    /// Letter mode: one forward pass; the four letters' logits are the answer.
    pub fn letter(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        prompt: Prompt,
        letters: [Token; 4],
    ) -> Result<Question, NoAnswer> {
        self.fits(prompt, 0)?;
        let prefill = self.cache.fill(prompt)?;
        let logits = self.cache.session().logits().unwrap_or_default();
        let (letter, probabilities) = logits::letters(logits, letters).ok_or(NOT_FINITE)?;
        Ok(Question {
            probabilities: Some(probabilities),
            ..answered(
                ask,
                question,
                Some((letter, Found::Logits)),
                prompt,
                prefill,
            )
        })
    }

    /// Generate mode: greedy text, parsed.
    pub fn generate(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        prompt: Prompt,
    ) -> Result<Question, NoAnswer> {
        self.fits(prompt, self.room())?;
        let prefill = self.cache.fill(prompt)?;
        self.first.clear();
        let session = self.cache.session();
        self.first
            .extend_from_slice(session.logits().unwrap_or_default());
        if self.draws > 0 && question.task.pass_at_k && !session.rewinds() {
            session.save(&mut self.state).map_err(DecodeError::from)?;
        }
        let Completed {
            choice,
            generated,
            energy: decode,
        } = self.complete(Pick::Greedy)?;
        let energy = prefill.energy;
        Ok(Question {
            generated: Some(generated),
            energy: energy
                .and_then(|prefill| decode.map(|decode| QuestionEnergy { prefill, decode })),
            ..answered(ask, question, choice, prompt, prefill)
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
        let Completed {
            choice,
            generated,
            energy,
        } = self.complete(pick)?;
        Ok(Sample {
            ask,
            task: question.task.index,
            draw,
            answer: judged(ask, question, choice),
            generated,
            energy,
        })
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

    /// Generates from the first logits until the model ends or the tokens are used up.
    fn complete(&mut self, mut pick: Pick) -> Result<Completed, NoAnswer> {
        self.text.clear();
        let from = self.meter().edge();
        let start = Instant::now();
        let mut token = pick.next(&self.first)?;
        let mut tokens = 1;
        while !self.model.ends_generation(token) {
            // The token is of this model's vocabulary: it came from its logits.
            let _ = self.model.piece(token, false, &mut self.text);
            if tokens == self.max_tokens {
                break;
            }
            let session = self.cache.session();
            session.decode(token)?;
            token = pick.next(session.logits().unwrap_or_default())?;
            tokens += 1;
        }
        let decode = start.elapsed().into();
        let energy = self.meter().since(from);
        let choice = parse::answer(String::from_utf8_lossy(&self.text).trim());
        Ok(Completed {
            choice,
            generated: Generated { tokens, decode },
            energy,
        })
    }
}

/// The choice beside the answer key, with the fault that it stands for.
fn judged(ask: Ask, question: &taskpack::Question, choice: Option<(Letter, Found)>) -> Answer {
    let key = ask.rotation().shown(question.key);
    let fault = choice.and_then(|(letter, _)| question.fault(letter, ask.rotation()));
    Answer::new(key, choice).with_fault(fault)
}

fn answered(
    ask: Ask,
    question: &taskpack::Question,
    choice: Option<(Letter, Found)>,
    prompt: Prompt,
    prefill: Prefill,
) -> Question {
    Question {
        ask,
        task: question.task.index,
        answer: judged(ask, question, choice),
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
