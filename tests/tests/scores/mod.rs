//! From result files to scores: report in all formats, compare, gate, published, and the runs
//! that end early.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails by a panic"
)]

mod compare;
mod confidence;
mod early;
mod escalate;
mod formats;
mod gate;
mod made;
mod many;
mod page;
mod published;
mod reference;
mod report;
mod sustained;
