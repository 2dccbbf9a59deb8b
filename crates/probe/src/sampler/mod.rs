//! The sampler: one thread reads a power source at a fixed rate while another one works.
//!
//! The working thread owns the [`Sampler`]. It takes an [`Edge`] at the ends of every phase,
//! which reads the source at that moment, and two edges give a
//! [`Window`](crate::energy::Window). After [`Sampler::start`] neither thread makes a heap
//! allocation.

mod ring;
mod thread;

use std::boxed::Box;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::Duration;

use heapless::Deque;
use heapless::spsc::Consumer;

use crate::energy::{Edge, Integral, Measure, Point, Sample, Trail};
use crate::power::{About, Source, sample};
use crate::{Microseconds, Microwatts, Reading, Reason, clock};

pub use thread::Regularity;
use thread::{Shared, Worker};

/// Samples a second unless asked otherwise.
pub const DEFAULT_RATE_HZ: u32 = 10;

/// How to sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Samples a second. The source's own maximum is not exceeded: [`Sampler::rate_hz`] says
    /// what it came to.
    pub hz: u32,
    /// The window whose mean power is watched.
    pub window: Microseconds,
}

impl Default for Rate {
    /// 10 Hz and windows of 1 s.
    fn default() -> Rate {
        Rate {
            hz: DEFAULT_RATE_HZ,
            window: Microseconds(1_000_000),
        }
    }
}

/// What was watched since [`Sampler::watch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Highest mean of a window; of the time so far, until a whole one has passed.
    pub worst: Reading<Microwatts>,
    /// Time during which the window's mean was over the limit.
    pub over: Microseconds,
}

/// What a sampler did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Samples a second that were planned.
    pub rate_hz: u32,
    /// Samples that were values, edges included.
    pub samples: u64,
    /// Samples that were missing or out of order.
    pub failed: u64,
    /// Time that was bridged because samples were late or missing.
    pub lost: Microseconds,
    /// Longest time between two values.
    pub largest_gap: Microseconds,
    /// How regular the sampling thread was.
    pub regularity: Regularity,
}

/// A source that is being sampled.
pub struct Sampler {
    about: About,
    rate_hz: u32,
    shared: Arc<Shared>,
    running: Option<(JoinHandle<Worker>, Consumer<'static, Sample>)>,
    integral: Integral,
    trail: Trail,
    /// What the thread read since somebody asked, of a source that reads power.
    powers: Deque<(Microseconds, Microwatts), POWERS>,
    regularity: Regularity,
}

/// Readings kept for [`Sampler::next_power`]: the last three seconds at 10 Hz.
const POWERS: usize = 32;

impl Sampler {
    /// Starts to sample `source`. A source that is never sampled (`none`) gets no thread; its
    /// windows give its reason.
    pub fn start(source: Box<dyn Source>, rate: Rate) -> io::Result<Sampler> {
        let about = source.about().clone();
        let rate_hz = rate.hz.clamp(1, about.max_rate_hz.max(1));
        let period = Microseconds(1_000_000 / u64::from(rate_hz));
        let shared = Arc::new(Shared::new(source));
        let running = match about.max_rate_hz {
            0 => None,
            _ => {
                let (producer, consumer) = ring::take();
                let shared = Arc::clone(&shared);
                let thread = Builder::new()
                    .name("sampler".into())
                    .spawn(move || thread::run(&shared, producer, period))?;
                Some((thread, consumer))
            }
        };
        Ok(Sampler {
            about,
            rate_hz,
            shared,
            running,
            integral: Integral::new(period),
            trail: Trail::new(rate.window),
            powers: Deque::new(),
            regularity: Regularity::default(),
        })
    }

    /// What its readings mean.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Samples a second.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Reads the source now and takes the edge of a window. Costs one reading of the source,
    /// and waits for the one that the thread may be making.
    pub fn mark(&mut self) -> Edge {
        let shared = Arc::clone(&self.shared);
        let mut source = shared.source();
        // While the source is held, the thread can add nothing: what is in the ring is older
        // than the sample of this edge.
        self.drain();
        let sample = sample(&mut **source);
        drop(source);
        let edge = self.integral.edge(sample);
        self.follow(edge.point());
        edge
    }

    /// Starts to watch for windows over `limit`, at an edge taken now; forgets what was
    /// watched before.
    pub fn watch(&mut self, limit: Option<Microwatts>) -> Edge {
        self.drain();
        self.trail.restart(limit);
        self.mark()
    }

    /// What was watched since [`Sampler::watch`], or since the start.
    pub fn watched(&mut self) -> Watched {
        self.drain();
        let worst = match (self.trail.worst(), self.integral.state()) {
            (Some(worst), _) => Reading::Value(worst),
            (None, Reading::Missing(reason)) => Reading::Missing(reason),
            (None, Reading::Value(())) => Reading::Missing(Reason::Off),
        };
        Watched {
            worst,
            over: self.trail.over(),
        }
    }

    /// Mean power while the caller sleeps for `length`: an idle baseline. Ends early with
    /// [`Reason::Off`] when `stop` is set.
    pub fn idle(&mut self, length: Duration, stop: &AtomicBool) -> Reading<Microwatts> {
        /// How soon `stop` is seen.
        const NAP: Duration = Duration::from_millis(50);
        let from = self.mark();
        let end = clock::now().0.saturating_add(Microseconds::from(length).0);
        while let Some(left) = end.checked_sub(clock::now().0).filter(|left| *left > 0) {
            if stop.load(Ordering::Relaxed) {
                return Reading::Missing(Reason::Off);
            }
            sleep(Duration::from(Microseconds(left)).min(NAP));
        }
        from.until(self.mark()).mean()
    }

    /// The oldest power that was read at the source's own times, of those that were not asked for yet; a
    /// counter has none.
    pub fn next_power(&mut self) -> Option<(Microseconds, Microwatts)> {
        self.drain();
        self.powers.pop_front()
    }

    /// Stops sampling.
    pub fn finish(mut self) -> Summary {
        self.end();
        Summary {
            rate_hz: self.rate_hz,
            samples: self.integral.samples(),
            failed: self.integral.failed(),
            lost: self.integral.lost(),
            largest_gap: self.integral.largest_gap(),
            regularity: self.regularity,
        }
    }

    /// Takes what the thread has sampled.
    fn drain(&mut self) {
        while let Some((_, ring)) = &mut self.running
            && let Some(sample) = ring.dequeue()
        {
            if let Reading::Value(Measure::Power(power)) = sample.reading {
                if self.powers.is_full() {
                    self.powers.pop_front();
                }
                // There is room.
                let _ = self.powers.push_back((sample.at, power));
            }
            let point = self.integral.push(sample);
            self.follow(point);
        }
    }

    fn follow(&mut self, point: Reading<Point>) {
        if let Reading::Value(point) = point {
            self.trail.push(point);
        }
    }

    /// Ends the thread and gives its ring back.
    fn end(&mut self) {
        self.shared.stop();
        self.drain();
        if let Some((thread, ring)) = self.running.take() {
            thread.thread().unpark();
            // A source that panicked has printed why; its ring is lost with it.
            if let Ok(worker) = thread.join() {
                self.regularity = worker.regularity;
                ring::give_back((worker.ring, ring));
            }
        }
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
