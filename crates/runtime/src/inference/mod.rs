//! From a question to its answer.

#[cfg(test)]
mod allocations;
pub mod answering;
pub mod judging;
pub mod logits;
pub mod no_answer;
pub mod prefix_cache;
pub mod prompt;
pub mod reading;
mod texts;
mod trace;
pub mod vocabulary;
mod waiting;
pub mod writing;
