//! A small model that asks a large one where it is not sure.
//!
//! A question whose confidence on the small model is at or above a threshold has the small model's
//! answer and cost; any other has the large model's answer and the cost of both.

mod choice;
mod point;

#[cfg(test)]
mod tests;

pub use choice::{AsGoodAsLarge, Choice, CostLimits, Goal, NoChoice, choose};
pub use point::{Answered, ESCALATE_ALL, Escalable, EscalationPoint, curve};
