//! What the programs on a board are made of: edgescore-rt, and workers for other engines.
//!
//! Rooms use each other in one direction: `init` uses `link`; `supervisor` uses `run`, `link` and
//! `storage`; `run` uses `inference`, `measure` and `storage`; `inference` uses `measure`; `link`
//! uses `storage`. All use the files beside this one, which use none of them.

pub mod decoder;
pub mod error;
pub mod inference;
pub mod init;
pub mod link;
pub mod logs;
pub mod measure;
pub mod run;
pub mod stop;
pub mod storage;
pub mod supervisor;
pub mod wire;
