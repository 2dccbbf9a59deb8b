//! Where the questions of a task pack come from: the import of 6G-Bench, files of anybody's own
//! questions, our own hand-written tasks, and our generator. Every source gives a [`edgescore_taskpack::Draft`].

pub mod controls;
pub mod functions;
pub mod generate;
pub mod own;
pub mod six_g_bench;
pub mod solve;
pub mod tools;
pub mod worked;
