//! What makes a question harder.

/// Difficulty, 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// The easiest.
    pub const ONE: Level = Level(1);
    /// How the name of a pack starts; the level's number follows.
    pub const PACK_NAME: &str = "edgescore-level-";

    /// All levels.
    pub const ALL: [Level; 5] = [Level(1), Level(2), Level(3), Level(4), Level(5)];

    /// Level `number`; `None` unless 1 to 5.
    pub fn new(number: u8) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.0 == number)
    }

    /// 1 to 5.
    pub const fn number(self) -> u8 {
        self.0
    }

    pub(crate) const fn shape(self) -> Shape {
        match self.0 {
            1 => Shape {
                turns: 2,
                futures: 3,
                margin: 20,
                spread: 3,
                ..Shape::SIMPLE
            },
            2 => Shape {
                turns: 3,
                futures: 3,
                margin: 10,
                spread: 30,
                ..Shape::SIMPLE
            },
            3 => Shape {
                turns: 5,
                futures: 3,
                margin: 10,
                spread: 30,
                once_terms: 1,
                shuffle_columns: true,
                idle_rules: 1,
                ..Shape::SIMPLE
            },
            4 => Shape {
                turns: 7,
                futures: 3,
                margin: 6,
                spread: 40,
                once_terms: 1,
                odds: true,
                shuffle_columns: true,
                idle_rules: 1,
                ban: Ban::Limit,
                asides: 1,
                ..Shape::SIMPLE
            },
            _ => Shape {
                turns: 10,
                futures: 4,
                margin: 3,
                spread: 40,
                future_terms: 2,
                once_terms: 1,
                odds: true,
                shuffle_columns: true,
                idle_rules: 1,
                ban: Ban::Conditional,
                asides: 2,
            },
        }
    }
}

/// What a level asks of a question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Turns of the trace.
    pub turns: usize,
    /// Futures, the present state's included.
    pub futures: usize,
    /// By how much the answer's worst regret is below that of every other permitted option.
    pub margin: i32,
    /// How far the futures' least costs may lie apart: 0 makes the order of costs that of
    /// regrets.
    pub spread: i32,
    /// Terms with a cost in each future.
    pub future_terms: usize,
    /// Terms with one cost whatever comes.
    pub once_terms: usize,
    /// Whether odds of the futures are stated. They serve the average, not the worst case.
    pub odds: bool,
    /// Whether the present state's column may stand anywhere.
    pub shuffle_columns: bool,
    /// Rules that forbid nothing that is offered.
    pub idle_rules: usize,
    /// How the policy forbids an option.
    pub ban: Ban,
    /// Sentences that do not matter.
    pub asides: usize,
}

impl Shape {
    const SIMPLE: Shape = Shape {
        turns: 2,
        futures: 3,
        margin: 20,
        spread: 3,
        future_terms: 1,
        once_terms: 0,
        odds: false,
        shuffle_columns: false,
        idle_rules: 0,
        ban: Ban::Named,
        asides: 0,
    };
}

/// How the policy forbids an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ban {
    /// A rule names it.
    Named,
    /// It takes longer to set up than a rule allows.
    Limit,
    /// A rule names it for the load of the last turn, and another one for other loads.
    Conditional,
}
