//! Memory of a run, as it is used.

use std::path::Path;

use edgescore_engine::{Buffers, Model, Session};
use edgescore_probe::{Bytes, Cgroup, MemorySample, Reading, Reason, forget_memory_peak};
use edgescore_record::Memory;

/// Looks at the memory of this process at quiet moments of a run.
pub struct MemoryMonitor {
    cgroup: Option<Cgroup>,
    /// The cgroup's peak at the start, where the kernel cannot forget it.
    old_peak: Option<Bytes>,
    /// Peaks of the process and of the cgroup before they were forgotten.
    before: (Reading<Bytes>, Reading<Bytes>),
    weights: Buffers,
    session: Buffers,
    anon: Reading<Bytes>,
    file: Reading<Bytes>,
    faults: Reading<u64>,
    refaults: Reading<u64>,
}

const NOT_YET: Reason = Reason::Off;

impl MemoryMonitor {
    /// Begins before anything is loaded. What was used before does not count for the peak. With
    /// `has_cgroup` this process is in a cgroup of its own.
    pub fn start(has_cgroup: bool) -> MemoryMonitor {
        let cgroup = match has_cgroup {
            true => Cgroup::own(Path::new("/")).ok(),
            false => None,
        };
        let begun = |cgroup: &Cgroup| match cgroup.forget_peak() {
            true => None,
            false => cgroup.memory().peak.value(),
        };
        MemoryMonitor {
            old_peak: cgroup.as_ref().and_then(begun),
            cgroup,
            before: (Reading::Missing(NOT_YET), Reading::Missing(NOT_YET)),
            weights: Buffers::default(),
            session: Buffers::default(),
            anon: Reading::Missing(NOT_YET),
            file: Reading::Missing(NOT_YET),
            faults: Reading::Missing(NOT_YET),
            refaults: Reading::Missing(NOT_YET),
        }
    }

    /// `session` of `model` was made.
    pub fn loaded(&mut self, model: &Model, session: &Session) {
        self.weights = model.buffers();
        self.session = session.buffers();
        self.look();
    }

    /// Does work that is no part of the run and frees what it takes: as far as the kernel can
    /// forget, it does not count for the peak. A limit holds it all the same.
    pub fn apart<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (process, cgroup) = self.before;
        let so_far = MemorySample::read(Path::new("/")).rss_peak;
        self.before = (larger(process, so_far), larger(cgroup, self.cgroup_peak()));
        let done = work();
        if let Err(error) = forget_memory_peak() {
            log::debug!("the peak of memory counts what was tried: {error}");
        }
        if let Some(cgroup) = &self.cgroup {
            cgroup.forget_peak();
        }
        done
    }

    fn look(&mut self) -> MemorySample {
        let sample = MemorySample::read(Path::new("/"));
        self.anon = larger(self.anon, sample.rss_anon);
        self.file = larger(self.file, sample.rss_file);
        sample
    }

    fn cgroup_peak(&self) -> Reading<Bytes> {
        let peak = match &self.cgroup {
            Some(cgroup) => cgroup.memory().peak,
            None => Reading::Missing(Reason::Unsupported),
        };
        match peak.value() {
            // It is from before the run.
            Some(_) if peak.value() == self.old_peak => Reading::Missing(Reason::Stale),
            _ => peak,
        }
    }

    fn refaults(&self) -> Reading<u64> {
        match &self.cgroup {
            Some(cgroup) => cgroup.memory().file_refaults,
            None => Reading::Missing(Reason::Unsupported),
        }
    }

    /// From here on faults count.
    pub fn first_question(&mut self) {
        self.faults = self.look().major_faults;
        self.refaults = self.refaults();
    }

    /// The last question was asked.
    pub fn finish(mut self) -> Memory {
        let sample = self.look();
        Memory {
            rss_peak: larger(self.before.0, sample.rss_peak),
            rss_anon: self.anon,
            rss_file: self.file,
            major_faults: since(self.faults, sample.major_faults),
            cgroup_peak: larger(self.before.1, self.cgroup_peak()),
            refaults: since(self.refaults, self.refaults()),
            repacked: Bytes(self.weights.repacked),
            kv: Bytes(self.session.kv + self.session.state),
            compute: Bytes(self.session.compute),
        }
    }
}

/// The larger value; a value rather than none.
fn larger(a: Reading<Bytes>, b: Reading<Bytes>) -> Reading<Bytes> {
    match (a, b) {
        (Reading::Value(a), Reading::Value(b)) => Reading::Value(a.max(b)),
        (Reading::Value(_), Reading::Missing(_)) => a,
        (Reading::Missing(_), _) => b,
    }
}

/// What a counter has counted.
fn since(before: Reading<u64>, after: Reading<u64>) -> Reading<u64> {
    before.and_then(|before| after.map(|after| after.saturating_sub(before)))
}
