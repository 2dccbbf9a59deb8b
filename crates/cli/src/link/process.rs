//! The transport to this machine: edgescore-rt as a child process.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::child::{ChildProcess, with_stderr_tail};
use super::log::LogSink;
use super::runtime::beside_this_program;
use super::transport::{Peer, Transport};
use crate::failure::Failure;
use crate::verbosity;

/// Starts `runtime`, or the edgescore-rt beside this program, or the one in PATH. A `detached`
/// one does not get the signals of this program's terminal.
pub fn connect(runtime: Option<&Path>, detached: bool, log: LogSink) -> Result<Transport, Failure> {
    let program = runtime.map_or_else(beside_this_program, Path::to_owned);
    let mut command = Command::new(&program);
    command.arg("--link");
    if let Some(level) = verbosity::log_level() {
        command.env("RUST_LOG", level);
    }
    if detached {
        command.process_group(0);
    }
    let remedy =
        "build it with `cargo build --release -p edgescore-runtime`, or name it with --runtime";
    let (child, stdin, stdout) = ChildProcess::start("edgescore-rt", &mut command, remedy, log)?;
    Ok(Transport {
        incoming: Box::new(stdout),
        outgoing: Box::new(stdin),
        peer: Box::new(child),
    })
}

impl Peer for ChildProcess {
    fn why_disconnected(&mut self) -> String {
        let (how, _, tail) = self.wait();
        with_stderr_tail(how, &tail)
    }

    fn detach(&mut self) {
        self.leave_running();
    }
}
