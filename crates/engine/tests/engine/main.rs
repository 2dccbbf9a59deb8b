//! Tests against the real llama.cpp, on tiny models with seeded random weights.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod allocations;
mod counting;
mod load;
mod logs;
mod session;
mod template;
mod text;
mod tiny;
