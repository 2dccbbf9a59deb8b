//! The arguments that name a board and say how it is reached.

use std::path::PathBuf;
use std::time::Duration;

use crate::link::{BoardAddress, ConnectOptions};

// The board, and how it is reached. What clap shows of it are its fields.
#[allow(missing_docs)]
#[derive(clap::Args)]
#[command(next_help_heading = "Board")]
pub struct Board {
    /// The board: `local`, `ssh:[user@]host[:port]` or `serial:/dev/ttyUSB0[@baud]`
    ///
    /// A board behind ssh needs nothing but sshd: edgescore-rt, pack and model are copied once.
    /// Behind a serial line edgescore-rt must run already.
    #[arg(long = "board", value_name = "ADDRESS", default_value = "local")]
    pub address: BoardAddress,

    #[command(flatten)]
    pub reach: Reach,
}

// How a board is reached, beside its address. What clap shows of it are its fields.
#[allow(missing_docs)]
#[derive(clap::Args)]
#[command(next_help_heading = "Board")]
pub struct Reach {
    /// How long to wait for a board that does not answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    wait: Duration,

    /// The edgescore-rt to start or to copy to the board [default: the one that fits: beside
    /// this program, of `scripts/cross`, or in PATH]
    #[arg(long, value_name = "FILE", env = "EDGESCORE_RT")]
    runtime: Option<PathBuf>,
}

impl Reach {
    /// The same for a connection.
    pub fn options(&self, detached: bool) -> ConnectOptions {
        ConnectOptions {
            runtime: self.runtime.clone(),
            detached,
            wait: self.wait,
        }
    }
}

/// A time in whole seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("give a number of seconds from 1 to 86400".to_owned()),
    }
}
