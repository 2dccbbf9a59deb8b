//! The names of a journal's files.

use std::io;
use std::path::PathBuf;

use edgescore_record::RunId;

use crate::storage::data_folder::DataFolder;

/// The file of a run with this ending.
pub fn path(folder: &DataFolder, run: RunId, ending: &str) -> io::Result<PathBuf> {
    Ok(folder.runs()?.join(format!("{run}.{ending}")))
}
