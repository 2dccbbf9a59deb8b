//! Where the questions of a task pack come from: the import of 6G-Bench, our own hand-written
//! tasks, and our generator. Every source gives a [`edgescore_taskpack::Draft`].

pub mod controls;
pub mod generate;
pub mod six_g_bench;
pub mod solve;
pub mod worked;
