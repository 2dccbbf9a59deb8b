//! Images: a card that a board boots, measures and turns itself off with, or an overlay for a board
//! that boots its own system.

mod board;
mod boot;
mod card;
mod entry;
mod fat;
mod initramfs;
mod overlay;
mod plan;
mod request;
mod runtime;

use std::path::Path;

use anyhow::anyhow;

pub use board::Board;
pub use request::Request;

use crate::failure::Failure;
use board::Kind;

/// Writes the image or the tarball for `board` to `output`. Returns lines for the user.
pub fn write(board: &Board, request: &Request, output: &Path) -> Result<Vec<String>, Failure> {
    match &board.kind {
        Kind::Card(image) => {
            if request.nvpmodel.is_some() {
                return Err(Failure::Usage(anyhow!(
                    "--nvpmodel is for Jetsons: {} has no such modes",
                    board.name
                )));
            }
            let boot = boot::files(board, image, request)?;
            let data = plan::files(request, "/data")?;
            card::write(output, &boot.files, &data)?;
            Ok(boot.notes)
        }
        Kind::Overlay(overlay) => {
            if request.boot_files.is_some() || !request.append.is_empty() {
                return Err(Failure::Usage(anyhow!(
                    "{} boots its own kernel: leave --boot-files and --append out",
                    board.name
                )));
            }
            overlay::write(output, board, overlay, request)?;
            Ok(Vec::new())
        }
    }
}
