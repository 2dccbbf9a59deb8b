//! Folders on the disk.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Writes the entries of `folder` to the disk (fsync(2) of the folder). A file's own fsync does not
/// write its name: on FAT a reset would lose a file that is new or was renamed.
///
/// # Errors
/// The disk's. It is no error if the folder may not be opened or its file system cannot fsync a
/// folder: nothing more can be done there.
pub fn fsync_folder(folder: &Path) -> io::Result<()> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.or_else(|error| match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::InvalidInput => Ok(()),
        _ => Err(error),
    })
}
