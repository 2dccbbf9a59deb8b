//! From samples to energy, in integers and without allocation: no `std` needed.
//!
//! Power is integrated by the trapezoid rule, counters by their differences. The integral is
//! kept as a running sum, so the energy between any two edges is one subtraction.

mod counter;
mod integral;
mod pace;
mod trail;
mod window;

pub use counter::Counter;
pub use integral::{Edge, Integral, Point};
pub use pace::{Budget, Pace, Work};
pub use trail::Trail;
pub use window::{Energy, Window};

use serde::{Deserialize, Serialize};

use crate::{Microjoules, Microseconds, Microwatts, Reading};

/// What a power source reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Power at this moment, or its mean since the reading before.
    Power(Microwatts),
    /// Energy since some start; never falls.
    Energy(Microjoules),
}

/// One reading of a power source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When it was read.
    pub at: Microseconds,
    /// What was read.
    pub reading: Reading<Measure>,
}

/// What a power figure includes. No sensor on a board measures the board's whole input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// A sum of some of the board's supply rails.
    Rails,
    /// The compute module without its carrier board.
    Module,
    /// Everything the board draws, at its supply input.
    BoardIn,
    /// The processor package.
    CpuPackage,
    /// A model of a board: nothing was measured.
    Simulated,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Scope; 5] = [
        Scope::Rails,
        Scope::Module,
        Scope::BoardIn,
        Scope::CpuPackage,
        Scope::Simulated,
    ];

    /// Its name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::Rails => "rails",
            Scope::Module => "module",
            Scope::BoardIn => "board_in",
            Scope::CpuPackage => "cpu_package",
            Scope::Simulated => "simulated",
        }
    }

    /// The scope of this name.
    pub fn named(name: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

impl core::fmt::Display for Scope {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}
