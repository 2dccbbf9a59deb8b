//! From question rows to accuracy, intervals, Delta_5, Edge Score and verdicts.
//!
//! Pure functions: nothing here reads a file, a clock or a random device; the same rows and
//! seed give the same result. The caller converts its records into [`Row`]s (24 bytes
//! each), makes a [`Run`] of them, and asks for a [`Summary`] or for single scores.
//!
//! Two rules hold throughout. A value that is not there is a [`Reason`] reason, never 0, -1
//! or NaN. Every estimate carries a 95 % interval, or the reason why it has none; the
//! intervals treat questions as independent draws. Questions of one episode share a story,
//! so the interval for "other episodes like these" is wider than the one given.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod accuracy;
mod agreement;
mod bias;
mod bootstrap;
mod calls;
mod confidence;
mod debias;
mod delta;
mod drift;
mod edge;
mod escalation;
mod faults;
mod gate;
mod gate_monitor;
mod holm;
mod indecision;
mod latency;
mod limits;
mod linear;
mod mcnemar;
mod moments;
mod paired;
mod pareto;
mod parsing;
mod pass_at_k;
mod proportion;
pub mod published;
pub mod race;
mod rotation;
mod row;
mod sample_size;
mod sequence;
mod summary;

pub use edgescore_probe::{Reading, Reason};
pub use edgescore_record::Probabilities;
pub use edgescore_taskpack::{Letter, Rotation};

pub use accuracy::{Accuracy, GroupAccuracy, Tally};
pub use agreement::{Agreement, agreement};
pub use bias::{ConstantLetter, Habit, LetterBias};
pub use bootstrap::{Bootstrap, bootstrap_mean};
pub use calls::Calls;
pub use confidence::{
    Confidence, ConfidentAnswer, GUESSER_BRIER, Reliability, ReliabilityBin, RiskCoverage,
    RiskPoint,
};
pub use debias::{Debiased, PriorFrom};
pub use delta::{Delta5, GUESSER_DELTA_5, GUESSER_PASS_5};
pub use drift::{
    BoardPoint, Change, Drift, NoDrift, Throttling, TimedAnswer, ToldBy, Windows, time_to_throttle,
};
pub use edge::{
    Component, EdgeInputs, EdgeScore, Energy, Exponents, Formula, InvalidExponent, Refusal,
    Standing, edge_score, order_by_value, ranking,
};
pub use escalation::{
    Answered, AsGoodAsLarge, Choice, CostLimits, ESCALATE_ALL, Escalable, EscalationPoint, Goal,
    NoChoice, choose, curve,
};
pub use faults::Faults;
pub use gate::{Bound, GateError, Line, Measurements, Quantity, Verdict, gate};
pub use gate_monitor::{GateMonitor, Settled};
pub use holm::{InvalidPValue, holm};
pub use indecision::Indecision;
pub use latency::{Latency, Percentile, tokens_per_second};
pub use limits::Limits;
pub use linear::{Term, linear_interval};
pub use mcnemar::{Discordance, McNemar, mcnemar};
pub use paired::{
    Comparison, PairError, compare, compare_tasks, latency_ratio, unpaired_difference,
};
pub use pareto::{Exclusion, Place, Point, pareto_front};
pub use parsing::Parsing;
pub use pass_at_k::{
    InvalidTemperature, PassAtK, Temperature, letter_pass_at_k, sampled_pass_at_k,
    sampled_pass_hat_k,
};
pub use proportion::{AgainstChance, CHANCE, Estimate, Interval, Proportion};
pub use rotation::RotationReport;
pub use row::{Evidence, InputError, Outcome, Row, Run, ScoredTask};
pub use sample_size::{questions_for_half_width, questions_to_tell_apart};
pub use sequence::{ConfidenceSequence, Decision, Regime, SequenceError, stopped_accuracy};
pub use summary::Summary;
