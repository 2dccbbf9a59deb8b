//! Printing a page or its view.

use std::path::Path;

use serde::Serialize;

use super::blocks::Block;
use super::format::Format;
use super::{json, markdown, text};
use crate::failure::Failure;
use crate::output::{self, Content};
use crate::screen::Screen;

/// Prints `blocks`, or `view` in their place, to `path` or standard output.
pub fn print(
    path: Option<&Path>,
    format: Format,
    blocks: &[Block],
    view: &impl Serialize,
) -> Result<(), Failure> {
    output::to(path, Content::Text, |out| {
        match format {
            Format::Json => json::write(out, view),
            Format::Md => markdown::write(out, blocks),
            _ => text::write_for(out, blocks, Screen::of(path)),
        }
        .map_err(Failure::data)
    })
}
