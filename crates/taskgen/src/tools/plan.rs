//! What is settled before the numbers of a question are drawn.

use super::vocabulary::Action;

/// How a question ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// With a call.
    Call,
    /// Without: no rule asks for one.
    Nothing,
    /// Without: a required value is not stated.
    Missing,
}

/// What is settled before the numbers are drawn.
pub(super) struct Plan<'w> {
    pub ending: Ending,
    pub is_conversation: bool,
    /// The action that the question is about.
    pub chosen: &'w Action,
    /// Whether two rows ask for a call.
    pub is_pair: bool,
    /// The place of the chosen function.
    pub place: usize,
}
