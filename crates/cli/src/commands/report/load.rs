//! From result files to runs that are scored.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Context;
use edgescore_probe::{Bytes, Hertz, Reading, Reason};
use edgescore_record::file::ResultFile;
use edgescore_record::{Memory, Mode, Origin, Question, Record, Stop, VerdictKind};
use edgescore_score::{
    self as score, Energy, Estimate, Evidence, Faults, Row, Run, Summary, Temperature,
    stopped_accuracy, tokens_per_second,
};
use edgescore_taskpack::{Fault, Hash, Layout, Letter, Rotation};
use serde_json::{Map, Value};

use super::asked::{Asked, Collector, Draws};
use super::facts;
use super::memory::MemoryFacts;
use super::power::{self, Energies, PowerFacts};
use super::roofline::{DecodeWork, RooflineFacts};
use crate::failure::Failure;
use crate::files;

/// One run, scored.
pub struct RunSummary {
    /// The result file, as it was named.
    pub file: String,
    /// First 16 digits of the SHA-256 of the result file: names the run in tables of questions.
    pub id: String,
    /// File name of the model, without its extension.
    pub model: String,
    /// Quantisation as llama.cpp names it; empty if the model was never loaded.
    pub quantisation: String,
    /// Whether the weights are random.
    pub origin: Origin,
    /// Name of the pack.
    pub pack: String,
    /// The pack's hash.
    pub pack_hash: Hash,
    /// SHA-256 of the model file.
    pub model_hash: Hash,
    /// SHA-256 of the chat template, if the model was loaded.
    pub template_hash: Option<Hash>,
    /// How answers were obtained.
    pub mode: Mode,
    /// Order of the prompt's parts.
    pub layout: Layout,
    /// The board and its CPU.
    pub board: String,
    /// Threads used, if the model was loaded.
    pub threads: Option<u16>,
    /// Highest CPU clock that was allowed.
    pub max_clock: Reading<Hertz>,
    /// Questions that were planned, each counted once however often it is turned.
    pub questions: u32,
    /// Provenance.
    pub facts: Map<String, Value>,
    /// The task table.
    pub tasks: Vec<TaskInfo>,
    /// Ids of the groups; [`score::ScoredTask::group`] is an index into it.
    pub groups: Vec<String>,
    /// The task table as the scores take it.
    pub score_tasks: Vec<score::ScoredTask>,
    /// The rows in the order of asking.
    pub rows: Vec<Row>,
    /// The scores.
    pub scores: Summary,
    /// Faults of the wrong letters, in the pack's own order of options.
    pub faults: Reading<Faults>,
    /// pass@1 with the interval that fits how the run ended: Wilson's, or that of the
    /// confidence sequence that stopped it.
    pub pass_at_1: Reading<Estimate>,
    /// Whether the run was ended by what it showed.
    pub stopped_early: bool,
    /// Prefill speed over all questions, in tokens a second.
    pub prefill_tps: Reading<f64>,
    /// Decode speed over all generated tokens, in tokens a second.
    pub decode_tps: Reading<f64>,
    /// How close prefill and decode came to the machine.
    pub roofline: RooflineFacts,
    /// Peak resident memory of the runtime.
    pub peak_memory: Reading<Bytes>,
    /// Mean energy of a counted question.
    pub energy: Reading<Energy>,
    /// Mean power while answering, in watts.
    pub power_w: Reading<f64>,
    /// The block `energy` of the JSON report.
    pub energy_json: Value,
    /// What is known about power.
    pub power: PowerFacts,
    /// Memory that the run used, if it came to its end.
    pub memory: Option<Memory>,
    /// The block `memory` of the JSON report.
    pub memory_json: Value,
    /// Peak memory, estimate and budget, for people.
    pub memory_text: String,
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

    /// The rows as the scores take them.
    pub fn run(&self) -> Result<Run<'_>, Failure> {
        Run::new(&self.score_tasks, &self.rows).map_err(Failure::data)
    }

    /// Model and quantisation.
    pub fn name(&self) -> String {
        match self.quantisation.as_str() {
            "" => self.model.clone(),
            quantisation => format!("{} ({quantisation})", self.model),
        }
    }

    /// Median latency in seconds.
    pub fn latency_s(&self) -> Reading<f64> {
        self.scores.latency.median_us.map(|us| us / 1e6)
    }

    /// Mean time of an answer in seconds, draws left out.
    pub fn answer_s(&self) -> Reading<f64> {
        let times = self.rows.iter().filter_map(|row| row.latency_us);
        let (count, sum) = times.fold((0u32, 0.0), |(count, sum), us| {
            (count + 1, sum + f64::from(us.get()))
        });
        match count {
            0 => Reading::Missing(Reason::NoRows),
            count => Reading::Value(sum / 1e6 / f64::from(count)),
        }
    }

    /// Peak memory in GiB.
    pub fn memory_gib(&self) -> Reading<f64> {
        self.peak_memory
            .map(|bytes| bytes.0 as f64 / f64::from(1 << 30))
    }
}

/// Reads and scores results, on all CPUs, in the order given.
pub fn load_all(paths: &[PathBuf]) -> Result<Vec<RunSummary>, Failure> {
    let next = AtomicUsize::new(0);
    let loaded = Mutex::new(Vec::with_capacity(paths.len()));
    let threads = thread::available_parallelism().map_or(1, |n| n.get());
    thread::scope(|scope| {
        for _ in 0..threads.min(paths.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(index) else { break };
                    let run = load(path);
                    let mut loaded = loaded.lock().unwrap_or_else(|e| e.into_inner());
                    loaded.push((index, run));
                }
            });
        }
    });
    let mut loaded = loaded.into_inner().unwrap_or_else(|e| e.into_inner());
    loaded.sort_unstable_by_key(|(index, _)| *index);
    loaded.into_iter().map(|(_, run)| run).collect()
}

/// Reads and scores a result.
pub fn load(path: &Path) -> Result<RunSummary, Failure> {
    read(path, |file, id| summarize(file, path, id))
}

/// Reads a result and hands it on with its id.
pub fn read<T>(
    path: &Path,
    with: impl FnOnce(&ResultFile, String) -> anyhow::Result<T>,
) -> Result<T, Failure> {
    let bytes = files::read(path)?;
    let mut id = Hash::of(&bytes).to_string();
    id.truncate(16);
    ResultFile::parse(&bytes)
        .map_err(anyhow::Error::new)
        .and_then(|file| with(&file, id))
        .with_context(|| path.display().to_string())
        .map_err(Failure::Data)
}

fn summarize(file: &ResultFile, path: &Path, id: String) -> anyhow::Result<RunSummary> {
    let mut collector = Collector::default();
    let mut score_tasks = Vec::new();
    let mut start = None;
    let mut loaded = None;
    let mut tasks = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    let mut memory = MemoryFacts::default();
    let mut verdict = None;
    let mut roofline = None;
    let mut power = power::Collector::default();
    for record in file.records() {
        power.take(&record);
        memory.take(&record);
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
                score_tasks.push(score::ScoredTask {
                    group: u8::try_from(group).context("more than 256 groups")?,
                    pass_k: task.pass_at_k,
                });
            }
            Record::Roofline(row) => roofline = Some(row),
            Record::Verdict(row) => verdict = Some((row.kind, row.detail.to_owned())),
            row => collector.take(&row),
        }
    }
    let start = start.context("the result has no first row")?;
    let asked = collector.asked;
    let rows = asked.iter().map(row).collect::<anyhow::Result<Vec<_>>>()?;
    let temperature = Temperature::new(f64::from(start.temperature_milli.max(1)) / 1000.0)?;
    let run = Run::new(&score_tasks, &rows)?;
    let scores = Summary::of(&run, temperature);
    let questions = start.asks / if start.rotate { 4 } else { 1 };
    let stopped_early = file.end().and_then(|end| end.stop) == Some(Stop::Decided);
    let pass_at_1 = if stopped_early {
        stopped_accuracy(&run, questions)?
    } else {
        scores.accuracy.overall.accuracy()
    };
    let totals = Totals::of(&asked);
    let faults = Faults::of(asked.iter().filter_map(wrong));
    let power = power.facts();
    let mut facts = facts::of_start(&start);
    facts.extend(loaded.iter().flat_map(facts::of_model));
    facts.extend(file.end().iter().flat_map(facts::of_end));
    let model = start.model_file;
    let quantisation = loaded.map_or("", |row| row.quantisation);
    let prefill_tps = tokens_per_second(totals.prefill_tokens, totals.prefill_us);
    Ok(RunSummary {
        file: path.display().to_string(),
        id,
        model: model.strip_suffix(".gguf").unwrap_or(model).to_owned(),
        quantisation: quantisation.to_owned(),
        origin: loaded.map_or(Origin::Given, |row| row.origin),
        pack: start.pack.to_owned(),
        pack_hash: start.pack_hash,
        model_hash: start.model_hash,
        template_hash: loaded.map(|row| row.template_hash),
        mode: start.mode,
        layout: start.layout,
        board: board(start.board, start.cpu),
        threads: loaded.map(|row| row.threads),
        max_clock: start.clock,
        questions,
        facts,
        tasks,
        groups,
        score_tasks,
        scores,
        faults,
        pass_at_1,
        stopped_early,
        prefill_tps,
        decode_tps: tokens_per_second(totals.decode_tokens, totals.decode_us),
        roofline: RooflineFacts::of(
            roofline.as_ref(),
            quantisation,
            prefill_tps,
            totals.decoded,
            totals.decode_us,
        ),
        peak_memory: memory.peak(),
        memory: memory.end,
        memory_json: memory.json(start.model_bytes),
        memory_text: memory.text(),
        energy: totals.energies.per_question_j().map(|joules| Energy {
            joules,
            simulated: power.metered == Some(false),
        }),
        power_w: power.mean_w,
        energy_json: totals.energies.json(&power),
        power,
        verdict,
        rows,
    })
}

/// The fault of a wrong letter, if known; `None` for rows that count no wrong letter.
fn wrong(asked: &Asked) -> Option<Option<Fault>> {
    let answer = asked.outcome.as_ref().ok()?.answer;
    let counts = asked.ask.rotation() == Rotation::default();
    (counts && answer.choice().is_some() && !answer.is_correct()).then_some(answer.fault())
}

/// Sums over the answered questions, every order of options and every draw included.
#[derive(Default)]
struct Totals {
    prefill_tokens: u64,
    prefill_us: u64,
    decode_tokens: u64,
    decode_us: u64,
    decoded: DecodeWork,
    energies: Energies,
}

impl Totals {
    fn of(asked: &[Asked]) -> Totals {
        let mut totals = Totals::default();
        for asked in asked {
            if let Ok(question) = &asked.outcome {
                totals.add(question);
            }
            totals.decoded.add(asked);
            totals.decode_tokens += asked.draws.decoded;
            totals.decode_us = totals.decode_us.saturating_add(asked.draws.decode_us);
            totals.energies.add_draws(&asked.draws);
        }
        totals
    }

    fn add(&mut self, question: &Question) {
        // Cached tokens took no time.
        let fresh = question
            .prompt_tokens
            .saturating_sub(question.cached_tokens);
        self.prefill_tokens += u64::from(fresh);
        self.prefill_us = self.prefill_us.saturating_add(question.prefill.0);
        if let Some(generated) = question.generated {
            // The first token comes out of the prefill: it takes no decode time.
            self.decode_tokens += u64::from(generated.tokens.saturating_sub(1));
            self.decode_us = self.decode_us.saturating_add(generated.decode.0);
        }
        self.energies.add(question);
    }
}

/// Board and CPU, either of which may be unknown.
pub fn board(board: &str, cpu: &str) -> String {
    let both = [board, cpu].map(str::trim).join(", ");
    both.trim_matches([',', ' ']).to_owned()
}

/// Time of an answer in microseconds: prefill and decode.
pub fn time_us(question: &Question) -> u64 {
    let decode = question.generated.map_or(0, |generated| generated.decode.0);
    question.prefill.0.saturating_add(decode)
}

/// The row of an answer, without draws.
pub fn row_of(question: &Question) -> Result<Row, Failure> {
    row(&Asked {
        ask: question.ask,
        task: question.task,
        outcome: Ok(*question),
        draws: Draws::default(),
    })
    .map_err(Failure::Data)
}

fn row(asked: &Asked) -> anyhow::Result<Row> {
    let task = u8::try_from(asked.task).context("more than 256 tasks")?;
    let (question, rotation) = (asked.ask.question(), asked.ask.rotation());
    let Ok(answered) = &asked.outcome else {
        return Ok(Row {
            question,
            latency_us: None,
            task,
            // A skipped row is counted and otherwise left out, so its letter is not read.
            key: Letter::A,
            answer: score::Outcome::Skipped,
            rotation,
            evidence: Evidence::None,
        });
    };
    Ok(Row {
        question,
        latency_us: NonZeroU32::new(u32::try_from(time_us(answered)).unwrap_or(u32::MAX)),
        task,
        key: answered.answer.key(),
        answer: match answered.answer.choice() {
            Some(letter) => score::Outcome::Letter(letter),
            None => score::Outcome::Unparsed,
        },
        rotation,
        evidence: match (answered.probabilities, asked.draws.drawn) {
            (Some(probabilities), _) => Evidence::Letters(probabilities),
            (None, 0) => Evidence::None,
            (None, drawn) => Evidence::Draws {
                drawn,
                correct: asked.draws.correct,
            },
        },
    })
}
