//! A text while a model writes it: its tokens one after another, its trace, and where it ends.

use edgescore_engine::Token;
use edgescore_probe::{Microjoules, Microseconds, Reading};
use edgescore_record::{Generated, TraceEnd};
use edgescore_taskpack::{Letter, SplitMix64};

use super::logits;
use super::no_answer::{NOT_FINITE, NoAnswer};
use super::prompt::AfterTrace;
use super::trace::TraceReader;
use super::vocabulary::{Follow, Vocabulary};
use crate::error::Refusal;

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

/// How the next token is picked.
pub enum Pick {
    /// The likeliest one.
    Greedy,
    /// Drawn at a temperature.
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
    Constrained(Box<dyn Follow + 'm>, Vec<f32>),
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

/// How a text begins and what belongs to it.
pub struct Beginning<'f, 'm> {
    /// How its tokens are picked.
    pub pick: Pick,
    /// Whether an answer is written, too, and not a trace alone.
    pub answers: bool,
    /// Whether control tokens belong to the text.
    pub special: bool,
    /// What it follows, where it follows a grammar.
    pub grammar: Option<&'m str>,
    /// The logits behind the prompt.
    pub first: &'f [f32],
}

/// What holds for all texts of a run.
pub struct WritingRules<'m> {
    /// Who writes.
    pub model: &'m dyn Vocabulary,
    /// Tokens of an answer at most.
    pub max_tokens: u32,
    /// Tokens of a trace at most, where it has a limit of its own.
    pub trace_limit: Option<u32>,
    /// What follows a trace.
    pub after: Option<AfterTrace>,
}

impl WritingRules<'_> {
    /// Tokens that must stay free behind a prompt. The last token is not computed, only picked.
    pub fn room(&self) -> u32 {
        let closing = self
            .after
            .as_ref()
            .map_or(0, |after| after.closing.len() as u32);
        let trace = self
            .trace_limit
            .map_or(0, |limit| limit.saturating_add(closing));
        trace + self.max_tokens - 1
    }
}

/// A text that is being written, or was.
pub struct Writing<'m> {
    text: TraceReader<'m>,
    pick: Pick,
    writer: Writer<'m>,
    /// Whether an answer is written, too, and not a trace alone.
    answers: bool,
    /// Whether control tokens are part of the text: marks of traces and calls may be such tokens.
    special: bool,
    token: Token,
    /// Written so far, the picked one included.
    tokens: u32,
    limit: u32,
    /// To be computed before the next one is picked.
    next: Vec<Token>,
    /// Computed for it so far.
    computed: u32,
    /// The trace has just ended; its time is not known yet.
    trace_is_new: bool,
    /// Logits were no numbers: it is no text.
    lost: bool,
    /// About it.
    pub notes: Notes,
}

impl<'m> Writing<'m> {
    /// A place for texts that are read by `text`.
    pub fn new(text: TraceReader<'m>) -> Writing<'m> {
        Writing {
            text,
            pick: Pick::Greedy,
            writer: Writer::Free,
            answers: true,
            special: false,
            token: Token(0),
            tokens: 0,
            limit: 0,
            next: Vec::new(),
            computed: 0,
            trace_is_new: false,
            lost: false,
            notes: Notes::default(),
        }
    }

    /// Begins another text.
    pub fn begin(
        &mut self,
        rules: &WritingRules<'m>,
        beginning: Beginning<'_, 'm>,
    ) -> Result<(), NoAnswer> {
        self.text.restart();
        self.pick = beginning.pick;
        self.writer = match beginning.grammar {
            Some(grammar) => Writer::Constrained(
                rules.model.grammar(grammar).map_err(Refusal::data)?,
                Vec::new(),
            ),
            None => Writer::Free,
        };
        self.answers = beginning.answers;
        self.special = beginning.special || rules.after.is_some();
        self.tokens = 0;
        self.limit = rules.max_tokens;
        self.computed = 0;
        self.trace_is_new = false;
        self.lost = false;
        self.notes = Notes::default();
        self.pick(beginning.first)
    }

    /// Picks the next token by the logits behind what was computed, or is lost where they are no
    /// numbers.
    pub fn pick(&mut self, logits: &[f32]) -> Result<(), NoAnswer> {
        match self.writer.next(&mut self.pick, logits) {
            Ok(token) => {
                self.token = token;
                self.tokens += 1;
            }
            Err(NoAnswer::Skip(_)) => self.lost = true,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether logits were no numbers, so that it is no text.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Reads the picked token: what is to be computed next lies in [`Writing::to_compute`]. False where
    /// nothing is to be picked behind that.
    ///
    /// The text ends where the model ends it or its tokens are used up; without an answer, where the
    /// trace ends. A trace that reaches its limit is closed, and the answer has its own tokens;
    /// without a limit, trace and answer share them.
    pub fn advance(&mut self, rules: &WritingRules) -> bool {
        self.next.clear();
        if self.lost {
            return false;
        }
        let ended = rules.model.ends_generation(self.token);
        let mut closed = false;
        if !ended {
            let text = self.text.text();
            rules.model.piece(self.token, self.special, text);
            closed = self.text.look();
        }
        // A trace is closed once; one that begins again has what is left of the answer's tokens.
        let first_trace = self.notes.trace.is_none() && self.text.is_inside();
        let trace_limit = rules.trace_limit.filter(|_| first_trace);
        let over = trace_limit.is_some_and(|most| ended || self.tokens >= most);
        if !closed && !over {
            let goes_on = !ended && (trace_limit.is_some() || self.tokens < self.limit);
            if goes_on {
                self.next.push(self.token);
            }
            return goes_on;
        }
        if !ended {
            self.next.push(self.token);
        }
        self.end_trace(match closed {
            true => TraceEnd::Model,
            false => TraceEnd::Limit,
        });
        if over
            && self.answers
            && let Some(after) = &rules.after
        {
            self.next.extend_from_slice(&after.closing);
            self.text.close_at_limit();
            self.tokens += after.closing.len() as u32;
        }
        if rules.trace_limit.is_some() {
            // At most what the context was made for, should a trace have begun late.
            self.limit = (self.tokens + rules.max_tokens).min(rules.room() + 1);
        }
        self.answers && self.tokens < self.limit && !self.next.is_empty()
    }

    /// The trace ends with the token that was picked last.
    fn end_trace(&mut self, end: TraceEnd) {
        self.trace_is_new = true;
        self.notes.trace = Some(WrittenTrace {
            tokens: self.tokens,
            time: Microseconds(0),
            energy: Reading::Value(Microjoules(0)),
            end,
        });
    }

    /// The tokens that are to be computed now.
    pub fn to_compute(&self) -> &[Token] {
        &self.next
    }

    /// They have been, `time` and `energy` after the text began.
    pub fn computed(&mut self, spent: impl FnOnce() -> (Microseconds, Reading<Microjoules>)) {
        self.computed += self.next.len() as u32;
        if let Some(trace) = &mut self.notes.trace
            && std::mem::take(&mut self.trace_is_new)
        {
            (trace.time, trace.energy) = spent();
        }
    }

    /// The text has ended, after `decode` and `energy`.
    pub fn end(&mut self, decode: Microseconds, energy: Reading<Microjoules>) -> Generated {
        if self.answers && self.text.is_inside() {
            self.notes.trace = Some(WrittenTrace {
                tokens: self.tokens,
                time: decode,
                energy,
                end: TraceEnd::Never,
            });
        }
        Generated {
            tokens: self.tokens,
            decode,
        }
    }

    /// The text has ended, and this is its share of what several texts took together. A trace has the
    /// share of its tokens.
    pub fn end_together(
        &mut self,
        decode: Microseconds,
        energy: Reading<Microjoules>,
    ) -> Generated {
        let tokens = self.tokens.max(1);
        if let Some(trace) = &mut self.notes.trace {
            let of_trace = |all: u64| all * u64::from(trace.tokens) / u64::from(tokens);
            trace.time = Microseconds(of_trace(decode.0));
            trace.energy = energy.map(|energy| Microjoules(of_trace(energy.0)));
        }
        self.end(decode, energy)
    }

    /// Tokens that were computed for it.
    pub fn work(&self) -> u32 {
        self.computed
    }

    /// The answer; none if its trace did not end.
    pub fn answer(&self) -> Option<&[u8]> {
        self.text.answer()
    }

    /// The whole text, and the byte where its answer begins; none if its trace did not end.
    pub fn text(&self) -> (&[u8], Option<usize>) {
        self.text.whole()
    }
}
