//! Copying edgescore-rt to a board that has nothing but sshd.

use std::io::{Read, Write};

use anyhow::anyhow;

use super::Host;
use super::binary::Binary;
use super::script::{self, BLOCK, BROKEN, STORED};
use crate::failure::Failure;
use crate::link::line::Print;
use crate::link::progress::Transfer;

/// Bytes in one write: the progress moves as fast as they are taken.
const PIECE: usize = 32 * 1024;

/// Copies what the board lacks of `binary`. A cut connection is no failure: whoever asks the
/// board next learns how far it came.
pub fn install(host: &Host, binary: &Binary, have: u64, print: &Print) -> Result<(), Failure> {
    let from = have / BLOCK;
    let start = (from * BLOCK).min(binary.bytes.len() as u64);
    let script = script::install(binary, from);
    let (mut alive, mut stdin, mut stdout) = host.start(&script, print)?;
    let what = format!("sending {}", binary.path.display());
    let mut transfer = Transfer::new(what, binary.bytes.len() as u64, start, print.clone());
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
    let mut said = String::new();
    // What cannot be read was not said.
    let _ = stdout.read_to_string(&mut said);
    if said.contains(STORED) {
        return Ok(());
    }
    if said.contains(BROKEN) {
        print("edgescore-rt arrived damaged on the board and is sent again");
        return Ok(());
    }
    let (_, status, tail) = alive.end();
    match status.and_then(|status| status.code()) {
        Some(super::SSH_FAILED) | None => {
            print("the connection was cut; connecting again");
            Ok(())
        }
        Some(_) => Err(Failure::Board(anyhow!(
            "cannot copy edgescore-rt to the board: {}; free space there, or set EDGESCORE_HOME in its environment to a folder that can be written",
            tail.join(" / ")
        ))),
    }
}
