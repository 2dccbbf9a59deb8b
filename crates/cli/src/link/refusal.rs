//! A board's refusal as a failure of this program.

use anyhow::anyhow;
use edgescore_record::RefusalKind;

use crate::failure::Failure;

/// The failure that a board's refusal is.
pub fn refused(kind: RefusalKind, detail: &str) -> Failure {
    let error = anyhow!("{detail}");
    match kind {
        RefusalKind::Data => Failure::Data(error),
        RefusalKind::Link | RefusalKind::Board => Failure::Board(error),
    }
}
