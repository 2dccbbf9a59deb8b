//! What a power figure includes.

use serde::{Deserialize, Serialize};

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
