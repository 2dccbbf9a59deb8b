//! Identity of a model file.

use std::fs::File;
use std::io;
use std::path::Path;

use edgescore_probe::Bytes;
use edgescore_record::{file_hash, parts};
use edgescore_taskpack::Hash;
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};

/// Size and SHA-256 of a GGUF. With `cold` the kernel forgets what it holds of its files first, so that reading them
/// counts for the cgroup of this process: page cache counts for whom it was read for.
pub fn identify(path: &Path, cold: bool) -> io::Result<(Bytes, Hash)> {
    for part in parts(path) {
        let file = File::open(part)?;
        if cold {
            let _ = posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED);
        }
    }
    let (size, hash) = file_hash(path)?;
    Ok((Bytes(size), hash))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn hashes_what_is_in_the_file() {
        let file = std::env::temp_dir().join(format!("edgescore-hash-{}", std::process::id()));
        let content = vec![7u8; 3_000_001];
        std::fs::write(&file, &content).unwrap();
        let identity = identify(&file, true).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(identity, (Bytes(3_000_001), Hash::of(&content)));
        assert!(identify(&file, false).is_err());
    }
}
