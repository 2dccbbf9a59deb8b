//! The cable that is the system's ssh, with the user's configuration, keys and agent.
//!
//! The board needs sshd, a POSIX shell and what every board has (`uname`, `grep`, `dd`, `wc`,
//! `sha256sum`). edgescore-rt goes there once, into a folder named after its hash.

mod binary;
mod install;
mod remedy;
mod script;

use std::io::{Cursor, IsTerminal, Read};
use std::path::Path;
use std::process::Command;

use anyhow::anyhow;

use super::child::{Alive, with_last_words};
use super::line::{End, Ends, Print};
use crate::failure::Failure;
use binary::Binary;
use script::Needs;

/// ssh's exit code for its own failures; any other is the board's.
const SSH_FAILED: i32 = 255;
/// Times that a copy of the program may be cut before anything of it arrived.
const CUTS: u32 = 5;

/// Where ssh connects to.
struct Host<'a> {
    destination: &'a str,
    port: Option<u16>,
}

impl Host<'_> {
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
            // Nobody is there to type a password.
            command.args(["-o", "BatchMode=yes"]);
        }
        if let Some(port) = self.port {
            command.args(["-p", &port.to_string()]);
        }
        // The login shell there may be any; what is in quotes is the same to all.
        command.args(["--", self.destination, &format!("sh -c '{script}'")]);
        command
    }

    fn start(
        &self,
        script: &str,
        print: &Print,
    ) -> Result<(Alive, std::process::ChildStdin, std::process::ChildStdout), Failure> {
        let remedy = "install OpenSSH's client (Debian: openssh-client)";
        Alive::start("ssh", &mut self.command(script), remedy, print.clone())
    }
}

/// What a board said first.
enum Greeting {
    /// edgescore-rt speaks; these bytes of it are read already.
    Link(Vec<u8>),
    /// It is not there.
    Needs(Needs),
}

/// Connects, and copies edgescore-rt to the board first if it is not there.
pub fn connect(
    destination: &str,
    port: Option<u16>,
    runtime: Option<&Path>,
    print: &Print,
) -> Result<Ends, Failure> {
    let host = Host { destination, port };
    let binaries = binary::all(runtime)?;
    let mut cuts = 0;
    let mut had = None;
    loop {
        let (mut alive, stdin, mut stdout) = host.start(&script::link(&binaries), print)?;
        let needs = match greeting(&mut stdout)? {
            Some(Greeting::Link(first)) => {
                return Ok(Ends {
                    ears: Box::new(Cursor::new(first).chain(stdout)),
                    mouth: Box::new(stdin),
                    end: End::Ssh(alive),
                });
            }
            Some(Greeting::Needs(needs)) => needs,
            // Where one connection was made, the next can be made too.
            None if had.is_some() && cuts < CUTS => {
                cuts += 1;
                continue;
            }
            None => return Err(Failure::Board(anyhow!("{}", why(&mut alive)))),
        };
        drop(stdin);
        let _ = alive.end();
        let binary = Binary::for_machine(&binaries, &needs.machine)?;
        cuts = match had {
            Some(had) if needs.have <= had => cuts + 1,
            _ => 0,
        };
        had = Some(needs.have);
        if cuts > CUTS {
            return Err(Failure::Board(anyhow!(
                "ssh:{destination}: the connection was cut {cuts} times before anything of edgescore-rt arrived: check the network"
            )));
        }
        install::install(&host, binary, needs.have, print)?;
    }
}

/// Reads until it is clear who speaks. `None` when the connection ended before.
fn greeting(stdout: &mut impl Read) -> Result<Option<Greeting>, Failure> {
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = match stdout.read(&mut buffer) {
            Ok(0) => return Ok(None),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::board(error)),
        };
        heard.extend_from_slice(buffer.get(..read).unwrap_or_default());
        // Frames begin with a zero; a message of the day has none.
        if heard.contains(&0) {
            return Ok(Some(Greeting::Link(heard)));
        }
        if let Some(needs) = Needs::find(&String::from_utf8_lossy(&heard)) {
            return Ok(Some(Greeting::Needs(needs)));
        }
    }
}

/// Why a connection ended, with the remedy.
pub fn why(alive: &mut Alive) -> String {
    let (how, status, tail) = alive.end();
    let all = tail.join("\n");
    match status.and_then(|status| status.code()) {
        Some(SSH_FAILED) => remedy::of_ssh(&all),
        _ => remedy::of_board(&all).unwrap_or_else(|| with_last_words(how, &tail)),
    }
}
