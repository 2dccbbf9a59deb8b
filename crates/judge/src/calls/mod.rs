//! From a text to calls of functions, and whether they are the right ones.

mod call;
mod check;
mod dialect;
mod function;
mod gemma;
mod gemma_code;
mod granite;
mod hermes;
mod judgement;
mod lfm2;
mod llama;
mod mistral;
mod object;
mod parse;
mod plain;
mod python;
mod pythonic;
mod qwen_xml;
mod tags;

pub use call::Call;
pub use check::{CheckError, check};
pub use dialect::Dialect;
pub use judgement::{ToolJudgement, judge};
pub use parse::{Parsed, parse};
