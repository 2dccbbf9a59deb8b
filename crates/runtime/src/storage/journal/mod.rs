//! Journals: the rows of a run on the board's disk.
//!
//! `ID.journal` holds what a result file holds, and grows while the run goes on. Whoever serves
//! a host reads rows from there and nowhere else, so that a connection may be cut and another
//! process may go on with the next one. `ID.pid` is locked by the process that runs; `ID.host` is
//! locked (shared) by every process whose host follows the run. The kernel takes the locks
//! away when a process dies, whatever the clock says. A journal that a host acknowledged to its
//! end becomes `ID.esr`.

mod index;
mod path;
mod presence;
mod stored;
mod tail;
mod writer;

pub use presence::{HostPresence, host_is_present, writer_of};
pub use stored::{mark_collected, prune, stored_runs};
pub use tail::Tail;
pub use writer::Journal;
