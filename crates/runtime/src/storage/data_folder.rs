//! The folder that edgescore-rt keeps its files and journals in.

use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use edgescore_record::fsync_folder;

/// What to do when the folder cannot be had.
pub const REMEDY: &str = "set EDGESCORE_HOME to a folder on the board that can be written";

/// `EIO` of errno(3): a device failed.
const EIO: i32 = 5;

/// What to do about a file there that cannot be written.
pub fn remedy(error: &io::Error) -> String {
    let first = match error.raw_os_error() {
        Some(EIO) => "check the board's disk (dmesg says more)",
        _ => "free space on the board",
    };
    format!("{first}, or {REMEDY}")
}

/// The folder: `files` holds packs and models by their hash, `runs` the journals.
#[derive(Clone, Debug)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// `$EDGESCORE_HOME`, `$XDG_CACHE_HOME/edgescore` or `~/.cache/edgescore`.
    ///
    /// # Errors
    /// None of them is set.
    pub fn find() -> io::Result<DataFolder> {
        let set = |name| env::var_os(name).filter(|value: &OsString| !value.is_empty());
        if let Some(home) = set("EDGESCORE_HOME") {
            return Ok(DataFolder(home.into()));
        }
        let cache = set("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(env::home_dir()?.join(".cache")));
        let none = || {
            io::Error::new(
                ErrorKind::NotFound,
                format!("there is no folder for files and journals: {REMEDY}"),
            )
        };
        Ok(DataFolder(cache.ok_or_else(none)?.join("edgescore")))
    }

    /// Where packs and models are kept; made if missing.
    pub fn files(&self) -> io::Result<PathBuf> {
        subfolder(&self.0, "files")
    }

    /// Where calibrations are kept; made if missing.
    pub fn calibrations(&self) -> io::Result<PathBuf> {
        subfolder(&self.0, "calibrations")
    }

    /// Where journals are kept; made if missing.
    pub fn runs(&self) -> io::Result<PathBuf> {
        subfolder(&self.0, "runs")
    }
}

fn subfolder(home: &Path, name: &str) -> io::Result<PathBuf> {
    let folder = home.join(name);
    create(&folder).map_err(|error| {
        let text = format!("cannot make {}: {error}; {REMEDY}", folder.display());
        io::Error::new(error.kind(), text)
    })?;
    Ok(folder)
}

/// Makes `folder`, and those above it that are missing, so that a reset does not take them away.
pub fn create(folder: &Path) -> io::Result<()> {
    let missing = folder.ancestors().take_while(|folder| !folder.exists());
    let missing = missing.count();
    if missing == 0 {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    let folder = folder.canonicalize()?;
    folder
        .ancestors()
        .skip(1)
        .take(missing)
        .try_for_each(fsync_folder)
}

#[cfg(test)]
impl From<&Path> for DataFolder {
    fn from(path: &Path) -> DataFolder {
        DataFolder(path.to_owned())
    }
}
