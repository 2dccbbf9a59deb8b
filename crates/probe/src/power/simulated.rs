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
}

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
        max_rate_hz: 100,
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
                Some((wall, cpu)) => Reading::parsed(self.energy(wall, cpu)).map(Measure::Energy),
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
}
