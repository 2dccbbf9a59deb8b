//! The report as one page for a browser: no scripts, nothing loaded from elsewhere.

mod latency;
mod letters;
mod page;
mod pareto;
mod power;
mod scale;

pub use page::write;
