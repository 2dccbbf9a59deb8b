//! Printing a page or its view.

use clap::ValueEnum;
use serde::Serialize;

use super::blocks::Block;
use super::{json, markdown, text};
use crate::failure::Failure;
use crate::output::{self, Content, Output};

/// How a command prints that has no rows to export.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for reading
    Table,
    /// One JSON object
    Json,
    /// Markdown
    Md,
}

/// Prints `blocks`, or `view` in their place, to where `output` says.
pub fn print(
    output: &Output,
    format: Format,
    blocks: &[Block],
    view: &impl Serialize,
) -> Result<(), Failure> {
    output::to(output.path.as_deref(), Content::Text, |out| {
        match format {
            Format::Table => text::write(out, blocks),
            Format::Md => markdown::write(out, blocks),
            Format::Json => json::write(out, view),
        }
        .map_err(Failure::data)
    })
}
