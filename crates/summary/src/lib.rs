//! From result files to everything that reports say of them, as types.
//!
//! [`Decoder`] takes the records of a run, [`RunSummary`] holds what they come to, and [`rank`],
//! [`judge`], [`compare_all`] and [`Planned::check`] set runs beside each other, against limits
//! and against plans. What ends in `View` is what a report says to programs: it is written by
//! `serde`, and the schema of the report comes from it.
//!
//! A result, here made in memory, and what it says:
//!
//! ```
//! use edgescore_record::{Answer, Ask, Found, Question, Record, TaskRow, file, frame::Encoder};
//! # use edgescore_probe::{Bytes, Microseconds, Reading, Reason};
//! # use edgescore_record::{Mode, Order, SessionStart};
//! # use edgescore_taskpack::{Hash, Layout};
//! use edgescore_taskpack::{Letter, Rotation};
//!
//! # let start = SessionStart {
//! #     runtime: "0.1.0",
//! #     llama: "b1",
//! #     features: "",
//! #     unused_features: "",
//! #     board: "Pi 5",
//! #     cpu: "Cortex-A76",
//! #     kernel: "6.6.31",
//! #     governor: "ondemand",
//! #     clock: Reading::Missing(Reason::Unsupported),
//! #     unix_time_s: 0,
//! #     pack: "tiny",
//! #     pack_hash: Hash([1; 32]),
//! #     pack_questions: 1,
//! #     asks: 1,
//! #     model_file: "tiny.gguf",
//! #     model_hash: Hash([2; 32]),
//! #     model_bytes: Bytes(1 << 20),
//! #     mode: Mode::Letter,
//! #     layout: Layout::Reference,
//! #     order: Order::Pack,
//! #     rotate: false,
//! #     seed: 0,
//! #     draws: 0,
//! #     temperature_milli: 700,
//! #     max_tokens: 64,
//! # };
//! let task = TaskRow {
//!     index: 0,
//!     id: "T1",
//!     name: "Handover",
//!     group: "G1",
//!     pass_at_k: false,
//!     asks: 1,
//! };
//! let question = Question {
//!     ask: Ask::new(0, Rotation::default()),
//!     task: 0,
//!     answer: Answer::new(4, Letter::B, Some((Letter::B, Found::Logits))),
//!     probabilities: None,
//!     generated: None,
//!     prompt_tokens: 200,
//!     cached_tokens: 0,
//!     prefill: Microseconds(500_000),
//!     energy: Reading::Missing(Reason::Off),
//! };
//! let records = [Record::SessionStart(start), Record::Task(task), Record::Question(question)];
//!
//! let mut result = file::header().to_vec();
//! let mut encoder = Encoder::default();
//! for (number, record) in (0..).zip(&records) {
//!     result.extend_from_slice(encoder.encode(number, record)?.frame);
//! }
//!
//! let decoded = edgescore_summary::decode(&result)?;
//! let run = edgescore_summary::RunSummary::of(decoded.records, "tiny.esr".into(), decoded.id)?;
//! assert_eq!(run.model(), "tiny");
//! assert_eq!(run.scores.accuracy.overall.correct, 1);
//! assert_eq!(run.latency_s(), Reading::Value(0.5));
//! // It has no verdict: it was cut off, and says so.
//! assert!(!run.ended_well());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answers;
mod asked;
mod comparability;
mod comparison;
mod conditions;
mod confidence;
mod decoder;
mod energy;
mod error;
mod escalation;
mod figure;
mod gate;
mod indecision;
mod labels;
mod legs;
mod load;
mod memory;
mod modes;
mod next;
mod origin;
mod plain;
mod plan;
mod plan_error;
mod power;
mod prompt_parts;
mod provenance;
pub mod published;
mod ranking;
pub mod report;
mod roofline;
mod rows;
pub mod rules;
mod run;
mod sessions;
mod skips;
mod sustained;
mod sweep;
mod warnings;

pub use answers::{AnswersSummary, AnswersView, TracesView};
pub use asked::{AnswerText, Asked, Draws, KeptText, Notes};
pub use comparability::{Difference, Different, Setting, check_comparable, unequal_settings};
pub use comparison::{
    Against, AgainstView, ComparedRun, ComparisonView, Finding, PairsView, Tested, TestedView,
    compare_all,
};
pub use conditions::{ConditionsView, Shortage, WaitedView, long_waits};
pub use confidence::{ConfidenceView, ReliabilityBinView, ReliabilityView, RiskPointView};
pub use decoder::{Decoded, Decoder, Ending, Model, Start, TaskInfo};
pub use energy::{EnergySummary, EnergyView, JoulesView, Load};
pub use error::Error;
pub use escalation::{Escalation, EscalationError, EscalationView};
pub use figure::{Entries, EstimateView, Figure, Missing, Sha256, Share};
pub use gate::{GateLineView, GateView, Judged, judge};
pub use indecision::describe as describe_indecision;
pub use labels::Labelled;
pub use load::{Legs, decode, decode_file, load, load_all};
pub use memory::{BeforeLoad, MemoryEstimateView, MemorySummary, MemoryView};
pub use modes::{AgreementView, ModePair, mode_pairs};
pub use next::{HALF_WIDTH, NotApart, more_for_half_width, not_apart};
pub use origin::about_origin;
pub use plain::{plain, plain_lines};
pub use plan::{CopyView, LimitKind, PlanView, PlannedMemoryView, PlannedPowerView};
pub use plan_error::{OtherPlan, PlanError, PlanErrorLine, Planned, PlannedFigure, PlannedView};
pub use power::{PowerSource, PowerSummary, PowerView};
pub use prompt_parts::{PromptPartView, PromptParts};
pub use provenance::{
    EndFacts, EngineFacts, Fact, FactPair, ModelFacts, Provenance, ServerFacts, StartFacts,
    TemplateFacts,
};
pub use ranking::{NotRanked, RankBy, RankedRun, Ranking, not_ranked, order, rank};
pub use roofline::{Machine, Peak, RooflineSummary, RooflineView};
pub use rows::row_of;
pub use run::RunSummary;
pub use sustained::{
    ChangeView, DriftView, LoadRows, SustainedLoadView, SustainedSummary, ThrottlingView,
};
pub use sweep::{SweepPointView, SweepView, correct_per_joule};
pub use warnings::Warning;
