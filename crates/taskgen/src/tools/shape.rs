//! What a level asks of a question about functions.

use crate::generate::Level;

/// Difficulty in parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Functions that are offered.
    pub functions: usize,
    /// Rules.
    pub rules: usize,
    /// Subjects in the report.
    pub rows: usize,
    /// Things that a target is chosen from.
    pub candidates: usize,
    /// Readings that nothing depends on.
    pub idle: usize,
    /// Sentences that do not matter.
    pub asides: usize,
    /// Whether values are computed from readings, and quantities are in any unit.
    pub computes: bool,
    /// Whether values and exceptions hang on the subject's class.
    pub classes: bool,
    /// Whether a rule has a second condition, or another limit for a class.
    pub compound: bool,
    /// Conversations among 100 questions.
    pub conversations: usize,
    /// Questions that the first call of a conversation is followed by, at least and at most.
    pub queries: (usize, usize),
    /// Answers of two calls among 100 questions.
    pub pairs: usize,
}

impl Shape {
    pub(super) const fn of(level: Level) -> Shape {
        let simple = Shape {
            functions: 3,
            rules: 2,
            rows: 1,
            candidates: 2,
            idle: 0,
            asides: 0,
            computes: false,
            classes: false,
            compound: false,
            conversations: 0,
            queries: (1, 1),
            pairs: 0,
        };
        match level.number() {
            1 => simple,
            2 => Shape {
                functions: 4,
                rows: 2,
                idle: 1,
                asides: 1,
                computes: true,
                ..simple
            },
            3 => Shape {
                functions: 5,
                rules: 3,
                rows: 2,
                idle: 1,
                asides: 1,
                computes: true,
                classes: true,
                conversations: 20,
                queries: (1, 2),
                ..simple
            },
            4 => Shape {
                functions: 6,
                rules: 3,
                rows: 3,
                candidates: 3,
                idle: 2,
                asides: 2,
                computes: true,
                classes: true,
                compound: true,
                conversations: 30,
                queries: (1, 2),
                ..simple
            },
            _ => Shape {
                functions: 8,
                rules: 3,
                rows: 4,
                candidates: 3,
                idle: 2,
                asides: 2,
                computes: true,
                classes: true,
                compound: true,
                conversations: 30,
                queries: (2, 3),
                pairs: 40,
            },
        }
    }
}
