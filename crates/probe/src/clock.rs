//! Clocks: the monotonic one that stamps samples, and this process's CPU time.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

use crate::{Microseconds, Reading, Reason};

impl From<Duration> for Microseconds {
    fn from(duration: Duration) -> Microseconds {
        // 2^64 microseconds are 584,000 years.
        Microseconds(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
    }
}

impl From<Microseconds> for Duration {
    fn from(microseconds: Microseconds) -> Duration {
        Duration::from_micros(microseconds.0)
    }
}

/// Time on the monotonic clock since this process first asked. Steps of the wall clock (NTP,
/// a board without a battery that learns the date) don't reach it.
pub fn now() -> Microseconds {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    ORIGIN.get_or_init(Instant::now).elapsed().into()
}

/// CPU time of all threads of this process, user and system (clock_gettime(2)).
pub fn cpu_time() -> Reading<Microseconds> {
    match clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID) {
        Ok(time) => Reading::Value(Duration::from(time).into()),
        Err(_) => Reading::Missing(Reason::Unsupported),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_runs_while_work_is_done() {
        let (wall, cpu) = (now(), cpu_time().value().unwrap());
        let mut x = 1u64;
        while cpu_time().value().unwrap().0 < cpu.0 + 20_000 {
            x = std::hint::black_box(x.wrapping_mul(3));
        }
        // Other threads of the test process count too, so wall time may be shorter.
        assert!(now() > wall);
    }
}
