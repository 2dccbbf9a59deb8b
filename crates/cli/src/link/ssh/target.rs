//! Where ssh connects to.

use std::io::IsTerminal;
use std::process::{ChildStdin, ChildStdout, Command};

use crate::failure::Failure;
use crate::link::child::ChildProcess;
use crate::link::log::LogSink;

/// ssh's exit code for its own failures; any other is the board's.
pub const SSH_FAILED: i32 = 255;

/// Where ssh connects to.
pub struct SshTarget<'a> {
    /// `[user@]host` as ssh takes it.
    pub destination: &'a str,
    /// The port, unless ssh's configuration has it.
    pub port: Option<u16>,
}

impl SshTarget<'_> {
    /// ssh with `script` for the board's shell.
    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("ssh");
        command.args(["-T", "-e", "none"]);
        // A dead network is noticed in a quarter of a minute instead of never.
        for option in [
            "ConnectTimeout=15",
            "ServerAliveInterval=5",
            "ServerAliveCountMax=3",
        ] {
            command.args(["-o", option]);
        }
        if !std::io::stdin().is_terminal() {
            // There is no one to type a password.
            command.args(["-o", "BatchMode=yes"]);
        }
        if let Some(port) = self.port {
            command.args(["-p", &port.to_string()]);
        }
        // The login shell there may be any; what is in quotes is the same to all.
        command.args(["--", self.destination, &format!("sh -c '{script}'")]);
        command
    }

    /// Starts ssh with `script` for the board's shell.
    pub fn start(
        &self,
        script: &str,
        log: &LogSink,
    ) -> Result<(ChildProcess, ChildStdin, ChildStdout), Failure> {
        let remedy = "install OpenSSH's client (Debian: openssh-client)";
        ChildProcess::start("ssh", &mut self.command(script), remedy, log.clone())
    }
}
