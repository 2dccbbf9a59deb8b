//! The edgescore-rt of a board.

use std::path::Path;

use anyhow::anyhow;

use super::board::Board;
use crate::failure::Failure;
use crate::files;

/// Machine of an ELF file: AArch64 (ELF for the Arm 64-bit Architecture, e_machine).
const AARCH64: [u8; 2] = [183, 0];

/// The program `named`, or the one that was built for `board`.
pub fn read(board: &Board, named: Option<&Path>) -> Result<Vec<u8>, Failure> {
    let built = || {
        let this = std::env::current_exe().unwrap_or_default();
        let target = this.ancestors().nth(2).unwrap_or(Path::new(""));
        target.join("boards").join(&board.name).join("edgescore-rt")
    };
    let path = named.map_or_else(built, Path::to_owned);
    if !path.exists() {
        return Err(Failure::Data(anyhow!(
            "there is no {}: build it with `scripts/cross {}`, or name it with --runtime",
            path.display(),
            board.name
        )));
    }
    let bytes = files::read(&path)?;
    if !bytes.starts_with(b"\x7fELF") || bytes.get(18..20) != Some(&AARCH64) {
        return Err(Failure::Data(anyhow!(
            "{} is not a program for arm64: build one with `scripts/cross {}`",
            path.display(),
            board.name
        )));
    }
    Ok(bytes)
}
