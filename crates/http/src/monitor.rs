//! The memory of a server, as it is used.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use edgescore_probe::{Bytes, Microseconds, ProcessTree, Reading, Reason};

/// How often memory is read: `smaps_rollup` walks the page tables, some 1 ms for 100 MB.
const EVERY: Duration = Duration::from_millis(100);

/// Watches the processes of a server.
pub struct Monitor {
    tree: ProcessTree,
    peak: Arc<AtomicU64>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// CPU time before the first question.
    before: Reading<Microseconds>,
}

impl Monitor {
    /// Begins to watch.
    pub fn start(tree: ProcessTree) -> Monitor {
        let peak = Arc::new(AtomicU64::new(0));
        let ends = Arc::new(AtomicBool::new(false));
        let (watched, highest, end) = (tree.clone(), peak.clone(), ends.clone());
        let thread = thread::Builder::new()
            .name("server".to_owned())
            .spawn(move || {
                while !end.load(Ordering::Relaxed) {
                    if let Reading::Value(memory) = watched.memory() {
                        highest.fetch_max(memory.0, Ordering::Relaxed);
                    }
                    thread::park_timeout(EVERY);
                }
            });
        Monitor {
            tree,
            peak,
            ends,
            thread: thread.ok(),
            before: Reading::Missing(Reason::Off),
        }
    }

    /// The first question comes now.
    pub fn first_question(&mut self) {
        self.before = self.tree.cpu_time();
    }

    /// The last question was asked: the peak of memory, and CPU time since the first one.
    pub fn finish(mut self) -> (Reading<Bytes>, Reading<Microseconds>) {
        let last = self.tree.memory();
        let cpu = self.before.and_then(|before| {
            let now = self.tree.cpu_time();
            now.map(|now| Microseconds(now.0.saturating_sub(before.0)))
        });
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
        let peak = self.peak.load(Ordering::Relaxed);
        let memory = match (last, peak) {
            (Reading::Value(last), peak) => Reading::Value(Bytes(last.0.max(peak))),
            (Reading::Missing(reason), 0) => Reading::Missing(reason),
            (Reading::Missing(_), peak) => Reading::Value(Bytes(peak)),
        };
        (memory, cpu)
    }
}
