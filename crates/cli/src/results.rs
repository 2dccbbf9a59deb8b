//! The result files of a command line.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use edgescore_taskpack::Hash;

use crate::failure::Failure;
use crate::files;

/// A file that holds a run which an earlier one holds already.
pub struct Duplicate<'p> {
    /// The file.
    pub path: &'p Path,
    /// The earlier one, which may be the same.
    pub of: &'p Path,
}

/// Those of `paths` that hold a run for the first time, and the others. Two files hold the same run
/// if they have the same bytes.
pub fn sorted_out(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<Duplicate<'_>>), Failure> {
    let mut seen: HashMap<Hash, &Path> = HashMap::new();
    let (mut runs, mut duplicates) = (Vec::new(), Vec::new());
    for path in paths {
        let hash = Hash::of(&files::read(path)?);
        match seen.get(&hash) {
            Some(of) => duplicates.push(Duplicate { path, of }),
            None => {
                seen.insert(hash, path);
                runs.push(path.clone());
            }
        }
    }
    Ok((runs, duplicates))
}

/// Each run of `paths` once. Says on standard error which files were left out.
pub fn once_each(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let (runs, duplicates) = sorted_out(paths)?;
    for Duplicate { path, of } in duplicates {
        let (path, of) = (path.display(), of.display());
        crate::screen::say(&format!("{path} is the run of {of}: it counts once"));
    }
    Ok(runs)
}

/// Refuses `paths` if two of them hold the same run.
pub fn check_different(paths: &[PathBuf]) -> Result<(), Failure> {
    match sorted_out(paths)?.1.first() {
        Some(Duplicate { path, of }) => Err(Failure::Usage(anyhow!(
            "{} is the run of {}: a run cannot be compared with itself; give results of two runs",
            path.display(),
            of.display()
        ))),
        None => Ok(()),
    }
}
