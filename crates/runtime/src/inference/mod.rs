//! From a question to its answer.

#[cfg(test)]
mod allocations;
pub mod answering;
mod json;
pub mod logits;
mod parse;
pub mod prefix_cache;
pub mod prompt;
mod trace;
