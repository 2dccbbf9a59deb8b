//! Identity of a model file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use edgescore_probe::Bytes;
use edgescore_record::parts;
use edgescore_taskpack::Hash;
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use sha2::{Digest, Sha256};

/// Size and SHA-256 of a GGUF; of a split one, over all its parts in order. With `cold` the
/// kernel forgets what it holds of the file first, so that reading it counts for the cgroup of
/// this process: page cache counts for whom it was read for.
pub fn identify(path: &Path, cold: bool) -> io::Result<(Bytes, Hash)> {
    let mut hasher = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; 1 << 20];
    for part in parts(path) {
        let mut file = File::open(part)?;
        if cold {
            let _ = posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED);
        }
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
