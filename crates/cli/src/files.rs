//! Reading files with their name in the error, and writing files that are whole or absent.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::failure::Failure;

/// The bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path)
        .with_context(|| format!("cannot read {}", path.display()))
        .map_err(Failure::Data)
}

/// Writes a file so that it is there whole or not at all: to a temporary file beside it,
/// synced, then renamed over `path`.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let write = || -> std::io::Result<()> {
        let mut part = tempfile::Builder::new()
            .prefix(".edgescore-")
            .suffix(".part")
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .tempfile_in(folder)?;
        part.write_all(bytes)?;
        part.as_file().sync_all()?;
        part.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write()
        .with_context(|| format!("cannot write {} ({} bytes)", path.display(), bytes.len()))
        .map_err(Failure::Data)
}
