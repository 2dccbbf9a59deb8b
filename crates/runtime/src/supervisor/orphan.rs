//! A worker whose supervisor was killed: it puts back what the supervisor would have, and ends.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use edgescore_probe::leave_fresh_cgroup;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpid, getppid};

use super::clocks;
use super::memory_guard::MemoryGuard;

/// How often it is looked whether the supervisor lives.
const LOOK: Duration = Duration::from_millis(20);

/// How long a supervisor that disconnects may take to be gone, if it was killed.
pub const DYING: Duration = Duration::from_millis(500);

/// What a worker puts back for a supervisor that was killed.
#[derive(Clone)]
pub struct Estate {
    supervisor: Pid,
    /// Of this process alone.
    cgroup: PathBuf,
    /// Of the supervisor.
    home: PathBuf,
    /// Files of CPU clocks and what they held before they were capped: `PATH VALUE` a line.
    clocks: String,
}

impl Estate {
    /// What the supervisor, this process, leaves, as arguments of its worker: there from its first moment on, as no
    /// message is.
    pub fn arguments(guard: &MemoryGuard, clocks: &str) -> [OsString; 4] {
        let nowhere = Path::new("");
        let (cgroup, home) = guard.cgroups().unwrap_or((nowhere, nowhere));
        [
            getpid().to_string().into(),
            cgroup.into(),
            home.into(),
            clocks.into(),
        ]
    }

    /// What the arguments of this process, the worker, say. Without them it has no supervisor.
    pub fn of_arguments() -> Estate {
        let mut arguments = std::env::args_os().skip(2);
        let mut next = || arguments.next().unwrap_or_default();
        let supervisor = next();
        let supervisor = supervisor.to_str().and_then(|pid| pid.parse().ok());
        Estate {
            supervisor: supervisor.map_or_else(getppid, Pid::from_raw),
            cgroup: next().into(),
            home: next().into(),
            clocks: next().to_string_lossy().into_owned(),
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
        leave_fresh_cgroup(&self.cgroup, &self.home);
        // Not by an exit: libraries that it loaded may compute on.
        let _ = kill(getpid(), Signal::SIGKILL);
    }
}
