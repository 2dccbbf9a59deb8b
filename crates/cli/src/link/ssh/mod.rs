//! The transport that is the system's ssh, with the user's configuration, keys and agent.
//!
//! The board needs sshd, a POSIX shell and what every board has (`uname`, `grep`, `dd`, `wc`,
//! `sha256sum`). edgescore-rt goes there once, into a folder named after its hash.

mod binary;
mod install;
mod output;
mod remedy;
mod script;
mod target;

use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::anyhow;

use super::child::{ChildProcess, with_stderr_tail};
use super::log::LogSink;
use super::transport::{Peer, Transport};
use crate::failure::Failure;
use binary::Binary;
use output::Output;
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
    wait: Duration,
    log: &LogSink,
) -> Result<Transport, Failure> {
    let target = SshTarget { destination, port };
    let binaries = binary::all(runtime)?;
    let mut cuts = 0;
    let mut had = None;
    loop {
        let (mut child, stdin, stdout) = target.start(&script::link(&binaries), log)?;
        let mut stdout = Output::of(stdout);
        let needs = match greeting(&mut stdout, wait)? {
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

/// Bytes that a board may print before edgescore-rt speaks: more than any message of the day.
const GREETING: usize = 1 << 16;

/// Reads for `wait` until it is clear whether edgescore-rt runs. `None` when the connection ended before.
fn greeting(stdout: &mut Output, wait: Duration) -> Result<Option<Greeting>, Failure> {
    let until = Instant::now() + wait;
    let mut received = Vec::new();
    loop {
        match stdout.next(until) {
            Ok(bytes) if bytes.is_empty() => return Ok(None),
            Ok(bytes) => received.extend(bytes),
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                let why = format!("has not started edgescore-rt in {} s", wait.as_secs());
                return Err(remedy::of_shell(&why, &received));
            }
            Err(error) => return Err(Failure::board(error)),
        }
        // Frames begin with a zero; a message of the day has none.
        if received.contains(&0) {
            return Ok(Some(Greeting::Link(received)));
        }
        if received.len() > GREETING {
            return Err(remedy::of_shell("prints without end", &received));
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
