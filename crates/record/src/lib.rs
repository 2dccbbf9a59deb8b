//! The messages between host and board, and the result file.
//!
//! The same frames travel over a child process's pipes, over SSH, over a serial line and in a
//! result file (`.esr`). This crate holds the messages ([`Record`], [`Control`], [`Command`]),
//! the [`frame`] that carries them, and (feature `std`) the result [`mod@file`].
//! Prose: `docs/FORMATS.md`.
//!
//! Evolution: every enum is append-only, structs change only with [`CURRENT_VERSION`].
#![no_std]

#[cfg(feature = "std")]
extern crate std;

mod answer;
mod ask;
mod call_axes;
mod chain;
mod command;
mod control;
#[cfg(feature = "std")]
pub mod file;
pub mod frame;
#[cfg(feature = "std")]
mod fsync;
mod labels;
#[cfg(feature = "std")]
mod parts;
mod probabilities;
mod prompt;
#[cfg(feature = "std")]
pub mod prompt_file;
mod record;
mod served;

pub use answer::{Answer, AnswerKind, Chosen, Found, Judged, Standing};
pub use ask::Ask;
pub use call_axes::CallAxes;
pub use chain::Chain;
pub use command::{
    Budgets, CacheType, Command, FlashAttention, LINGER_FOR_EVER, Leg, MemoryBudget, Mode, Order,
    Parser, Plan, RunId, Scenario, Stop, Weights,
};
pub use control::{Control, Level, Phase, RefusalKind};
#[cfg(feature = "std")]
pub use fsync::fsync_folder;
pub use labels::Labels;
#[cfg(feature = "std")]
pub use parts::{file_hash, model_hash, parts};
pub use probabilities::Probabilities;
pub use prompt::{
    Constrain, PromptPart, Slot, SystemPlace, TemplateOrigin, TemplateRow, Think, ToolsPlace,
    TraceMarkers, Trim,
};
pub use record::{
    AnswerRules, Conditions, EngineRow, Generated, LegRow, Memory, MemoryEstimate, MemoryLimiter,
    MemoryStart, ModelLoaded, Origin, OtherReading, Power, PowerBudget, PowerEnd, PowerStart,
    Prompts, Question, QuestionEnergy, Record, Roofline, Sample, ServerEnd, ServerRow, SessionEnd,
    SessionStart, Skipped, Stalls, SustainedLoad, TaskRow, Text, Timed, Together, TokenWork, Trace,
    TraceEnd, Tuning, Turned, Verdict, VerdictKind, Vitals, WhySkipped,
};
pub use served::{SILENCE_S, Served, is_url};

/// Version of the messages that this crate writes.
pub const CURRENT_VERSION: u16 = 4;
/// Oldest version of the messages that it reads.
pub const MIN_VERSION: u16 = 1;
