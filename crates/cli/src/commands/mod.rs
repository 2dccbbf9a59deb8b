//! One module for each subcommand. `main` alone imports them.

pub mod choose;
pub mod collect;
pub mod compare;
pub mod completions;
pub mod doctor;
pub mod gate;
pub mod image;
pub mod man;
pub mod pack;
pub mod plan;
pub mod prompt;
pub mod published;
pub mod report;
pub mod run;
pub mod serve_check;
pub mod synth;
pub mod verify;
