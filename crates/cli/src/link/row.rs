//! A row of a run, decoded once, where it enters this program.

use anyhow::Context;
use edgescore_record::{Record, frame};

use crate::failure::Failure;

/// A row of a run.
pub struct Row<'c> {
    /// Its number.
    pub number: u32,
    /// Number and message, as the running hash takes them.
    pub content: &'c [u8],
    /// The message.
    pub record: Record<'c>,
}

impl<'c> Row<'c> {
    /// Decodes the row `number` with this content.
    pub fn decode(number: u32, content: &'c [u8]) -> Result<Row<'c>, Failure> {
        let record = frame::message(content)
            .context("edgescore-rt sent a row of an unknown kind: use edgescore and edgescore-rt of the same version")
            .map_err(Failure::Board)?;
        Ok(Row {
            number,
            content,
            record,
        })
    }
}
