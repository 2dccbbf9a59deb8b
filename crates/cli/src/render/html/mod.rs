//! The report as one page for a browser: no scripts, nothing loaded from elsewhere.

mod confidence;
mod escalation;
mod latency;
mod letters;
mod page;
mod pareto;
mod plane;
mod scale;
mod trace;

pub use escalation::write_escalation;
pub use page::write;
