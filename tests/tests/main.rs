//! Every end-to-end test, linked once: `cargo nextest run -E 'test(ssh::)'` runs one file's.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails by a panic"
)]

mod answers;
mod bad_models;
mod bad_packs;
mod bad_questions;
mod bad_results;
mod board_dependencies;
mod budgets_doctor;
mod budgets_doctor_boards;
mod budgets_heat;
mod budgets_memory;
mod budgets_power;
mod budgets_sweep;
mod calibration;
mod choose;
mod command_line;
mod cross;
mod cross_boards;
mod determinism;
mod disk_faults;
mod examples;
mod faults;
mod full_disk;
mod image;
mod import;
mod interrupted;
mod kills;
mod kinds;
mod offline;
mod onnx;
mod packs;
mod plan;
mod prompts;
mod real_input;
mod resume;
mod reuse;
mod roofline;
mod scale;
mod scores;
mod serial;
mod served;
mod skipped;
mod ssh;
mod sustained;
mod terminal;
mod thinking;
mod usage;
