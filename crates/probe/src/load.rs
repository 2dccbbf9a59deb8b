//! What others use of the CPUs (proc_stat(5)).

use std::fs;
use std::path::Path;

use crate::{Microseconds, Reading, Reason, clock};

/// A tick of `/proc/stat` and `/proc/PID/stat`: USER_HZ is 100 on every Linux.
pub(crate) const TICK: u64 = 10_000;

/// CPU time that was used until a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpuUse {
    at: Microseconds,
    /// Of all CPUs, by anybody.
    pub all: Microseconds,
    /// By this process.
    own: Microseconds,
}

impl CpuUse {
    /// Until now, on the board below `root`.
    pub fn read(root: &Path) -> Reading<CpuUse> {
        let text = match fs::read_to_string(root.join("proc/stat")) {
            Ok(text) => text,
            Err(error) => return Reading::Missing(error.into()),
        };
        Reading::parsed(busy(&text)).and_then(|all| {
            clock::cpu_time().map(|own| CpuUse {
                at: clock::now(),
                all,
                own,
            })
        })
    }

    /// CPUs that others than this process kept busy since `before`, as a mean, on the board below
    /// `root`; at least 100 ms, ten ticks, must lie between.
    pub fn others_since(before: Reading<CpuUse>, root: &Path) -> Reading<f64> {
        before.and_then(|before| CpuUse::read(root).and_then(|now| now.others_after(&before)))
    }

    fn others_after(&self, before: &CpuUse) -> Reading<f64> {
        let since = |now: Microseconds, then: Microseconds| now.0.saturating_sub(then.0) as f64;
        let time = since(self.at, before.at);
        if time < 100_000.0 {
            return Reading::Missing(Reason::Insufficient {
                have: time as u64,
                need: 100_000,
            });
        }
        let others = since(self.all, before.all) - since(self.own, before.own);
        Reading::Value((others / time).max(0.0))
    }
}

/// Time of all CPUs that was neither idle nor stolen by another machine: user, nice, system, irq and
/// softirq. Guests are part of user.
fn busy(text: &str) -> Option<Microseconds> {
    let line = text.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let mut ticks = line.split_whitespace().map(str::parse::<u64>);
    let mut next = || ticks.next()?.ok();
    let (user, nice, system, _idle, _iowait) = (next()?, next()?, next()?, next()?, next()?);
    let (irq, softirq) = (next()?, next()?);
    let ticks = user.checked_add(nice)?.checked_add(system)?;
    let ticks = ticks.checked_add(irq)?.checked_add(softirq)?;
    Some(Microseconds(ticks.checked_mul(TICK)?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_idle_or_stolen_does_not_count() {
        let text = "cpu  100 20 3 9000 800 40 5 700 60 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n";
        assert_eq!(busy(text), Some(Microseconds(168 * TICK)));
        for odd in [
            "",
            "cpu0 1 2 3 4 5 6 7\n",
            "cpu  1 2 3 4 5 6\n",
            "cpu  1 2 x 4 5 6 7\n",
        ] {
            assert_eq!(busy(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn others_are_what_this_process_has_not_used() {
        let used = |at, all, own| CpuUse {
            at: Microseconds(at),
            all: Microseconds(all),
            own: Microseconds(own),
        };
        let before = used(1_000_000, 50_000_000, 0);
        let others = |now: CpuUse| now.others_after(&before).value();
        assert_eq!(others(used(2_000_000, 51_500_000, 1_000_000)), Some(0.5));
        // Ticks are coarse.
        assert_eq!(others(used(2_000_000, 50_990_000, 1_000_000)), Some(0.0));
        assert_eq!(others(used(1_050_000, 50_100_000, 0)), None);
    }
}
