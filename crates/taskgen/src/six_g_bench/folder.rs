//! The benchmark's folder: which files belong together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::error::{ImportError, ImportProblem};

const EPISODE: &str = ".episode.json";
const MCQ: &str = ".mcq.json";

/// An episode's files.
#[derive(Debug, PartialEq, Eq)]
pub struct Pair {
    /// File name without its extensions.
    pub name: String,
    /// The questions.
    pub mcq: PathBuf,
    /// The episode; `None` where the folder has no episodes at all.
    pub episode: Option<PathBuf>,
}

/// The pairs in `folder` and in the folders right below it, in the order of folders, then of
/// names. Hidden files and the `__MACOSX` folder of a zip archive are passed over.
pub fn pairs(folder: &Path) -> Result<Vec<Pair>, ImportError> {
    let (files, mut folders) = entries(folder)?;
    let mut pairs = pairs_of(files)?;
    folders.sort();
    for below in folders {
        pairs.extend(pairs_of(entries(&below)?.0)?);
    }
    if pairs.is_empty() {
        return Err(ImportError::at(folder, ImportProblem::Empty));
    }
    let has_episodes = pairs.iter().any(|pair| pair.episode.is_some());
    match pairs.iter().find(|pair| pair.episode.is_none()) {
        Some(Pair { mcq, name, .. }) if has_episodes => Err(ImportError::at(
            mcq,
            ImportProblem::NoEpisodeFile(format!("{name}{EPISODE}")),
        )),
        _ => Ok(pairs),
    }
}

/// The files and the folders in a folder.
fn entries(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), ImportError> {
    let read = || -> io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') || name == "__MACOSX" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
        Ok((files, folders))
    };
    read().map_err(|error| ImportError::at(folder, error))
}

/// Brings together the files of one folder that share a name.
fn pairs_of(files: Vec<PathBuf>) -> Result<Vec<Pair>, ImportError> {
    let mut by_name: BTreeMap<String, (Option<PathBuf>, Option<PathBuf>)> = BTreeMap::new();
    for path in files {
        let file_name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if let Some(name) = file_name.strip_suffix(MCQ) {
            by_name.entry(name.to_string()).or_default().0 = Some(path);
        } else if let Some(name) = file_name.strip_suffix(EPISODE) {
            by_name.entry(name.to_string()).or_default().1 = Some(path);
        }
    }
    let mut pairs = Vec::new();
    for (name, files) in by_name {
        match files {
            (Some(mcq), episode) => pairs.push(Pair { name, mcq, episode }),
            (None, Some(episode)) => {
                let problem = ImportProblem::NoMcqFile(format!("{name}{MCQ}"));
                return Err(ImportError::at(&episode, problem));
            }
            (None, None) => {}
        }
    }
    Ok(pairs)
}
