//! One module for each subcommand. `main` alone imports them.

pub mod collect;
pub mod compare;
pub mod doctor;
pub mod gate;
pub mod image;
pub mod pack;
pub mod plan;
pub mod prompt;
pub mod published;
pub mod report;
pub mod run;
pub mod synth;
