//! Messages of the host to a board.

use core::fmt;

use edgescore_probe::energy::Scope;
use edgescore_probe::{Bytes, Hertz, Microseconds, Microwatts, MilliCelsius};
use edgescore_taskpack::{Hash, Layout};
use serde::{Deserialize, Serialize};

/// A message from the host. A line may lose it, so the host repeats it until it is answered;
/// every command may be repeated without harm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command<'a> {
    /// Opens the connection with the newest version of the messages that the host knows; the board
    /// answers with [`crate::Control::Identity`].
    Hello {
        /// Newest version.
        version: u16,
    },
    /// Starts a run, unless the board has a run of this name already, and attaches to it. The
    /// board answers with [`crate::Control::State`] and sends rows.
    Run {
        /// Its name.
        run: RunId,
        /// How long the run goes on when nobody listens, in seconds; [`LINGER_FOR_EVER`] for
        /// a run that is to go on alone.
        linger: u32,
        /// What to run.
        #[serde(borrow)]
        plan: Plan<'a>,
    },
    /// Ends a run after the question in hand, or inside it when interrupted. The answer is
    /// the end of the run.
    Abort {
        /// Which run.
        run: RunId,
        /// Why.
        stop: Stop,
    },
    /// Says that a file will be needed. The board answers with [`crate::Control::Stored`] when
    /// it has it, and with [`crate::Control::Need`] when not.
    Have {
        /// SHA-256 of the file.
        hash: Hash,
        /// SHA-256 of the split model that it is a part of, over all parts in order; of a file
        /// that stands alone, its own. Files with one `whole` come into one folder.
        whole: Hash,
        /// Its length.
        bytes: u64,
        /// The name it shall have on the board, without folders.
        name: &'a str,
    },
    /// A piece of the file that was announced last. Answered as [`Command::Have`] is.
    Put {
        /// SHA-256 of the whole file.
        hash: Hash,
        /// Where the piece begins.
        offset: u64,
        /// The piece.
        bytes: &'a [u8],
    },
    /// The host has all rows before `next`; when that is all there are, they are on its disk.
    /// Attaches to the run, and goes back to `next` when the board was beyond it with another
    /// host.
    Ack {
        /// Which run.
        run: RunId,
        /// The first row that the host does not have.
        next: u32,
    },
    /// Asks for rows that were lost. The board sends those of them that it sent before, and
    /// then answers with [`crate::Control::State`]. An empty range asks for the state alone.
    Resend {
        /// Which run.
        run: RunId,
        /// The first row that is missing.
        from: u32,
        /// The row behind the last that is missing.
        to: u32,
        /// Comes back in the answer.
        round: u32,
    },
    /// Asks for the runs that the board keeps: one [`crate::Control::Kept`] each.
    List,
    /// Asks what the board can measure. The board looks and answers with
    /// [`crate::Control::Finding`] for each thing, or with [`crate::Control::Refused`] while it
    /// runs.
    Survey {
        /// Comes back in the answer. The board looks once for each round: what is asked again is
        /// answered from the same survey.
        round: u32,
        /// Where `/proc`, `/sys` and `/dev` are: `/`, or a captured tree in a test.
        root: &'a str,
    },
    /// As [`Command::Put`], for a piece that is all zeros and may be of any length.
    PutZeros {
        /// SHA-256 of the whole file.
        hash: Hash,
        /// Where the piece begins.
        offset: u64,
        /// How long it is.
        bytes: u64,
    },
}

/// [`Command::Run`] with this goes on whether anybody listens or not.
pub const LINGER_FOR_EVER: u32 = u32::MAX;

/// The name of a run: the host draws it at random, so that a command that was repeated, or
/// said again after the line was cut, does not start a second run.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct RunId(pub u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl core::str::FromStr for RunId {
    type Err = core::num::ParseIntError;

    fn from_str(text: &str) -> Result<RunId, Self::Err> {
        u64::from_str_radix(text, 16).map(RunId)
    }
}

/// One run: which questions, which model, and how.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan<'a> {
    /// Path of the pack on the board.
    pub pack: &'a str,
    /// Path of the GGUF on the board.
    pub model: &'a str,
    /// Path on the board of the file that tells how prompts are made
    /// ([`crate::prompt_file`]).
    pub prompts: &'a str,
    /// How an answer is obtained.
    pub mode: Mode,
    /// Order of the parts of the prompt.
    pub layout: Layout,
    /// Order of the questions.
    pub order: Order,
    /// Ask every question in all four cyclic orders of its options.
    pub rotate: bool,
    /// Questions to ask at most, chosen evenly over the tasks; 0 asks all.
    pub limit: u32,
    /// Which of them, in the order of asking; none asks all.
    pub leg: Option<Leg>,
    /// For how long they are asked again and again, from the first question on; none asks them once.
    pub repeat_for: Option<Microseconds>,
    /// Seed of the choice, of the order and of the draws.
    pub seed: u64,
    /// Draws a question on the pass@k tasks (generate mode); 0 draws none.
    pub draws: u8,
    /// Whether a question has the board for itself.
    pub scenario: Scenario,
    /// Texts that are decoded at once. Single-stream: draws of a question; 0 takes as many as there are,
    /// or one where the memory budget has no room for them. Offline: of all questions, at least as many
    /// as a question has with its draws.
    pub parallel: u8,
    /// Temperature of the draws in 1/1000.
    pub temperature_milli: u16,
    /// Tokens to generate at most for one answer (generate mode).
    pub max_tokens: u16,
    /// How the letter is found in generated text.
    pub parser: Parser,
    /// Whether generated text is kept in the result; none keeps it below 1,000 questions.
    pub keep_text: Option<bool>,
    /// Threads; 0 lets the board choose.
    pub threads: u16,
    /// Context in tokens; 0 takes what the longest chosen prompt needs.
    pub context: u32,
    /// Tokens of a logical batch.
    pub batch: u32,
    /// Tokens of a physical batch; 0 lets the board choose.
    pub ubatch: u32,
    /// Where threads, physical batch or, in generate mode, flash attention are the board's choice,
    /// whether it measures which are best. If not, they are one thread for each CPU, 512, and
    /// what llama.cpp decides.
    pub calibrate: bool,
    /// How weights are held; none lets the board choose by its memory.
    pub weights: Option<Weights>,
    /// Keep what a prompt shares with the one before it; the answers are the same without.
    pub reuse: bool,
    /// Whether attention is computed in one pass.
    pub flash: FlashAttention,
    /// Type of the KV cache's elements.
    pub cache: CacheType,
    /// What the run may use, and how that is measured.
    pub budgets: Budgets<'a>,
}

/// A part of the questions of a run, in the order of asking: runs that differ in it alone ask all
/// of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Questions before it.
    pub first: u32,
    /// Questions in it.
    pub questions: u32,
}

/// What a run may use, and how that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budgets<'a> {
    /// Power source, `NAME[:ARG]`; `best` takes the best one of the board.
    pub power_source: &'a str,
    /// Where `/proc`, `/sys` and `/dev` are: `/`, or a captured tree in a test.
    pub root: &'a str,
    /// Highest mean power of a window.
    pub power: Option<Microwatts>,
    /// Length of a window.
    pub power_window: Microseconds,
    /// What the budget is to include; none takes what the source sees.
    pub power_scope: Option<Scope>,
    /// Time from the first row to the last question.
    pub time: Option<Microseconds>,
    /// Temperature to wait for before the start.
    pub cool_below: Option<MilliCelsius>,
    /// Highest CPU clock while the run goes on. More than is allowed already changes nothing,
    /// but is refused where clocks cannot be set.
    pub max_clock: Option<Hertz>,
    /// Memory that the worker process may use.
    pub memory: Option<MemoryBudget>,
}

/// A limit on memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryBudget {
    /// The limit.
    pub limit: Bytes,
    /// Whether a model that is expected to need more is refused. If not, the limit must be held
    /// by a cgroup, in which the kernel drops and reads again what does not fit.
    pub refuse: bool,
}

/// How an answer is obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// One forward pass over the prompt and a forced `{"answer": "`; the four letters' logits
    /// give the answer.
    Letter,
    /// Greedy text, parsed; then draws on the pass@k tasks. The reference protocol.
    Generate,
}

/// How the letter is found in generated text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Parser {
    /// As a person would read it; what names no letter, or two, has none.
    Strict,
    /// As the reference notebook of 6G-Bench does: at last, the first letter that stands alone.
    Reference,
}

/// Order of the questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// As in the pack: the questions of an episode stand together.
    Pack,
    /// Seeded random order, which sequential tests need.
    Shuffled,
}

/// How questions come, as MLPerf Inference names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scenario {
    /// One after another: what an answer takes is its latency.
    #[default]
    SingleStream,
    /// All are there from the start, and several are answered at once: for the accuracy alone. What an
    /// answer takes is its share.
    Offline,
}

/// How weights are held in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Weights {
    /// As in the file, memory-mapped.
    Mapped,
    /// Rearranged for the CPU's matrix instructions where llama.cpp can: faster prefill, up
    /// to twice the memory. llama.cpp's own default.
    Repacked,
}

/// Whether attention is computed in one pass, without the matrix of scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlashAttention {
    /// The board measures it in generate mode; else llama.cpp decides: on where the backend has
    /// it.
    Auto,
    /// On.
    On,
    /// Off.
    Off,
}

/// Type of the KV cache's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CacheType {
    /// Two bytes an element.
    F16,
    /// 34 bytes for 32 elements.
    Q8_0,
}

/// Why a run ends before its last question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// Somebody interrupted it.
    Interrupted,
    /// What was asked of it is already certain.
    Decided,
}
