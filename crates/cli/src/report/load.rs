//! From a result file to everything a report says about it.

use std::num::NonZeroU32;
use std::path::Path;

use anyhow::Context;
use edgescore_probe::{Bytes, Reading, Reason};
use edgescore_record::file::ResultFile;
use edgescore_record::{Answer, Mode, Question, Record, VerdictKind};
use edgescore_score::{
    self as score, Evidence, Measured, Missing, Row, Run, Summary, Temperature, tokens_per_second,
};
use edgescore_taskpack::{Layout, Letter};

use crate::failure::Failure;
use crate::files;

/// One run, scored.
pub struct RunSummary {
    /// File name of the model, without its extension.
    pub model: String,
    /// Quantisation as llama.cpp names it; empty if the model was never loaded.
    pub quantisation: String,
    /// Whether the weights are random.
    pub synthetic: bool,
    /// Name of the pack.
    pub pack: String,
    /// How answers were obtained.
    pub mode: Mode,
    /// Order of the prompt's parts.
    pub layout: Layout,
    /// The board and its CPU.
    pub board: String,
    /// Threads used, if the model was loaded.
    pub threads: Option<u16>,
    /// Questions that were planned.
    pub questions: u32,
    /// The task table.
    pub tasks: Vec<TaskInfo>,
    /// Ids of the groups; [`score::Task::group`] is an index into it.
    pub groups: Vec<String>,
    /// The scores.
    pub scores: Summary,
    /// Prefill speed over all questions, in tokens a second.
    pub prefill_tps: Measured<f64>,
    /// Decode speed over all generated tokens, in tokens a second.
    pub decode_tps: Measured<f64>,
    /// Peak resident memory of the runtime.
    pub peak_memory: Measured<Bytes>,
    /// How the run ended, with the detail; `None` if the file was cut off.
    pub verdict: Option<(VerdictKind, String)>,
}

/// One task of the pack.
pub struct TaskInfo {
    /// Short id.
    pub id: String,
    /// Name.
    pub name: String,
}

impl RunSummary {
    /// Questions answered.
    pub fn answered(&self) -> u32 {
        self.scores.accuracy.overall.counted
    }

    /// Questions skipped.
    pub fn skipped(&self) -> u32 {
        self.scores.accuracy.overall.skipped
    }
}

#[derive(Default)]
struct Totals {
    prefill_tokens: u64,
    prefill_us: u64,
    decode_tokens: u64,
    decode_us: u64,
}

/// Reads and scores a result.
pub fn load(path: &Path) -> Result<RunSummary, Failure> {
    let bytes = files::read(path)?;
    ResultFile::parse(&bytes)
        .map_err(anyhow::Error::new)
        .and_then(|file| summarize(&file))
        .with_context(|| path.display().to_string())
        .map_err(Failure::Data)
}

fn summarize(file: &ResultFile) -> anyhow::Result<RunSummary> {
    let mut rows: Vec<Row> = Vec::new();
    let mut score_tasks = Vec::new();
    let mut totals = Totals::default();
    let mut start = None;
    let mut loaded = None;
    let mut tasks = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    let mut peak_memory = Measured::Missing(Missing::Off);
    let mut verdict = None;
    for record in file.records() {
        match record {
            Record::SessionStart(row) => start = Some(row),
            Record::ModelLoaded(row) => loaded = Some(row),
            Record::Task(task) => {
                let group = groups.iter().position(|group| group == task.group);
                let group = group.unwrap_or_else(|| {
                    groups.push(task.group.to_owned());
                    groups.len() - 1
                });
                tasks.push(TaskInfo {
                    id: task.id.to_owned(),
                    name: task.name.to_owned(),
                });
                score_tasks.push(score::Task {
                    group: u8::try_from(group).context("more than 256 groups")?,
                    pass_k: task.pass_at_k,
                });
            }
            Record::Question(question) => {
                totals.add(&question);
                rows.push(answered(&question)?);
            }
            Record::Skipped(skipped) => rows.push(Row {
                question: skipped.ask.question(),
                latency_us: None,
                task: task_index(skipped.task)?,
                gold: score::Letter::A,
                answer: score::Answer::Skipped,
                rotation: skipped.ask.rotation().steps(),
                evidence: Evidence::None,
            }),
            Record::Sample(sample) => {
                totals.decode(sample.generated.tokens, sample.generated.decode.0);
                // Draws follow the row of their question.
                if let Some(row) = rows.last_mut()
                    && row.question == sample.ask.question()
                {
                    row.evidence = one_more_draw(row.evidence, sample.answer.is_correct());
                }
            }
            Record::Memory(memory) => peak_memory = measured(memory.rss_peak),
            Record::Verdict(row) => verdict = Some((row.kind, row.detail.to_owned())),
            Record::SessionEnd(_) => {}
        }
    }
    let start = start.context("the result has no first row")?;
    let temperature = Temperature::new(f64::from(start.temperature_milli.max(1)) / 1000.0)?;
    let run = Run::new(&score_tasks, &rows)?;
    let board = [start.board, start.cpu];
    let model = start.model_file;
    Ok(RunSummary {
        model: model.strip_suffix(".gguf").unwrap_or(model).to_owned(),
        quantisation: loaded.map_or(String::new(), |row| row.quantisation.to_owned()),
        synthetic: loaded.is_some_and(|row| row.synthetic),
        pack: start.pack.to_owned(),
        mode: start.mode,
        layout: start.layout,
        board: board
            .map(str::trim)
            .join(", ")
            .trim_matches([',', ' '])
            .to_owned(),
        threads: loaded.map(|row| row.threads),
        questions: start.asks,
        tasks,
        groups,
        scores: Summary::of(&run, temperature),
        prefill_tps: tokens_per_second(totals.prefill_tokens, totals.prefill_us),
        decode_tps: tokens_per_second(totals.decode_tokens, totals.decode_us),
        peak_memory,
        verdict,
    })
}

impl Totals {
    fn add(&mut self, question: &Question) {
        // Cached tokens took no time.
        let fresh = question
            .prompt_tokens
            .saturating_sub(question.cached_tokens);
        self.prefill_tokens += u64::from(fresh);
        self.prefill_us = self.prefill_us.saturating_add(question.prefill.0);
        if let Some(generated) = question.generated {
            self.decode(generated.tokens, generated.decode.0);
        }
    }

    /// The first token comes out of the prefill: it takes no decode time.
    fn decode(&mut self, tokens: u32, microseconds: u64) {
        self.decode_tokens += u64::from(tokens.saturating_sub(1));
        self.decode_us = self.decode_us.saturating_add(microseconds);
    }
}

fn answered(question: &Question) -> anyhow::Result<Row> {
    let decode = question.generated.map_or(0, |generated| generated.decode.0);
    let latency = question.prefill.0.saturating_add(decode);
    Ok(Row {
        question: question.ask.question(),
        latency_us: NonZeroU32::new(u32::try_from(latency).unwrap_or(u32::MAX)),
        task: task_index(question.task)?,
        gold: letter(question.answer.right()),
        answer: given(question.answer),
        rotation: question.ask.rotation().steps(),
        evidence: match question.probabilities {
            None => Evidence::None,
            Some(probabilities) => Evidence::Letters {
                probabilities: probabilities.letters().map(units),
                mass: units(1.0 - probabilities.outside()),
            },
        },
    })
}

/// A probability in units of 1/65535, which is how it was recorded.
fn units(probability: f64) -> u16 {
    (probability * 65535.0).round() as u16
}

fn one_more_draw(evidence: Evidence, is_correct: bool) -> Evidence {
    let (drawn, correct) = match evidence {
        Evidence::Draws { drawn, correct } => (drawn, correct),
        _ => (0, 0),
    };
    Evidence::Draws {
        drawn: drawn.saturating_add(1),
        correct: correct.saturating_add(u8::from(is_correct)),
    }
}

fn task_index(task: u32) -> anyhow::Result<u8> {
    u8::try_from(task).context("more than 256 tasks")
}

fn given(answer: Answer) -> score::Answer {
    match answer.given() {
        Some(given) => score::Answer::Letter(letter(given)),
        None => score::Answer::Unparsed,
    }
}

fn letter(letter: Letter) -> score::Letter {
    score::Letter::from_index(letter.index())
}

fn measured<T>(reading: Reading<T>) -> Measured<T> {
    match reading {
        Reading::Value(value) => Measured::Value(value),
        Reading::Missing(reason) => Measured::Missing(match reason {
            Reason::Off => Missing::Off,
            Reason::Unsupported => Missing::Unsupported,
            Reason::Denied => Missing::Denied,
            Reason::Stale => Missing::Stale,
            Reason::Error => Missing::Error,
        }),
    }
}
