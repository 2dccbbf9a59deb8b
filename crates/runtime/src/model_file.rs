//! Identity of a model file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use edgescore_probe::Bytes;
use edgescore_taskpack::Hash;
use sha2::{Digest, Sha256};

/// Size and SHA-256 of a GGUF; of a split one, over all its parts in order.
pub fn identify(path: &Path) -> io::Result<(Bytes, Hash)> {
    let mut hasher = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; 1 << 20];
    for part in parts(path) {
        let mut file = File::open(part)?;
        loop {
            let read = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            hasher.update(&buffer[..read]);
            size += read as u64;
        }
    }
    Ok((Bytes(size), Hash(hasher.finalize().into())))
}

/// llama.cpp's naming of split models: `NAME-00001-of-00003.gguf`.
fn parts(path: &Path) -> Vec<PathBuf> {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

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
    fn hashes_what_is_in_the_file() {
        let file = std::env::temp_dir().join(format!("edgescore-hash-{}", std::process::id()));
        let content = vec![7u8; 3_000_001];
        std::fs::write(&file, &content).unwrap();
        let identity = identify(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(identity, (Bytes(3_000_001), Hash::of(&content)));
        assert!(identify(&file).is_err());
    }
}
