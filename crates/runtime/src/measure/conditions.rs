//! Heat, throttling and waiting over a run.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use edgescore_probe::{
    Microseconds, MilliCelsius, Pressure, Reading, Shortage, Thermometer, ThrottleSource,
    Throttled, current_clock,
};
use edgescore_record::{Budgets, Conditions, Stalls, Stop, Vitals};

use super::spacing::Spacing;
use crate::error::RunError;
use crate::stop;

/// What is read at the start and at the end.
pub struct ConditionsMonitor {
    thermometer: Thermometer,
    throttle: Result<ThrottleSource, edgescore_probe::Unavailable>,
    start: Reading<MilliCelsius>,
    flags: Reading<Throttled>,
    cooled: Duration,
    root: PathBuf,
    /// The moment of the first question, and what tasks had waited by then.
    asked: (Instant, [Reading<Microseconds>; 3]),
    /// When vitals were read last, and how far apart that is done.
    vitals: (Option<Duration>, Spacing),
}

impl ConditionsMonitor {
    /// Waits until the board is cool enough, or the run is interrupted. A board without a
    /// temperature is not waited for, which is logged.
    pub fn start(budgets: &Budgets) -> Result<ConditionsMonitor, RunError> {
        let root = Path::new(budgets.root);
        let thermometer = Thermometer::open(root);
        let waiting = Instant::now();
        if let Some(wanted) = budgets.cool_below {
            cool_down(&thermometer, wanted)?;
        }
        let mut throttle = ThrottleSource::open(root);
        Ok(ConditionsMonitor {
            start: thermometer.hottest(),
            thermometer,
            flags: flags(&mut throttle),
            throttle,
            cooled: waiting.elapsed(),
            root: root.to_owned(),
            asked: (Instant::now(), waited(root)),
            vitals: (None, Spacing::default()),
        })
    }

    /// From here on waiting counts.
    pub fn first_question(&mut self) {
        self.asked = (Instant::now(), waited(&self.root));
    }

    /// Time since the first question.
    pub fn elapsed(&self) -> Duration {
        self.asked.0.elapsed()
    }

    /// How the board fares, if it is time to look.
    pub fn vitals(&mut self) -> Option<Vitals> {
        let at = self.elapsed();
        let (last, spacing) = &mut self.vitals;
        let since_last = last.map(|last| Microseconds::from(at.saturating_sub(last)).0);
        if since_last.is_some_and(|since| !spacing.is_due(since)) {
            return None;
        }
        *last = Some(at);
        spacing.count();
        Some(Vitals {
            at: at.into(),
            clock: current_clock(&self.root),
            temperature: self.thermometer.hottest(),
            throttled: flags(&mut self.throttle),
        })
    }

    /// The row at the end.
    pub fn finish(mut self) -> Conditions {
        let (since, before) = self.asked;
        let [cpu, memory, io] = waited(&self.root);
        let [cpu_before, memory_before, io_before] = before;
        let stalls = Stalls {
            over: since.elapsed().into(),
            cpu: more(cpu_before, cpu),
            memory: more(memory_before, memory),
            io: more(io_before, io),
        };
        let before = self.flags;
        let after = flags(&mut self.throttle);
        Conditions {
            start: self.start,
            end: self.thermometer.hottest(),
            cooled: self.cooled.into(),
            throttled: before.and_then(|before| after.map(|after| after.since(before))),
            stalls,
        }
    }
}

/// Waits until the board is below `wanted`.
fn cool_down(thermometer: &Thermometer, wanted: MilliCelsius) -> Result<(), RunError> {
    let mut logged = false;
    loop {
        match thermometer.hottest() {
            Reading::Value(hottest) if hottest >= wanted => {
                if !logged {
                    log::warn!("waiting until the board is below {wanted}: it has {hottest}");
                }
                logged = true;
            }
            Reading::Value(_) => return Ok(()),
            Reading::Missing(reason) => {
                log::warn!("--cool-below {wanted}: no temperature ({reason})");
                return Ok(());
            }
        }
        if stop::is_interrupted() {
            return Err(RunError::Stopped(Stop::Interrupted));
        }
        sleep(Duration::from_millis(200));
    }
}

/// Time that tasks of the board have waited for CPU, memory and disk.
fn waited(root: &Path) -> [Reading<Microseconds>; 3] {
    [Shortage::Cpu, Shortage::Memory, Shortage::Io]
        .map(|shortage| Pressure::of_board(root, shortage).map(|pressure| pressure.some))
}

/// What came to `before` until `after`.
fn more(before: Reading<Microseconds>, after: Reading<Microseconds>) -> Reading<Microseconds> {
    before.and_then(|before| after.map(|after| Microseconds(after.0.saturating_sub(before.0))))
}

fn flags(source: &mut Result<ThrottleSource, edgescore_probe::Unavailable>) -> Reading<Throttled> {
    match source {
        Ok(source) => source.read(),
        Err(unavailable) => Reading::Missing(unavailable.reason),
    }
}
