//! Copying edgescore-rt to a board that has nothing but sshd.

use std::io::{Read, Write};

use anyhow::anyhow;

use super::binary::Binary;
use super::script::{self, BLOCK, BROKEN, NO_EXEC, NO_SUM, STORED};
use super::target::{SSH_FAILED, SshTarget};
use crate::failure::Failure;
use crate::link::log::LogSink;
use crate::link::transfer::Transfer;

/// Bytes in one write: the progress moves as fast as they are taken.
const PIECE: usize = 32 * 1024;

/// Copies what the board lacks of `binary`. A cut connection is no failure: the board's next
/// answer says how far it came.
pub fn install(
    target: &SshTarget,
    binary: &Binary,
    have: u64,
    log: &LogSink,
) -> Result<(), Failure> {
    let from = have / BLOCK;
    let start = (from * BLOCK).min(binary.bytes.len() as u64);
    let script = script::install(binary, from);
    let (mut child, mut stdin, mut stdout) = target.start(&script, log)?;
    let what = format!("sending {}", binary.path.display());
    let mut transfer = Transfer::new(what, binary.bytes.len() as u64, start, log.clone());
    let mut sent = start;
    for piece in binary
        .bytes
        .get(start as usize..)
        .unwrap_or_default()
        .chunks(PIECE)
    {
        if stdin.write_all(piece).is_err() {
            break;
        }
        sent += piece.len() as u64;
        transfer.at(sent);
    }
    drop(stdin);
    let mut answer = String::new();
    // What cannot be read was not sent.
    let _ = stdout.read_to_string(&mut answer);
    if answer.contains(STORED) {
        return Ok(());
    }
    if let Some((_, folder)) = answer.split_once(NO_EXEC) {
        return Err(Failure::Board(anyhow!(
            "programs cannot be run from {} on the board, which is mounted noexec: set EDGESCORE_HOME in the environment of its sshd to a folder where they can",
            folder.lines().next().unwrap_or_default().trim()
        )));
    }
    if answer.contains(NO_SUM) {
        return Err(Failure::Board(anyhow!(
            "the board has no sha256sum, without which a copy of edgescore-rt cannot be checked: install coreutils or busybox there"
        )));
    }
    if answer.contains(BROKEN) {
        log("edgescore-rt arrived damaged on the board and is sent again");
        return Ok(());
    }
    let (_, status, tail) = child.wait();
    match status.and_then(|status| status.code()) {
        Some(SSH_FAILED) | None => {
            log("the connection was cut; connecting again");
            Ok(())
        }
        Some(_) => Err(Failure::Board(anyhow!(
            "cannot copy edgescore-rt to the board: {}; free space there, or set EDGESCORE_HOME in its environment to a folder that can be written",
            tail.join(" / ")
        ))),
    }
}
