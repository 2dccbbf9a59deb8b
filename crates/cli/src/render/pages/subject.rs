//! What a report is about.

use edgescore_summary::published::PublishedModel;
use edgescore_summary::{ModePair, NotApart, RankedRun, Ranking, mode_pairs, not_apart};

use crate::failure::Failure;

/// What a report is about.
pub struct Subject<'r> {
    /// The runs.
    pub runs: &'r [RankedRun],
    /// How they were ranked.
    pub how: Ranking,
    /// Letter and generate runs among them.
    pub pairs: Vec<ModePair>,
    /// The first two, if they are not told apart.
    pub not_apart: Option<NotApart>,
    /// The published models to set beside them.
    pub published: Vec<PublishedModel>,
}

impl<'r> Subject<'r> {
    /// Runs that were ranked so.
    ///
    /// # Errors
    /// Runs of one pack whose answer keys differ.
    pub fn of(runs: &'r [RankedRun], how: Ranking) -> Result<Subject<'r>, Failure> {
        Ok(Subject {
            runs,
            how,
            pairs: mode_pairs(runs).map_err(Failure::data)?,
            not_apart: not_apart(runs).map_err(Failure::data)?,
            published: Vec::new(),
        })
    }
}
