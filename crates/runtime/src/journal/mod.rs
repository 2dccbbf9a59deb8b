//! Journals: the rows of a run on the board's disk.
//!
//! `ID.journal` holds what a result file holds, and grows while the run goes on. Whoever serves
//! a desk reads rows from there and nowhere else, so that a line may be cut and another process
//! may go on with the next desk. `ID.pid` is locked by the process that runs; `ID.desk` is
//! locked (shared) by every process whose desk listens to the run. The kernel takes the locks
//! away when a process dies, whatever the clock says. A journal that a desk acknowledged to its
//! end becomes `ID.esr`.

mod kept;
mod presence;
mod tail;
mod write;

pub use kept::{collected, kept, prune};
pub use presence::{Presence, someone_listens, writer_of};
pub use tail::Tail;
pub use write::Journal;

use std::path::PathBuf;

use edgescore_record::RunId;

use crate::home::Home;

/// The file of a run with this ending.
fn path(home: &Home, run: RunId, ending: &str) -> std::io::Result<PathBuf> {
    Ok(home.runs()?.join(format!("{run}.{ending}")))
}
