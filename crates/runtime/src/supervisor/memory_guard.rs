//! The memory limiter: a cgroup of the worker's own where there can be one, else a watchdog in the
//! supervisor.

use std::path::Path;

use edgescore_probe::{Bytes, CgroupVersion, FreshCgroup, MemorySample, Reading};
use edgescore_record::MemoryLimiter;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::run::memory_control::MemoryControl;

/// Counts a worker's memory and limits it.
pub struct MemoryGuard {
    cgroup: Option<FreshCgroup>,
    /// Why there is no cgroup.
    why: String,
    limit: Option<Bytes>,
    /// Peak resident set for which the watchdog killed the worker.
    caught: Option<Bytes>,
}

impl MemoryGuard {
    /// Makes a cgroup for this process's worker, with this limit.
    pub fn new(limit: Option<Bytes>) -> MemoryGuard {
        let made = FreshCgroup::make(Path::new("/")).and_then(|cgroup| {
            limit.map_or(Ok(()), |limit| cgroup.limit(limit))?;
            Ok(cgroup)
        });
        let (cgroup, why) = match made {
            Ok(cgroup) => (Some(cgroup), String::new()),
            Err(refused) => (None, refused.to_string()),
        };
        MemoryGuard {
            cgroup,
            why,
            limit,
            caught: None,
        }
    }

    /// Limits process `worker` from now on.
    pub fn add(&mut self, worker: u32) {
        if let Some(cgroup) = &self.cgroup
            && let Err(error) = cgroup.take_in(worker)
        {
            let place = cgroup.cgroup().path().display();
            self.why = format!("{place} does not accept the worker: {error}");
            self.cgroup = None;
        }
    }

    /// How its memory is controlled, for the worker.
    pub fn control(&self) -> MemoryControl<'_> {
        MemoryControl {
            limiter: self.limiter(),
            why: &self.why,
        }
    }

    /// Where its memory is counted, if it has a cgroup of its own, and the cgroup of this process.
    pub fn cgroups(&self) -> Option<(&Path, &Path)> {
        let own = self.cgroup.as_ref()?;
        Some((own.cgroup().path(), own.home()))
    }

    /// What counts its memory and limits it.
    pub fn limiter(&self) -> MemoryLimiter {
        match self.cgroup.as_ref().map(|own| own.cgroup().version()) {
            Some(CgroupVersion::V1) => MemoryLimiter::CgroupV1,
            Some(CgroupVersion::V2) => MemoryLimiter::CgroupV2,
            None if self.limit.is_some() => MemoryLimiter::Watchdog,
            None => MemoryLimiter::Process,
        }
    }

    /// The limit.
    pub fn limit(&self) -> Option<Bytes> {
        self.limit
    }

    /// Whether [`MemoryGuard::check`] must be called again and again.
    pub fn must_check(&self) -> bool {
        self.cgroup.is_none() && self.limit.is_some()
    }

    /// Kills process `worker` if it was over its limit at any time: the kernel keeps the peak.
    pub fn check(&mut self, worker: u32) {
        if !self.must_check() || self.caught.is_some() {
            return;
        }
        let peak = MemorySample::of_process(worker).rss_peak;
        if let (Reading::Value(peak), Some(limit)) = (peak, self.limit)
            && peak > limit
            && let Ok(worker) = i32::try_from(worker)
        {
            self.caught = Some(peak);
            let _ = kill(Pid::from_raw(worker), Signal::SIGKILL);
        }
    }

    /// Why the worker was killed, if its limit did it.
    pub fn over(&self) -> Option<String> {
        let limit = self.limit?;
        if let Some(peak) = self.caught {
            return Some(format!(
                "the watchdog killed the worker, whose resident set reached {peak} of {limit}"
            ));
        }
        let cgroup = self.cgroup.as_ref()?.cgroup();
        let version = match cgroup.version() {
            CgroupVersion::V1 => 1,
            CgroupVersion::V2 => 2,
        };
        let killed = cgroup.memory().oom_kills.value().unwrap_or(0) > 0;
        killed.then(|| {
            format!(
                "the kernel killed the worker, which a cgroup of version {version} limits to {limit}"
            )
        })
    }
}
