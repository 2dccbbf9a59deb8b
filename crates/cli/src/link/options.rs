//! How a connection to a board is made, beside its address.

use std::path::PathBuf;
use std::time::Duration;

/// What a connection needs beside the board's address.
#[derive(Clone)]
pub struct ConnectOptions {
    /// The edgescore-rt to start or to copy, unless the one that fits is found.
    pub runtime: Option<PathBuf>,
    /// The board continues when this program has ended.
    pub detached: bool,
    /// How long to wait for a board that does not answer.
    pub wait: Duration,
}
