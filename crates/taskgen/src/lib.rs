//! Where the questions of a task pack come from: the import of 6G-Bench, and our own
//! hand-written tasks. Every source gives a [`edgescore_taskpack::Draft`].

pub mod six_g_bench;
pub mod worked;
