//! The questions of a run, asked of a server.

use std::io::Write;
use std::time::Duration;

use edgescore_probe::energy::Edge;
use edgescore_probe::{Bytes, Microseconds, Reading, Reason};
use edgescore_record::{
    Answer, Ask, Found, Generated, Memory, Mode, Parser, PowerEnd, PowerStart, Question,
    QuestionEnergy, Record, Sample, ServerEnd, Stop, ToolsPlace, TraceEnd, VerdictKind,
};
use edgescore_runtime::error::{Refusal, RunError};
use edgescore_runtime::inference::answering::randomness;
use edgescore_runtime::inference::no_answer::NoAnswer;
use edgescore_runtime::inference::prompt::PromptError;
use edgescore_runtime::inference::prompt::messages::{self, Messages};
use edgescore_runtime::inference::prompt::places::Places;
use edgescore_runtime::inference::reading::{self, chosen};
use edgescore_runtime::inference::writing::{Notes, WrittenTrace};
use edgescore_runtime::measure::meter::Meter;
use edgescore_runtime::run::answer_rows::{AnswerRows, Written};
use edgescore_runtime::run::asking::draws;
use edgescore_runtime::run::conversation::with_step;
use edgescore_runtime::run::engine::Answers;
use edgescore_runtime::run::job::Job;
use edgescore_runtime::run::report::Reports;
use edgescore_runtime::stop;
use edgescore_taskpack::{self as taskpack, Kind};
use serde_json::Value;

use crate::client::{Answered, Client, Trouble};
use crate::letters::letters;
use crate::monitor::Monitor;
use crate::{chat, reply::Reply};

/// Requests for one answer at most.
const TRIES: u32 = 3;
/// How long to wait before the second one; twice as long before the next.
const PAUSE: Duration = Duration::from_millis(500);
/// Questions without probabilities of all letters, or whose calls the server cannot read, after which, had none before
/// them, no more are asked for.
const MISSES: u32 = 3;
/// Begins and ends the trace of a reasoning model whose server leaves it in the text.
const TRACE: (&str, &str) = ("<think>", "</think>");

/// A server that answers the questions of a run.
pub struct ServerAnswers<'r> {
    job: &'r Job<'r>,
    places: Places,
    client: Client,
    model: String,
    /// Tokens whose probabilities are asked for.
    top: u16,
    meter: Meter,
    monitor: Option<Monitor>,
    /// Whether the server continues the start of an answer, with probabilities of all letters; `None` while
    /// that is not known.
    continues: Option<bool>,
    /// Whether the server reads the calls of its model; `None` while that is not known.
    reads_calls: Option<bool>,
    /// Questions whose letters were not all among the likeliest tokens, or whose calls the server could not read.
    misses: u32,
    requests: u32,
    retries: u32,
    by_text: u32,
    user: String,
}

/// What a request took, with its energy.
struct Took {
    answered: Answered,
    energy: Reading<QuestionEnergy>,
}

/// A text that was read.
struct Text {
    took: Took,
    bytes: Vec<u8>,
    /// The byte where its answer begins; none if the trace before it did not end.
    answer: Option<usize>,
    notes: Notes,
}

impl<'r> ServerAnswers<'r> {
    /// Asks `model` of `client`, letters by the probabilities of the `top` likeliest tokens, after a request that makes the server load it if it does so on demand.
    ///
    /// # Errors
    /// The server does not answer, or the prompts are of another pack.
    pub fn new(
        job: &'r Job<'r>,
        client: Client,
        (model, top): (String, u16),
        meter: Meter,
        monitor: Option<Monitor>,
    ) -> Result<ServerAnswers<'r>, RunError> {
        let places = Places::new(job.pack, job.prompts).map_err(Refusal::data)?;
        let mut answers = ServerAnswers {
            job,
            places,
            client,
            model,
            top,
            meter,
            monitor,
            continues: None,
            reads_calls: None,
            misses: 0,
            requests: 0,
            retries: 0,
            by_text: 0,
            user: String::new(),
        };
        let hello = vec![("user", "Answer with one word.".to_owned())];
        answers.asked(&chat::text(&answers.model, &hello, &[], 1, None))?;
        (answers.requests, answers.retries) = (0, 0);
        Ok(answers)
    }

    /// The messages of a prompt.
    fn messages(&mut self, ask: Ask, question: &taskpack::Question) -> Result<Messages, NoAnswer> {
        self.user.clear();
        // Writing to a String cannot fail.
        let _ = question.write_user_message(self.job.plan.layout, ask.rotation(), &mut self.user);
        let prompts = self.job.prompts;
        let parts = prompts.parts(self.places.of(ask));
        let parts = parts.ok_or_else(|| Refusal::data(PromptError::OtherPack))?;
        let place = prompts.template().system;
        Ok(messages::of(parts, place, self.job.pack.system(), &self.user).1)
    }

    /// What a server answers to a request that offers functions; none where nothing `is_offered`, or where it fails
    /// at reading the calls of its model (llama-server does), which are then asked for as text.
    fn called(&mut self, body: &Value, is_offered: bool) -> Result<Option<Took>, RunError> {
        if !is_offered || self.reads_calls == Some(false) {
            return Ok(None);
        }
        match self.once(body)? {
            Ok(took) => {
                if !took.answered.reply.calls.is_empty() {
                    self.reads_calls = Some(true);
                }
                Ok(Some(took))
            }
            // Before the stream began, or in it.
            Err(trouble @ (Trouble::Status(500, _) | Trouble::Wrong(_))) => {
                log::warn!("the server {trouble}: calls are read in texts");
                self.misses += 1;
                if self.misses >= MISSES {
                    self.reads_calls.get_or_insert(false);
                }
                Ok(None)
            }
            Err(trouble) if trouble.may_pass() => Ok(Some(self.asked(body)?)),
            Err(trouble) => Err(failed(&trouble)),
        }
    }

    /// The functions that the protocol offers; none where they are told in words.
    fn functions(&self, question: &taskpack::Question) -> Vec<Value> {
        match (&question.kind, self.job.prompts.tools()) {
            (Kind::Tool(tool), Some(ToolsPlace::Template)) => {
                let functions = tool.functions.iter();
                functions
                    .filter_map(|text| serde_json::from_str(text).ok())
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Sends a request, again where that may help.
    fn asked(&mut self, body: &Value) -> Result<Took, RunError> {
        self.tried(body)?.map_err(|trouble| failed(&trouble))
    }

    fn tried(&mut self, body: &Value) -> Result<Result<Took, Trouble>, RunError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match self.once(body)? {
                Err(trouble) if trouble.may_pass() => {
                    log::warn!("the server {trouble}; asking again");
                    self.retries += 1;
                    stop::nap(pause);
                    if stop::is_interrupted() {
                        return Err(RunError::Stopped(Stop::Interrupted));
                    }
                    pause *= 2;
                }
                done => return Ok(done),
            }
        }
        self.once(body)
    }

    fn once(&mut self, body: &Value) -> Result<Result<Took, Trouble>, RunError> {
        let from = self.meter.edge();
        let mut first: Option<Edge> = None;
        let meter = &mut self.meter;
        let answered = self.client.complete(body, || first = Some(meter.edge()))?;
        let to = self.meter.edge();
        let between = |from: Edge, to: Edge| from.until(to).gross();
        let first = first.unwrap_or(to);
        Ok(answered.map(|answered| {
            self.requests += 1;
            let prefill = between(from, first);
            Took {
                energy: prefill.and_then(|prefill| {
                    between(first, to).map(|decode| QuestionEnergy { prefill, decode })
                }),
                answered,
            }
        }))
    }

    /// A text behind `messages`, the likeliest one or draw number `draw`.
    fn text(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        messages: &Messages,
        draw: Option<u8>,
    ) -> Result<Text, RunError> {
        let plan = self.job.plan;
        let temperature = f64::from(plan.temperature_milli) / 1000.0;
        let drawn = draw.map(|draw| (temperature, seed(plan.seed, ask, draw)));
        let functions = self.functions(question);
        let mut body = chat::text(&self.model, messages, &functions, plan.max_tokens, drawn);
        let took = match self.called(&body, !functions.is_empty())? {
            Some(took) => took,
            None => {
                if !functions.is_empty() {
                    chat::forbid_calls(&mut body);
                    self.by_text += u32::from(draw.is_none());
                }
                self.asked(&body)?
            }
        };
        let reply = &took.answered.reply;
        let (bytes, answer) = whole(reply);
        let end = took.answered.thought.unwrap_or(took.answered.whole);
        let trace = (!reply.thought.is_empty()).then(|| WrittenTrace {
            tokens: reply.thought_pieces,
            time: end.saturating_sub(took.answered.first).into(),
            energy: Reading::Missing(Reason::Unsupported),
            end: match answer {
                Some(_) => TraceEnd::Model,
                None => TraceEnd::Never,
            },
        });
        Ok(Text {
            notes: Notes { trace, other: None },
            bytes,
            answer,
            took,
        })
    }

    /// Reads the answer in a text.
    fn read(
        &self,
        ask: Ask,
        question: &taskpack::Question,
        text: &mut Text,
    ) -> Result<Answer, NoAnswer> {
        let answer = text.answer.and_then(|start| text.bytes.get(start..));
        let answer = answer.map(String::from_utf8_lossy);
        let parser: Parser = self.job.plan.parser;
        let read = reading::read(parser, ask, question, answer.as_deref())?;
        text.notes.other = read.other;
        Ok(read.answer)
    }

    /// The greedy answer in a text, with its rows but the last one.
    fn generate<W: Write>(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        messages: &Messages,
        rows: &mut AnswerRows<W>,
    ) -> Result<Question, NoAnswer> {
        let mut text = self.text(ask, question, messages, None)?;
        let answer = self.read(ask, question, &mut text)?;
        rows.note(text.written(), ask, None)?;
        Ok(row(ask, question, answer, &text.took, true))
    }

    fn draw(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        messages: &Messages,
        draw: u8,
    ) -> Result<(Sample, Text), NoAnswer> {
        let mut text = self.text(ask, question, messages, Some(draw))?;
        let answer = self.read(ask, question, &mut text)?;
        let sample = Sample {
            ask,
            task: question.task.index,
            draw,
            answer,
            generated: Generated {
                tokens: tokens(&text.took.answered.reply),
                // The server computes the prompt again, or has it in its cache.
                decode: text.took.answered.whole.into(),
            },
            energy: text.took.energy.map(QuestionEnergy::total),
        };
        Ok((sample, text))
    }

    /// The letter, by the probabilities behind the forced start of an answer, or else in a text.
    fn letter<W: Write>(
        &mut self,
        ask: Ask,
        question: &taskpack::Question,
        messages: &Messages,
        rows: &mut AnswerRows<W>,
    ) -> Result<Question, NoAnswer> {
        if self.continues != Some(false) {
            match self.tried(&chat::letter(&self.model, messages, self.top))? {
                Ok(took) => {
                    let first = &took.answered.reply.first;
                    if let Some((letter, probabilities)) = letters(first, question.options()) {
                        self.continues = Some(true);
                        let answer = chosen(ask, question, Some((letter, Found::Logits)))?;
                        return Ok(Question {
                            probabilities: Some(probabilities),
                            ..row(ask, question, answer, &took, false)
                        });
                    }
                }
                // Reasoning models of llama-server refuse a start of their answer.
                Err(Trouble::Status(400..=499, said)) if self.continues.is_none() => {
                    log::warn!(
                        "the server takes no start of an answer ({said}): letters are read in texts"
                    );
                }
                Err(trouble) => return Err(failed(&trouble).into()),
            }
            self.misses += 1;
            if self.misses >= MISSES {
                self.continues.get_or_insert(false);
            }
        }
        self.by_text += 1;
        self.generate(ask, question, messages, rows)
    }
}

impl Answers for ServerAnswers<'_> {
    fn ask<W: Write>(&mut self, ask: Ask, rows: &mut AnswerRows<W>) -> Result<(), NoAnswer> {
        let plan = self.job.plan;
        let question = self.job.pack.question(ask.question())?;
        let messages = self.messages(ask, &question)?;
        if plan.mode == Mode::Letter {
            let row = self.letter(ask, &question, &messages, rows)?;
            return Ok(rows.answered(row)?);
        }
        let steps = self.job.pack.steps_of(ask.question())?;
        let mut row = self.generate(ask, &question, &messages, rows)?;
        for step in 1..steps {
            let at = Ask::of_step(ask.question(), step);
            let messages = self.messages(at, &question)?;
            let next = self.generate(at, &question, &messages, rows)?;
            row = with_step(Some(row), Question { ask, ..next });
        }
        rows.answered(row)?;
        // The draws of a conversation would each need all of its steps.
        let count = if steps > 1 {
            0
        } else {
            draws(plan, rows, &question)
        };
        for draw in 0..count {
            let (sample, text) = self.draw(ask, &question, &messages, draw)?;
            rows.note(text.written(), ask, Some(draw))?;
            rows.drawn(sample)?;
        }
        Ok(())
    }

    fn first_question(&mut self) {
        if let Some(monitor) = &mut self.monitor {
            monitor.first_question();
        }
    }

    fn meter(&mut self) -> &mut Meter {
        &mut self.meter
    }

    fn power_row(&mut self) -> PowerStart<'_> {
        self.meter.row()
    }

    fn finish<W: Write>(self, reports: &mut Reports<W>) -> Result<(Memory, PowerEnd), RunError> {
        const ELSEWHERE: Reason = Reason::Off;
        let unknown = Reading::Missing(ELSEWHERE);
        let (peak, cpu) = match self.monitor {
            Some(monitor) => monitor.finish(),
            None => (unknown, Reading::Missing(ELSEWHERE)),
        };
        reports.record(&Record::ServerEnd(ServerEnd {
            requests: self.requests,
            retries: self.retries,
            by_text: self.by_text,
            cpu,
        }))?;
        let memory = Memory {
            rss_peak: peak,
            rss_anon: unknown,
            rss_file: unknown,
            major_faults: Reading::Missing(ELSEWHERE),
            cgroup_peak: unknown,
            refaults: Reading::Missing(ELSEWHERE),
            repacked: Bytes(0),
            kv: Bytes(0),
            compute: Bytes(0),
        };
        Ok((memory, self.meter.finish(Microseconds(0))))
    }
}

impl Text {
    fn written(&self) -> Written<'_> {
        Written {
            notes: self.notes,
            text: &self.bytes,
            answer: self.answer,
        }
    }
}

/// The row of an answer; a letter by probabilities has no generated text.
fn row(
    ask: Ask,
    question: &taskpack::Question,
    answer: Answer,
    took: &Took,
    is_text: bool,
) -> Question {
    let Answered {
        reply,
        first,
        whole,
        ..
    } = &took.answered;
    let decode = Microseconds::from(whole.saturating_sub(*first));
    Question {
        ask,
        task: question.task.index,
        answer,
        probabilities: None,
        generated: is_text.then(|| Generated {
            tokens: tokens(reply),
            decode,
        }),
        prompt_tokens: reply.prompt_tokens.unwrap_or(0),
        cached_tokens: reply.cached_tokens.unwrap_or(0),
        prefill: match is_text {
            true => (*first).into(),
            false => (*whole).into(),
        },
        energy: took.energy,
    }
}

/// Tokens that were written: as the server counts them, or else pieces of its stream.
fn tokens(reply: &Reply) -> u32 {
    reply.tokens.unwrap_or(reply.pieces)
}

/// All that was written, and the byte where the answer begins; none where a trace did not end.
fn whole(reply: &Reply) -> (Vec<u8>, Option<usize>) {
    let (open, close) = TRACE;
    let written = reply.written();
    if !reply.thought.is_empty() {
        let trace = format!("{open}{}{close}", reply.thought);
        let start = (!written.is_empty()).then_some(trace.len());
        return ((trace + &written).into_bytes(), start);
    }
    let text = &written;
    let start = match (text.rfind(open), text.rfind(close)) {
        (begins, Some(ends)) if begins.is_none_or(|begins| begins < ends) => {
            Some(ends + close.len())
        }
        (Some(_), _) => None,
        (None, _) => Some(0),
    };
    (written.into_bytes(), start)
}

/// The seed of a draw. Servers take 31 bits and more.
fn seed(seed: u64, ask: Ask, draw: u8) -> u64 {
    randomness(seed, ask, draw).next_u64() & 0x7FFF_FFFF
}

/// The run ends, for the server has this trouble.
fn failed(trouble: &Trouble) -> RunError {
    RunError::Failed(VerdictKind::EngineFailed, format!("the server {trouble}"))
}
