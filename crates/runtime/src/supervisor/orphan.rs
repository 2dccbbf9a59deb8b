//! A worker whose supervisor was killed: it puts back what the supervisor would have, and ends.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use edgescore_probe::leave_fresh_cgroup;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpid, getppid};

use super::clocks;
use crate::run::memory_control::MemoryControl;

/// How often it is looked whether the supervisor lives.
const LOOK: Duration = Duration::from_millis(20);

/// How long a supervisor that disconnects may take to be gone, if it was killed.
pub const DYING: Duration = Duration::from_millis(500);

/// What a worker puts back for a supervisor that was killed.
#[derive(Clone)]
pub struct Estate {
    supervisor: Pid,
    home: PathBuf,
    clocks: String,
}

impl Estate {
    /// That of the process which started this one.
    pub fn new(control: Option<MemoryControl>) -> Estate {
        let (home, clocks) = control.map_or(("", ""), |control| (control.home, control.clocks));
        Estate {
            supervisor: getppid(),
            home: home.into(),
            clocks: clocks.to_owned(),
        }
    }

    /// The supervisor has disconnected. If it was killed, this process puts things back and ends at once: what it
    /// computes nobody would read. Returns where it lives on for this long.
    pub fn wait(&self, at_most: Duration) {
        let until = Instant::now().checked_add(at_most);
        // Its files are closed a moment before it is gone.
        while getppid() == self.supervisor {
            if until.is_some_and(|until| Instant::now() >= until) {
                return;
            }
            thread::sleep(LOOK);
        }
        clocks::put_back(&self.clocks);
        leave_fresh_cgroup(Path::new("/"), &self.home);
        // Not by an exit: libraries that it loaded may compute on.
        let _ = kill(getpid(), Signal::SIGKILL);
    }
}
