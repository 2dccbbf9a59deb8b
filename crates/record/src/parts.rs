//! The files of a model.

use std::borrow::ToOwned;
use std::format;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::vec;
use std::vec::Vec;

use edgescore_taskpack::Hash;
use sha2::{Digest, Sha256};

/// All files of the model at `path`, in order: those of a split one, `NAME-00001-of-00003.gguf` as
/// llama.cpp names them, when `path` is its first, and else `path` alone.
pub fn parts(path: &Path) -> Vec<PathBuf> {
    let split = || {
        let name = path.file_name()?.to_str()?;
        let (stem, count) = name.strip_suffix(".gguf")?.rsplit_once("-of-")?;
        let stem = stem.strip_suffix("-00001")?;
        let count: u32 = count.parse().ok().filter(|_| count.len() == 5)?;
        let part = |i| path.with_file_name(format!("{stem}-{i:05}-of-{count:05}.gguf"));
        Some((1..=count).map(part).collect())
    };
    split().unwrap_or_else(|| vec![path.to_owned()])
}

/// Size and SHA-256 of a model: of a GGUF over all its parts in order; of a folder over a line `NAME SIZE SHA-256`
/// for each of its files, by their names.
///
/// # Errors
/// A file cannot be read.
pub fn model_hash(path: &Path) -> io::Result<(u64, Hash)> {
    match path.is_dir() {
        true => folder_hash(path),
        false => file_hash(path),
    }
}

/// [`model_hash`] of a GGUF: the board program knows no folders.
///
/// # Errors
/// A part of it cannot be read.
pub fn file_hash(path: &Path) -> io::Result<(u64, Hash)> {
    let (mut hasher, mut size) = (Sha256::new(), 0);
    for part in parts(path) {
        size += hash_file(&part, &mut hasher)?;
    }
    Ok((size, Hash(hasher.finalize().into())))
}

fn folder_hash(folder: &Path) -> io::Result<(u64, Hash)> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if fs::metadata(entry.path())?.is_file() {
            names.push(entry.file_name());
        }
    }
    names.sort_unstable();
    let (mut all, mut size) = (Sha256::new(), 0);
    for name in names {
        let mut hasher = Sha256::new();
        let bytes = hash_file(&folder.join(&name), &mut hasher)?;
        let hash = Hash(hasher.finalize().into());
        all.update(format!("{} {bytes} {hash}\n", name.to_string_lossy()));
        size += bytes;
    }
    Ok((size, Hash(all.finalize().into())))
}

fn hash_file(path: &Path, hasher: &mut Sha256) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => return Ok(size),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(buffer.get(..read).unwrap_or_default());
        size += read as u64;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn a_split_model_has_all_its_parts() {
        let names = |path: &str| -> Vec<String> {
            let parts = parts(Path::new(path));
            parts.iter().map(|p| p.to_str().unwrap().into()).collect()
        };
        assert_eq!(
            names("/m/big-00001-of-00003.gguf"),
            [
                "/m/big-00001-of-00003.gguf",
                "/m/big-00002-of-00003.gguf",
                "/m/big-00003-of-00003.gguf"
            ]
        );
        for whole in [
            "m.gguf",
            "big-00002-of-00003.gguf",
            "a-of-b.gguf",
            "x-00001-of-3.gguf",
        ] {
            assert_eq!(names(whole), [whole]);
        }
    }

    #[test]
    fn a_folder_is_its_files_by_their_names() {
        let folder = std::env::temp_dir().join(format!("edgescore-folder-{}", std::process::id()));
        fs::create_dir_all(folder.join("cache")).unwrap();
        fs::write(folder.join("b"), "two").unwrap();
        fs::write(folder.join("a"), "one").unwrap();
        let lines = format!("a 3 {}\nb 3 {}\n", Hash::of(b"one"), Hash::of(b"two"));
        let hash = Hash::of(lines.as_bytes());
        assert_eq!(model_hash(&folder).unwrap(), (6, hash));
        assert_eq!(
            model_hash(&folder.join("b")).unwrap(),
            (3, Hash::of(b"two"))
        );
        fs::remove_dir_all(&folder).unwrap();
        assert!(model_hash(&folder).is_err());
    }
}
