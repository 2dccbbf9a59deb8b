//! The rows of a result.

use edgescore_probe::energy::Scope;
use edgescore_probe::{
    Bytes, BytesPerSecond, Hertz, Microjoules, Microseconds, Microwatts, MilliCelsius,
    OperationsPerSecond, Reading, Throttled,
};
use edgescore_taskpack::{Hash, Layout, Letter};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Ask, CacheType, Constrain, FlashAttention, Mode, Order, Parser, Probabilities,
    PromptPart, Scenario, Stop, TemplateRow, ToolsPlace, Weights,
};

/// One row of a result. Rows are numbered from 0; a run is SessionStart, Task rows, Template,
/// ModelLoaded, then Question, Skipped and Sample rows, then Memory, Verdict and SessionEnd.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Record<'a> {
    /// Provenance: the first row.
    #[serde(borrow)]
    SessionStart(SessionStart<'a>),
    /// One task of the pack.
    #[serde(borrow)]
    Task(TaskRow<'a>),
    /// The model is ready.
    #[serde(borrow)]
    ModelLoaded(ModelLoaded<'a>),
    /// A question was answered.
    Question(Question),
    /// A question could not be asked.
    Skipped(Skipped),
    /// One draw at a temperature above 0.
    Sample(Sample),
    /// Memory of the process at the end.
    Memory(Memory),
    /// How the run ended.
    #[serde(borrow)]
    Verdict(Verdict<'a>),
    /// Counts and the running hash: the last row.
    SessionEnd(SessionEnd),
    /// The power source and its budget: before the first question.
    #[serde(borrow)]
    PowerStart(PowerStart<'a>),
    /// A point of the power trace.
    Power(Power),
    /// What was drawn and held: after the last question.
    PowerEnd(PowerEnd),
    /// Heat and throttling over the whole run.
    Conditions(Conditions),
    /// What the machine could do at best, and what a token takes: behind ModelLoaded.
    #[serde(borrow)]
    Roofline(Roofline<'a>),
    /// What the run is expected to need, and what holds it to its budget: before the load.
    #[serde(borrow)]
    MemoryStart(MemoryStart<'a>),
    /// How long the prompts are: before MemoryStart.
    Prompts(Prompts),
    /// How prompts are made: behind the Task rows.
    #[serde(borrow)]
    Template(TemplateRow<'a>),
    /// A part of every prompt, in order: behind Template.
    #[serde(borrow)]
    PromptPart(PromptPart<'a>),
    /// How generated text is read: behind the parts, in generate mode.
    AnswerRules(AnswerRules),
    /// The trace of the answer whose row comes next.
    Trace(Trace),
    /// What the other parser reads in the answer whose row comes next, where it differs.
    OtherReading(OtherReading),
    /// The text of the answer whose row comes next.
    #[serde(borrow)]
    Text(Text<'a>),
    /// The run asks a part of its questions: behind SessionStart.
    Leg(LegRow),
    /// The questions are asked again and again: behind SessionStart.
    SustainedLoad(SustainedLoad),
    /// What an answer took under sustained load: behind its Question row in the first pass, alone
    /// in later ones.
    Timed(Timed),
    /// How the board fares under sustained load.
    Vitals(Vitals),
    /// Where the functions that may be called stand in prompts: behind Template, where there are any.
    Tools(ToolsPlace),
    /// What a grammar lets the model write: behind Template, where there is one.
    Constrained(Constrain),
    /// How many questions are asked, with rotations, where questions have not four options everywhere: behind
    /// SessionStart.
    Turned(Turned),
    /// Texts are decoded together: behind ModelLoaded, where they are.
    Together(Together),
    /// A server answers, in place of a model that the run loads: behind the Task rows.
    #[serde(borrow)]
    Server(ServerRow<'a>),
    /// What was asked of it: before Memory, whose peak is then that of the server's processes.
    ServerEnd(ServerEnd),
    /// Another engine than llama.cpp runs the model: behind MemoryStart.
    #[serde(borrow)]
    Engine(EngineRow<'a>),
    /// In the place of a row that the board's disk damaged.
    Lost,
}

/// An engine that runs a model in the worker's process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineRow<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version; empty where that is not known.
    pub version: &'a str,
    /// What it runs on, such as `ONNX Runtime 1.32.0, CPU`.
    pub on: &'a str,
}

/// A server that speaks the protocol of OpenAI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerRow<'a> {
    /// Where it is, up to `/v1`.
    pub url: &'a str,
    /// The model that it is asked for, by the server's name of it.
    pub model: &'a str,
    /// What it says it is, such as `llama.cpp b9000-1234567`; empty where it does not.
    pub software: &'a str,
    /// Name of the process that listens, where it is on the board; else empty.
    pub process: &'a str,
    /// Why its memory and energy are not measured; empty where they are.
    pub unmeasured: &'a str,
}

/// What was asked of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerEnd {
    /// Requests that it answered.
    pub requests: u32,
    /// Requests that were sent again, for it was busy or did not answer.
    pub retries: u32,
    /// Letters that were read in a text in letter mode, for it gave no probabilities of all letters; in generate mode
    /// answers whose calls were, for it could not read them.
    pub by_text: u32,
    /// CPU time of its processes since the first question.
    pub cpu: Reading<Microseconds>,
}

/// Where, with what and how a run was made.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionStart<'a> {
    /// Version of edgescore-rt.
    pub runtime: &'a str,
    /// Version of llama.cpp.
    pub llama: &'a str,
    /// CPU features that llama.cpp was compiled with.
    pub features: &'a str,
    /// CPU features that the CPU has, llama.cpp has kernels for and this build leaves unused,
    /// by ggml's names and separated by spaces; empty where there are none.
    pub unused_features: &'a str,
    /// Model of the board; may be empty.
    pub board: &'a str,
    /// CPU model; may be empty.
    pub cpu: &'a str,
    /// Kernel release and version.
    pub kernel: &'a str,
    /// cpufreq governor; may be empty.
    pub governor: &'a str,
    /// Highest CPU clock that was allowed.
    pub clock: Reading<Hertz>,
    /// Start of the run in seconds since 1970, by the board's clock, which may be wrong.
    pub unix_time_s: u64,
    /// Name of the pack.
    pub pack: &'a str,
    /// The pack's hash.
    pub pack_hash: Hash,
    /// Questions in the pack.
    pub pack_questions: u32,
    /// Questions that this run will ask, rotations counted.
    pub asks: u32,
    /// File name of the model.
    pub model_file: &'a str,
    /// SHA-256 of the model file.
    pub model_hash: Hash,
    /// Size of the model file.
    pub model_bytes: Bytes,
    /// How answers are obtained.
    pub mode: Mode,
    /// Order of the prompt's parts.
    pub layout: Layout,
    /// Order of the questions.
    pub order: Order,
    /// Whether all cyclic orders of the options are asked.
    pub rotate: bool,
    /// Seed of choice, order and draws.
    pub seed: u64,
    /// Draws a question on the pass@k tasks.
    pub draws: u8,
    /// Temperature of the draws in 1/1000.
    pub temperature_milli: u16,
    /// Tokens generated at most for one answer.
    pub max_tokens: u16,
}

/// Which of the questions a run asks, where it is a leg of a longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegRow {
    /// Questions of the whole before it, rotations not counted.
    pub first: u32,
    /// Questions of the whole.
    pub of: u32,
}

/// How many questions a run with rotations asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    /// Questions, rotations not counted.
    pub questions: u32,
}

/// How many texts are decoded at once, a token of each in one forward pass. Time and energy of a text
/// are then its share, by the tokens that were computed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Together {
    /// Draws of a question; offline, texts of any questions.
    pub scenario: Scenario,
    /// At least 2, or offline 1.
    pub texts: u8,
}

/// For how long questions are asked again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SustainedLoad {
    /// From the first question on.
    pub length: Microseconds,
}

/// What an answer took under sustained load. Rows of the first pass, too, so that all answers are
/// found in one place with their moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    /// Which question in which order of options.
    pub ask: Ask,
    /// Number of the pass over the questions, from 1.
    pub pass: u32,
    /// Time from the first question to the end of this answer.
    pub at: Microseconds,
    /// Time of prefill and decode.
    pub time: Microseconds,
    /// Gross energy of both.
    pub energy: Reading<Microjoules>,
}

/// How the board fares under sustained load. The first row comes before the first question, others
/// at the ends of questions, as far apart as [`Power`] rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vitals {
    /// Time since the first question.
    pub at: Microseconds,
    /// The highest CPU clock.
    pub clock: Reading<Hertz>,
    /// Temperature of the hottest zone.
    pub temperature: Reading<MilliCelsius>,
    /// The firmware's flags.
    pub throttled: Reading<Throttled>,
}

/// One row of the pack's task table, so that a result is read without its pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRow<'a> {
    /// Position in the task table.
    pub index: u32,
    /// Short id.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Group id.
    pub group: &'a str,
    /// Whether pass@k is measured on it.
    pub pass_at_k: bool,
    /// Questions of it that this run will ask, rotations counted.
    pub asks: u32,
}

/// Where a model's weights come from, by its metadata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// It does not say: a model like any other.
    #[default]
    Given,
    /// `edgescore.synthetic`: random weights (`edgescore synth`), so answers are chance.
    Synthetic,
    /// `edgescore.reference`: trained on generated questions, an instrument that shows that
    /// Edgescore tells models apart.
    Reference,
}

/// Where threads, physical batch and, in generate mode, flash attention come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tuning {
    /// All were asked for.
    Given,
    /// What was not asked for is one thread for each CPU, 512, and what llama.cpp decides:
    /// calibration was not wanted, or model or prompt are too small for a difference.
    Default,
    /// What was not asked for was measured in this run.
    Measured,
    /// What was not asked for was measured in an earlier run of this model, board and build.
    Kept,
    /// What was not asked for is as by default: the prompts are too short to measure on.
    ShortPrompts,
    /// As Measured or Kept, but for the threads: others used the CPUs, so these were measured beside
    /// them, for this run alone.
    Beside,
}

/// The model as loaded and the session made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelLoaded<'a> {
    /// `general.name` of the GGUF; may be empty.
    pub name: &'a str,
    /// Architecture, such as `qwen2`.
    pub architecture: &'a str,
    /// Quantisation as llama.cpp names it, such as `Q4_0`.
    pub quantisation: &'a str,
    /// Number of parameters.
    pub parameters: u64,
    /// Bytes of all tensors.
    pub tensor_bytes: Bytes,
    /// Where the weights come from.
    pub origin: Origin,
    /// SHA-256 of the chat template's text.
    pub template_hash: Hash,
    /// Threads used.
    pub threads: u16,
    /// Context in tokens.
    pub context: u32,
    /// Logical batch in tokens.
    pub batch: u32,
    /// Physical batch in tokens.
    pub ubatch: u32,
    /// Where threads, physical batch and flash attention come from.
    pub tuning: Tuning,
    /// How the weights are held.
    pub weights: Weights,
    /// The free memory by which that was chosen, or the memory budget if that decided; none
    /// where it was asked for.
    pub chosen_with: Option<Reading<Bytes>>,
    /// Whether the KV cache kept what a prompt shared with the one before it.
    pub reuse: bool,
    /// Flash attention, as asked for.
    pub flash: FlashAttention,
    /// Type of the KV cache's elements.
    pub cache: CacheType,
    /// Time from opening the file to a session that can be used, without hashing the file.
    pub load: Microseconds,
    /// Time of the warm-up, which no other figure includes.
    pub warm_up: Microseconds,
    /// Flash attention, as used: what was asked for, or what calibration chose of auto.
    pub flash_used: FlashAttention,
}

/// What the machine could do at best, measured before the model was loaded, and what a token of
/// this model takes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roofline<'a> {
    /// Threads that measured it: all CPUs the process may use.
    pub threads: u16,
    /// What was read again and again; where caches hold it, the bandwidth is theirs.
    pub buffer: Bytes,
    /// Memory read in a second.
    pub bandwidth: Reading<BytesPerSecond>,
    /// Operations on 8-bit integers.
    pub int8: Reading<OperationsPerSecond>,
    /// The instruction that reached it; empty without one.
    pub int8_instruction: &'a str,
    /// Operations on 32-bit floats.
    pub f32: Reading<OperationsPerSecond>,
    /// The instruction that reached it; empty without one.
    pub f32_instruction: &'a str,
    /// What a token of the model takes.
    pub token: Reading<TokenWork>,
}

/// What one token takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenWork {
    /// Weights that a token of a prompt is multiplied with; the output's weights, which only
    /// the last token needs, and the attention's scores are not among them.
    pub multiplied: u64,
    /// Bytes of weights read to decode a token.
    pub weights: Bytes,
    /// Bytes that a token adds to the KV cache: a later token reads those of all before it.
    pub kv: Bytes,
}

/// An answered question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Which question in which order of options.
    pub ask: Ask,
    /// Position of its task in the task table.
    pub task: u32,
    /// Answer key, choice, how the choice was found.
    pub answer: Answer,
    /// The letters' probabilities, where the forced start of an answer was evaluated.
    pub probabilities: Option<Probabilities>,
    /// The generated text's length and time, where text was generated.
    pub generated: Option<Generated>,
    /// Tokens of the prompt, the forced start of the answer included.
    pub prompt_tokens: u32,
    /// Of these, tokens whose keys and values were still in the cache.
    pub cached_tokens: u32,
    /// Time of the prompt's forward pass, up to the logits of the first answer token.
    pub prefill: Microseconds,
    /// Energy of prefill and decode.
    pub energy: Reading<QuestionEnergy>,
}

/// Text that a model generated, by its length and time, a trace before the answer included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// Tokens, the one that ended the answer included.
    pub tokens: u32,
    /// Time from the first token's logits to the last token.
    pub decode: Microseconds,
}

/// Energy of one question, gross.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionEnergy {
    /// Energy of the prompt's forward pass.
    pub prefill: Microjoules,
    /// Energy of the generated tokens.
    pub decode: Microjoules,
}

impl QuestionEnergy {
    /// Energy of both.
    pub fn total(self) -> Microjoules {
        Microjoules(self.prefill.0.saturating_add(self.decode.0))
    }
}

/// A question that could not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Which question in which order of options.
    pub ask: Ask,
    /// Position of its task in the task table.
    pub task: u32,
    /// Why.
    pub why: WhySkipped,
}

/// Why a question could not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhySkipped {
    /// Its prompt and answer need more tokens than the context has.
    PromptTooLong {
        /// Tokens needed.
        needed: u32,
        /// Tokens of the context.
        context: u32,
    },
    /// The tokenizer does not tell the letters apart at the same place.
    LettersNotSeparable,
    /// The model's logits were not finite numbers.
    LogitsNotFinite,
    /// It asks for no letter, and the run is in letter mode.
    AsksForText,
}

/// How generated text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRules {
    /// Which parser counts.
    pub parser: Parser,
    /// Whether texts are kept.
    pub text_kept: bool,
}

/// What a model wrote before its answer. Its tokens, time and energy are part of the answer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Which question in which order of options.
    pub ask: Ask,
    /// Number of the draw; none for the greedy answer.
    pub draw: Option<u8>,
    /// Tokens, those that closed it included.
    pub tokens: u32,
    /// Time from the first token's logits to the last token.
    pub time: Microseconds,
    /// Gross energy.
    pub energy: Reading<Microjoules>,
    /// How it ended.
    pub end: TraceEnd,
}

/// How a trace ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TraceEnd {
    /// The model closed it.
    Model,
    /// It was closed at its limit of tokens.
    Limit,
    /// It did not end: there is no answer.
    Never,
}

/// What the parser that does not count reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherReading {
    /// Which question in which order of options.
    pub ask: Ask,
    /// Number of the draw; none for the greedy answer.
    pub draw: Option<u8>,
    /// The letter that it finds, as shown.
    pub choice: Option<Letter>,
}

/// A generated text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text<'a> {
    /// Which question in which order of options.
    pub ask: Ask,
    /// Number of the draw; none for the greedy answer.
    pub draw: Option<u8>,
    /// Bytes of the trace before the answer, of the text as it was generated.
    pub trace_bytes: u32,
    /// Bytes of the text as it was generated.
    pub bytes: u32,
    /// The text; where it was longer than a row, the end of it, which holds the answer.
    pub text: &'a str,
}

/// One draw at a temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Which question in which order of options.
    pub ask: Ask,
    /// Position of its task in the task table.
    pub task: u32,
    /// Number of the draw, from 0.
    pub draw: u8,
    /// Answer key, choice, how the choice was found.
    pub answer: Answer,
    /// What was generated.
    pub generated: Generated,
    /// Gross energy of its decode.
    pub energy: Reading<Microjoules>,
}

/// The prompts of all questions that a run will ask, in the order of asking, without the forced
/// start of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompts {
    /// Tokens of the longest.
    pub longest: u32,
    /// Tokens of all.
    pub tokens: u64,
    /// Of these, tokens that will still be in the cache.
    pub cached: u64,
}

/// What a run is expected to need, and what counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryStart<'a> {
    /// What counts its memory and holds it to the limit.
    pub limiter: MemoryLimiter,
    /// Why there is no cgroup of its own; empty where there is one.
    pub why: &'a str,
    /// The budget.
    pub limit: Option<Bytes>,
    /// The estimate; none of a run that was killed before it had one.
    pub estimate: Option<MemoryEstimate>,
}

/// What counts a run's memory and holds it to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemoryLimiter {
    /// Only the process's own figures.
    Process,
    /// A fresh cgroup of version 2, without swap, into which the model was read anew.
    CgroupV2,
    /// The same of version 1.
    CgroupV1,
    /// The supervisor, which looks at the peak resident set twenty times a second.
    Watchdog,
}

/// Memory of a run, before the model is loaded: from its GGUF header, as llama.cpp plans it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryEstimate {
    /// The model file, memory-mapped.
    pub file: Bytes,
    /// Copies of weights, rearranged for this CPU.
    pub repacked: Bytes,
    /// KV cache and recurrent state, the states kept for reuse included.
    pub kv: Bytes,
    /// llama.cpp's buffer of intermediate results.
    pub compute: Bytes,
    /// Everything else: program, vocabulary, pack, logits. Measured before the load.
    pub runtime: Bytes,
}

impl MemoryEstimate {
    /// The sum.
    pub fn total(&self) -> Bytes {
        let parts = [
            self.file,
            self.repacked,
            self.kv,
            self.compute,
            self.runtime,
        ];
        Bytes(parts.iter().fold(0, |sum, part| sum.saturating_add(part.0)))
    }
}

/// Memory that the runtime process used (proc_pid_status(5)), and the cgroup around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Peak resident set, memory-mapped weights included.
    pub rss_peak: Reading<Bytes>,
    /// Resident anonymous memory: KV cache, compute buffers, repacked weights. The largest of
    /// three looks: after the load, after the warm-up, at the end.
    pub rss_anon: Reading<Bytes>,
    /// Resident file mappings: memory-mapped weights. The largest likewise.
    pub rss_file: Reading<Bytes>,
    /// Major page faults between the first question and the end.
    pub major_faults: Reading<u64>,
    /// Peak of the run's own cgroup: everything, page cache and kernel memory included.
    pub cgroup_peak: Reading<Bytes>,
    /// File pages that the cgroup threw out and read again between the first question and the
    /// end. A model fits when there are none.
    pub refaults: Reading<u64>,
    /// Weights that were rearranged, as llama.cpp says.
    pub repacked: Bytes,
    /// KV cache and recurrent state, as llama.cpp says.
    pub kv: Bytes,
    /// Buffer of intermediate results, as llama.cpp says.
    pub compute: Bytes,
}

/// The power source, what it sees, and the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerStart<'a> {
    /// Name of the source.
    pub source: &'a str,
    /// What its figures include.
    pub scope: Scope,
    /// Whether a sensor measured it. What was not is never ranked beside what was.
    pub measured: bool,
    /// Samples a second; 0 where nothing is sampled.
    pub rate_hz: u32,
    /// Smallest step of a power reading, where it is known.
    pub resolution: Option<Microwatts>,
    /// What the board draws that the figures leave out.
    pub omits: &'a str,
    /// What was found on this board, such as the rails that are summed.
    pub found: &'a str,
    /// Idle power before the model was loaded.
    pub idle: Reading<Microwatts>,
    /// Energy of loading, gross.
    pub load: Reading<Microjoules>,
    /// The budget; none if the run is not paced.
    pub budget: Option<PowerBudget>,
}

/// A power budget and how it is to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerBudget {
    /// Highest mean power of a window.
    pub power: Microwatts,
    /// Length of a window.
    pub window: Microseconds,
    /// Power of continuous prefill, from the calibration at the start.
    pub active: Microwatts,
    /// Tokens of a prompt that are computed between two looks at the budget.
    pub piece: u32,
}

/// Mean power since the row before, or since the first question. Rows come at the ends of
/// questions, a second apart at first; the distance doubles after every 128 rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Power {
    /// Time since the first question.
    pub at: Microseconds,
    /// The mean.
    pub mean: Reading<Microwatts>,
}

/// Power over the questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerEnd {
    /// Time from the first question to the end of the last.
    pub length: Microseconds,
    /// Mean power in it.
    pub mean: Reading<Microwatts>,
    /// Highest mean of a window of it.
    pub worst: Reading<Microwatts>,
    /// Time during which the window's mean was more than 2 % over the budget.
    pub over: Microseconds,
    /// Time that the budget made it rest.
    pub rested: Microseconds,
    /// Idle power after the last question, with the model loaded.
    pub idle: Reading<Microwatts>,
    /// Samples that were values, in the whole run.
    pub samples: u64,
    /// Samples that were missing or out of order.
    pub failed: u64,
    /// Time that was bridged because samples were late or missing.
    pub lost: Microseconds,
    /// Largest delay of a sample.
    pub latest: Microseconds,
}

/// Heat and throttling over the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// Temperature of the hottest zone at the start.
    pub start: Reading<MilliCelsius>,
    /// And at the end.
    pub end: Reading<MilliCelsius>,
    /// Time waited for the board to cool before the start.
    pub cooled: Microseconds,
    /// The firmware's flags that were not set at the start and were at the end.
    pub throttled: Reading<Throttled>,
    /// Waiting over the questions.
    pub stalls: Stalls,
}

/// Time in which at least one task of the whole board waited, by the kernel's pressure stall
/// information: what else ran beside the questions shows here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stalls {
    /// The time over which it was counted: from the first question to behind the last.
    pub over: Microseconds,
    /// For a CPU.
    pub cpu: Reading<Microseconds>,
    /// For memory to be freed or read again.
    pub memory: Reading<Microseconds>,
    /// For a disk.
    pub io: Reading<Microseconds>,
}

/// How a run ended, with the detail for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict<'a> {
    /// The verdict.
    pub kind: VerdictKind,
    /// What happened and how to mend it; empty when all is well.
    pub detail: &'a str,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerdictKind {
    /// As planned.
    Ok,
    /// The power budget was not held.
    OverPower,
    /// The memory budget was not held.
    OverMemory,
    /// The board throttled.
    Throttled,
    /// The time budget was used up.
    TimedOut,
    /// llama.cpp or the process that runs it failed.
    EngineFailed,
    /// Somebody interrupted it.
    Aborted,
}

/// The last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEnd {
    /// Questions answered, rotations counted.
    pub answered: u32,
    /// Questions skipped.
    pub skipped: u32,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
    /// Time from the first row to this one.
    pub elapsed: Microseconds,
    /// SHA-256 over the frame contents of all rows before this one: see [`crate::Chain`].
    pub chain: Hash,
}
