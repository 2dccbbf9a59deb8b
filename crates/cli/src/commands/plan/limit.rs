//! The memory that a run may have.

use edgescore_probe::Bytes;

/// What a plan's memory is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `--memory`.
    Budget(Bytes),
    /// What is free on the board.
    Free(Bytes),
}

impl Limit {
    /// The limit in bytes.
    pub fn bytes(self) -> Bytes {
        match self {
            Limit::Budget(bytes) | Limit::Free(bytes) => bytes,
        }
    }
}
