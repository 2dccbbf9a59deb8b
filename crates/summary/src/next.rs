//! What more questions would show.

use edgescore_score::{
    Bootstrap, Discordance, Reading, compare, questions_for_half_width, questions_to_tell_apart,
};

use crate::error::Error;
use crate::ranking::{RankedRun, order};
use crate::run::RunSummary;

/// p value above which two runs are not told apart.
const LEVEL: f64 = 0.05;

/// Half the width of an interval that most comparisons are content with.
pub const HALF_WIDTH: f64 = 0.03;

/// Two runs that their questions do not tell apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotApart {
    /// Place of the better one among the runs.
    pub first: usize,
    /// Place of the other.
    pub other: usize,
    /// Questions that both answered.
    pub questions: u32,
    /// Questions more that would tell them apart in four of five cases; none where they show no
    /// difference.
    pub more: Option<u32>,
}

/// The best run and the next one, if they are ranked and not told apart (McNemar's mid-p test).
///
/// # Errors
/// Runs whose answer keys differ.
pub fn not_apart(runs: &[RankedRun]) -> Result<Option<NotApart>, Error> {
    let order = order(runs);
    let ranked = |place: usize| {
        let index = *order.get(place)?;
        let run = runs.get(index).filter(|run| run.rank.is_ok())?;
        Some((index, &run.run))
    };
    let (Some((first, better)), Some((other, next))) = (ranked(0), ranked(1)) else {
        return Ok(None);
    };
    if better.pack_hash() != next.pack_hash() {
        return Ok(None);
    }
    let found = compare(&better.run()?, &next.run()?, Bootstrap::default())?;
    let Discordance {
        only_first,
        only_second,
    } = found.discordance;
    let questions = found.both + found.neither + only_first + only_second;
    if questions == 0 || found.mcnemar.mid_p < LEVEL {
        return Ok(None);
    }
    let needed = questions_to_tell_apart(found.discordance, questions);
    Ok(Some(NotApart {
        first,
        other,
        questions,
        // What the questions that there are have shown was luck; it takes one more at least.
        more: needed.map(|needed| needed.saturating_sub(questions).max(1)),
    }))
}

/// Questions more that bring the interval of the accuracy to [`HALF_WIDTH`] on both sides; none where
/// it is there.
pub fn more_for_half_width(run: &RunSummary) -> Option<u32> {
    let accuracy = run.pass_at_1.value()?;
    let interval = match accuracy.interval {
        Reading::Value(interval) => interval,
        Reading::Missing(_) => return None,
    };
    if interval.half_width() <= HALF_WIDTH {
        return None;
    }
    let needed = questions_for_half_width(accuracy.value, HALF_WIDTH);
    let more = needed.saturating_sub(run.answered());
    (more > 0).then_some(more)
}
