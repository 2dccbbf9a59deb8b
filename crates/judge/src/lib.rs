//! From what a model wrote to an answer, and whether it is right.
//!
//! The board judges with it, and the host tells with it whether a pack's right answers are right by
//! its own rules. It depends on `taskpack`, and on
//! `record` for the names of what it finds. Every reader takes any text without a panic, in time
//! that is bounded by its length; what is not surely an answer is none. The rules are in
//! `docs/JUDGE.md`.
#![warn(clippy::indexing_slicing)]

mod answer;
pub mod calls;
mod json;
pub mod letter;
mod lower_case;
pub mod number;
mod numeral;
pub mod pattern;
mod unit;
pub mod value;
pub mod wording;
