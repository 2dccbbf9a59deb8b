//! A board's refusal as a failure of this program.

use anyhow::anyhow;
use edgescore_record::Fault;

use crate::failure::Failure;

/// The failure that a board's refusal is.
pub fn refused(fault: Fault, detail: &str) -> Failure {
    let error = anyhow!("{detail}");
    match fault {
        Fault::Data => Failure::Data(error),
        Fault::Link | Fault::Board => Failure::Board(error),
    }
}
