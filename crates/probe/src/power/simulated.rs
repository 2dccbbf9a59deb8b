//! `simulated`: a board that does not exist, whose power follows the CPU time that this
//! process, or all of them, really use. For trying budgets without a meter; it measures nothing.

use std::boxed::Box;
use std::format;
use std::path::Path;
use std::thread;

use super::source::{About, Source};
use crate::energy::{Measure, Scope};
use crate::{CpuUse, Microjoules, Microseconds, Microwatts, Reading, Reason, clock};

/// Power of the simulated board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Board {
    /// When it does nothing.
    pub idle: Microwatts,
    /// When all its CPUs are busy.
    pub active: Microwatts,
    /// Whose CPU time counts.
    pub of: Whose,
    /// What its meter reads.
    pub meter: Meter,
}

/// What the meter of a simulated board reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meter {
    /// Energy, without error.
    Energy,
    /// Power, 10 times a second, as sensors on boards do.
    Power {
        /// How late: the time in which a step has come through but for 1/e.
        lag: Microseconds,
        /// By how many percent of both powers a board rises that is busy for long, but for 1/e of that in ten seconds.
        drift: u8,
    },
}

/// The time in which a busy board has warmed up but for 1/e. Boards take minutes; a trial should not.
const WARM: Microseconds = Microseconds(10_000_000);

/// Whose CPU time a simulated board's power follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// That of this process: what others do changes nothing.
    Process,
    /// That of all processes, as a meter sees it, in ticks of 10 ms.
    Board,
}

impl Default for Board {
    /// About a Raspberry Pi 5 at its supply.
    fn default() -> Board {
        Board {
            idle: Microwatts(2_700_000),
            active: Microwatts(7_500_000),
            of: Whose::Process,
            meter: Meter::Energy,
        }
    }
}

struct Simulated {
    about: About,
    board: Board,
    cpus: u64,
    cpu_time: fn() -> Reading<Microseconds>,
    /// Wall and CPU time of the first reading.
    origin: Option<(Microseconds, Microseconds)>,
    sensor: Option<Sensor>,
}

/// A sensor that reads power, as it was at the last reading.
#[derive(Clone, Copy)]
struct Sensor {
    at: Microseconds,
    energy: Microjoules,
    /// How warm the board is, of 1.
    warmth: f64,
    /// What it shows.
    watts: f64,
}

impl Sensor {
    /// After a time in which the cold board would have used the energy up to `energy`.
    fn after(
        self,
        at: Microseconds,
        energy: Microjoules,
        board: Board,
        (lag, drift): (Microseconds, u8),
    ) -> Sensor {
        let span = at.0.saturating_sub(self.at.0) as f64;
        if span <= 0.0 {
            return self;
        }
        let rise = |time: Microseconds| 1.0 - (-span / time.0.max(1) as f64).exp();
        let cold = energy.0.saturating_sub(self.energy.0) as f64 / span;
        let (idle, active) = (board.idle.0 as f64 / 1e6, board.active.0 as f64 / 1e6);
        let busy = (cold - idle) / (active - idle).max(1e-6);
        let warmth = self.warmth + (busy - self.warmth) * rise(WARM);
        let watts = cold * (1.0 + f64::from(drift) / 100.0 * warmth);
        Sensor {
            at,
            energy,
            warmth,
            watts: self.watts + (watts - self.watts) * rise(lag),
        }
    }
}

/// The board, on the CPUs of this machine that this process may use.
pub fn open(board: Board) -> Box<dyn Source> {
    let cpus = thread::available_parallelism().map_or(1, usize::from);
    let cpu_time = match board.of {
        Whose::Process => clock::cpu_time,
        Whose::Board => all_cpu_time,
    };
    with_clock(board, cpus as u64, cpu_time)
}

fn all_cpu_time() -> Reading<Microseconds> {
    CpuUse::read(Path::new("/")).map(|used| used.all)
}

fn with_clock(board: Board, cpus: u64, cpu_time: fn() -> Reading<Microseconds>) -> Box<dyn Source> {
    let (scope, whose) = match board.of {
        Whose::Process => (Scope::Simulated, "this process's CPU time"),
        Whose::Board => (Scope::BoardIn, "the CPU time of all processes"),
    };
    let about = About {
        name: "simulated",
        scope,
        measured: false,
        max_rate_hz: match board.meter {
            Meter::Energy => 100,
            Meter::Power { .. } => 10,
        },
        resolution: None,
        omits: "everything real: a model, no measurement",
        found: format!(
            "{} idle, {} with {cpus} CPU(s) busy, by {whose}",
            board.idle, board.active
        ),
    };
    Box::new(Simulated {
        about,
        board,
        cpus,
        cpu_time,
        origin: None,
        sensor: None,
    })
}

impl Simulated {
    /// Energy since the first reading: idle power all the time, and the difference to active
    /// power for the share of all CPUs that was used.
    fn energy(&self, wall: u64, cpu: u64) -> Option<Microjoules> {
        let dynamic = self.board.active.0.checked_sub(self.board.idle.0)?;
        let idle_pj = u128::from(self.board.idle.0) * u128::from(wall);
        let dynamic_pj = u128::from(dynamic) * u128::from(cpu) / u128::from(self.cpus);
        let microjoules = (idle_pj + dynamic_pj) / 1_000_000;
        u64::try_from(microjoules).ok().map(Microjoules)
    }

    /// What the board's meter makes of the energy up to `now`.
    fn measure(&mut self, now: Microseconds, energy: Microjoules) -> Measure {
        let Meter::Power { lag, drift } = self.board.meter else {
            return Measure::Energy(energy);
        };
        let before = self.sensor.unwrap_or(Sensor {
            at: now,
            energy,
            warmth: 0.0,
            watts: self.board.idle.0 as f64 / 1e6,
        });
        let sensor = before.after(now, energy, self.board, (lag, drift));
        self.sensor = Some(sensor);
        Measure::Power(Microwatts((sensor.watts * 1e6) as u64))
    }
}

impl Source for Simulated {
    fn about(&self) -> &About {
        &self.about
    }

    fn read(&mut self, now: Microseconds) -> Reading<Measure> {
        (self.cpu_time)().and_then(|cpu| {
            let (wall_start, cpu_start) = *self.origin.get_or_insert((now, cpu));
            let wall = now.0.checked_sub(wall_start.0);
            let cpu = cpu.0.checked_sub(cpu_start.0);
            match wall.zip(cpu) {
                Some((wall, cpu)) => {
                    Reading::parsed(self.energy(wall, cpu)).map(|energy| self.measure(now, energy))
                }
                None => Reading::Missing(Reason::Error),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn power_follows_cpu_time() {
        static CPU: AtomicU64 = AtomicU64::new(5_000_000);
        fn cpu_time() -> Reading<Microseconds> {
            Reading::Value(Microseconds(CPU.load(Ordering::Relaxed)))
        }
        let mut source = with_clock(Board::default(), 4, cpu_time);
        let mut energy = |at_s: u64, cpu_s: u64| {
            CPU.store(5_000_000 + cpu_s * 1_000_000, Ordering::Relaxed);
            source.read(Microseconds(at_s * 1_000_000))
        };
        let joules = |j: f64| Reading::Value(Measure::Energy(Microjoules((j * 1e6) as u64)));
        assert_eq!(energy(100, 0), joules(0.0));
        // 10 s idle.
        assert_eq!(energy(110, 0), joules(27.0));
        // 10 s with all four CPUs busy, then 10 s with one.
        assert_eq!(energy(120, 40), joules(27.0 + 75.0));
        assert_eq!(energy(130, 50), joules(27.0 + 75.0 + 39.0));
        assert_eq!(energy(99, 50), Reading::Missing(Reason::Error));
    }

    #[test]
    fn a_sensor_is_late_and_a_board_warms_up() {
        let board = Board {
            idle: Microwatts(2_000_000),
            active: Microwatts(6_000_000),
            ..Board::default()
        };
        let seconds = |s: f64| Microseconds((s * 1e6) as u64);
        let mut sensor = Sensor {
            at: seconds(0.0),
            energy: Microjoules(0),
            warmth: 0.0,
            watts: 2.0,
        };
        let mut busy = |until: f64| {
            while sensor.at.0 < seconds(until).0 {
                let at = Microseconds(sensor.at.0 + 100_000);
                let energy = Microjoules(at.0 * 6);
                sensor = sensor.after(at, energy, board, (seconds(0.2), 10));
            }
            sensor.watts
        };
        // After the lag, 1/e is missing; after ten times the time to warm up, nothing.
        assert!((busy(0.2) - (6.0 - 4.0 / std::f64::consts::E)).abs() < 0.05);
        assert!((busy(100.0) - 6.6).abs() < 0.01);
    }
}
