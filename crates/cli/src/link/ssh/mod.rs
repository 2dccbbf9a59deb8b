//! The transport that is the system's ssh, with the user's configuration, keys and agent.
//!
//! The board needs sshd, a POSIX shell and what every board has (`uname`, `grep`, `dd`, `wc`,
//! `sha256sum`). edgescore-rt goes there once, into a folder named after its hash.

mod binary;
mod install;
mod remedy;
mod script;
mod target;

use std::io::{Cursor, Read};
use std::path::Path;

use anyhow::anyhow;

use super::child::{ChildProcess, with_stderr_tail};
use super::log::LogSink;
use super::transport::{Peer, Transport};
use crate::failure::Failure;
use binary::Binary;
use script::Needs;
use target::{SSH_FAILED, SshTarget};

/// Times that a copy of the program may be cut before anything of it arrived.
const CUTS: u32 = 5;

/// What came from a board first.
enum Greeting {
    /// edgescore-rt runs; these bytes of it are read already.
    Link(Vec<u8>),
    /// The board lacks it.
    Needs(Needs),
}

/// Connects, and copies edgescore-rt to the board first if it is not there.
pub fn connect(
    destination: &str,
    port: Option<u16>,
    runtime: Option<&Path>,
    log: &LogSink,
) -> Result<Transport, Failure> {
    let target = SshTarget { destination, port };
    let binaries = binary::all(runtime)?;
    let mut cuts = 0;
    let mut had = None;
    loop {
        let (mut child, stdin, mut stdout) = target.start(&script::link(&binaries), log)?;
        let needs = match greeting(&mut stdout)? {
            Some(Greeting::Link(first)) => {
                return Ok(Transport {
                    incoming: Box::new(Cursor::new(first).chain(stdout)),
                    outgoing: Box::new(stdin),
                    peer: Box::new(Ssh(child)),
                });
            }
            Some(Greeting::Needs(needs)) => needs,
            // Where one connection was made, the next can be made too.
            None if had.is_some() && cuts < CUTS => {
                cuts += 1;
                continue;
            }
            None => return Err(Failure::Board(anyhow!("{}", why(&mut child)))),
        };
        drop(stdin);
        let _ = child.wait();
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
        install::install(&target, binary, needs.have, log)?;
    }
}

/// Reads until it is clear whether edgescore-rt runs. `None` when the connection ended before.
fn greeting(stdout: &mut impl Read) -> Result<Option<Greeting>, Failure> {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = match stdout.read(&mut buffer) {
            Ok(0) => return Ok(None),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::board(error)),
        };
        received.extend_from_slice(buffer.get(..read).unwrap_or_default());
        // Frames begin with a zero; a message of the day has none.
        if received.contains(&0) {
            return Ok(Some(Greeting::Link(received)));
        }
        if let Some(needs) = Needs::find(&String::from_utf8_lossy(&received)) {
            return Ok(Some(Greeting::Needs(needs)));
        }
    }
}

struct Ssh(ChildProcess);

impl Peer for Ssh {
    fn why_disconnected(&mut self) -> String {
        why(&mut self.0)
    }
}

/// Why a connection ended, with the remedy.
fn why(child: &mut ChildProcess) -> String {
    let (how, status, tail) = child.wait();
    let all = tail.join("\n");
    match status.and_then(|status| status.code()) {
        Some(SSH_FAILED) => remedy::of_ssh(&all),
        _ => remedy::of_board(&all).unwrap_or_else(|| with_stderr_tail(how, &tail)),
    }
}
