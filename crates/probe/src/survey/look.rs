//! Making a survey.

use std::path::Path;
use std::string::String;
use std::vec::Vec;

use super::{Figure, Finding, Topic, conditions, memory, power};
use crate::{BoardFacts, Reading, Unavailable};

/// What was found on a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Model of the board, may be empty.
    pub board: String,
    /// The power source that a run takes unless told otherwise; `none` where there is none.
    pub best: String,
    /// What was looked at, topic by topic.
    pub findings: Vec<Finding<String>>,
}

/// Looks at everything below `root`, which is `/` on a board. Watches the power sources for a
/// second.
pub fn survey(root: &Path) -> Survey {
    let board = BoardFacts::read(root).board;
    let (best, mut findings) = power::findings(root);
    findings.extend(conditions::findings(root));
    findings.extend(memory::findings(root));
    Survey {
        board,
        best,
        findings,
    }
}

impl Finding<String> {
    /// Something that was read.
    pub(super) fn read(
        topic: Topic,
        subject: impl Into<String>,
        state: Reading<Figure<String>>,
    ) -> Finding<String> {
        Finding {
            topic,
            subject: subject.into(),
            state,
            detail: String::new(),
            remedy: String::new(),
            meaning: None,
        }
    }

    /// Something that cannot be read.
    pub(super) fn refused(
        topic: Topic,
        subject: impl Into<String>,
        refused: Unavailable,
    ) -> Finding<String> {
        Finding {
            detail: refused.why,
            remedy: refused.remedy,
            ..Finding::read(topic, subject, Reading::Missing(refused.reason))
        }
    }

    /// The same with what was found.
    pub(super) fn detail(self, detail: impl Into<String>) -> Finding<String> {
        let detail = detail.into();
        Finding { detail, ..self }
    }

    /// The same with what to do.
    pub(super) fn remedy(self, remedy: impl Into<String>) -> Finding<String> {
        let remedy = remedy.into();
        Finding { remedy, ..self }
    }
}
