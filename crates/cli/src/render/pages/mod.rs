//! Pages of blocks, one file for each kind, and what they have in common.

pub mod beside;
pub mod comparison;
pub mod confidence;
pub mod escalation;
pub mod gate;
pub mod headline;
pub mod notes;
pub mod plan;
pub mod plan_error;
pub mod published;
pub mod report;
pub mod several;
pub mod single;
pub mod subject;
pub mod sustained;
