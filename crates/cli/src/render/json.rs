//! Views as JSON.

use std::io::{self, Write};

use serde::Serialize;

/// Writes `view` over several lines, for people as well.
pub fn write(out: &mut dyn Write, view: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, view)?;
    writeln!(out)
}

/// Writes `view` on a line of its own.
pub fn write_line(out: &mut dyn Write, view: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, view)?;
    writeln!(out)
}
