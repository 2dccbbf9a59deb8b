//! Packs and models that hosts sent: kept by their hash, received piece by piece.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use edgescore_record::Control;
use edgescore_record::fsync_folder;
use edgescore_taskpack::Hash;
use nix::sys::statvfs::statvfs;
use sha2::{Digest, Sha256};

use crate::error::Refusal;
use crate::storage::data_folder::{self, DataFolder, REMEDY};

/// Longest file name that is taken, in bytes: what ext4 and FAT can hold, with room.
const NAME: usize = 200;

/// The files of this board. `HASH/NAME` is whole, and so are the parts of a split model, whose hash
/// is over all of them; `HASH.part` is on its way.
pub struct FileStore {
    folder: DataFolder,
    incoming: Option<Incoming>,
}

/// A file on its way.
struct Incoming {
    hash: Hash,
    whole: Hash,
    bytes: u64,
    name: String,
    part: PathBuf,
    file: File,
    taken: u64,
    hasher: Sha256,
}

/// How much of a file the board has.
#[derive(Debug, PartialEq, Eq)]
pub enum FileStatus {
    /// It is here.
    Stored(Hash, PathBuf),
    /// It is lacking from there on.
    Need(Hash, u64),
}

impl FileStatus {
    /// The message to the host.
    pub fn message(&self) -> Control<'_> {
        match self {
            FileStatus::Need(hash, offset) => Control::Need {
                hash: *hash,
                offset: *offset,
            },
            FileStatus::Stored(hash, path) => Control::Stored {
                hash: *hash,
                path: path.to_str().unwrap_or_default(),
            },
        }
    }
}

impl FileStore {
    /// The file store in `folder`.
    pub fn new(folder: &DataFolder) -> FileStore {
        FileStore {
            folder: folder.clone(),
            incoming: None,
        }
    }

    /// The host announces a file.
    ///
    /// # Errors
    /// The disk; the message names the remedy.
    pub fn announce(
        &mut self,
        hash: Hash,
        whole: Hash,
        bytes: u64,
        name: &str,
    ) -> Result<FileStatus, Refusal> {
        let name = safe(name)?;
        let files = self.folder.files().map_err(Refusal::board)?;
        let folder = files.join(whole.to_string());
        if let Some(path) = stored(&folder, bytes, name, whole != hash) {
            return Ok(FileStatus::Stored(hash, path));
        }
        if let Some(incoming) = &self.incoming
            && (incoming.hash, incoming.whole) == (hash, whole)
            && incoming.bytes == bytes
        {
            return Ok(FileStatus::Need(hash, incoming.taken));
        }
        let part = files.join(format!("{hash}.part"));
        let incoming = Incoming::open(part, hash, whole, bytes, name).map_err(broken)?;
        let lacking = bytes - incoming.taken;
        // Sizes in the units of the file system, which nix gives as C has them.
        #[allow(clippy::unnecessary_cast)]
        if let Ok(disk) = statvfs(&files)
            && (disk.blocks_available() as u64).saturating_mul(disk.fragment_size() as u64)
                < lacking
        {
            return Err(Refusal::board(format!(
                "{name} needs {lacking} bytes more on the board, and {} has less: free space there, or {REMEDY}",
                files.display()
            )));
        }
        let incoming = self.incoming.insert(incoming);
        if incoming.taken == bytes {
            return self.finish();
        }
        Ok(FileStatus::Need(hash, incoming.taken))
    }

    /// A piece arrived. `None` for a file that was not announced to this process: the host
    /// announces it again when no answer comes.
    ///
    /// # Errors
    /// The disk; the message names the remedy.
    pub fn piece(
        &mut self,
        hash: Hash,
        offset: u64,
        piece: &[u8],
    ) -> Result<Option<FileStatus>, Refusal> {
        self.next_piece(hash, offset, piece.len() as u64, |incoming| {
            incoming.file.write_all(piece)?;
            incoming.hasher.update(piece);
            Ok(())
        })
    }

    /// As [`FileStore::piece`], for a piece of `bytes` zeros. They take no space where the file system
    /// keeps holes.
    ///
    /// # Errors
    /// The disk; the message names the remedy.
    pub fn zeros(
        &mut self,
        hash: Hash,
        offset: u64,
        bytes: u64,
    ) -> Result<Option<FileStatus>, Refusal> {
        self.next_piece(hash, offset, bytes, |incoming| {
            let end = offset + bytes;
            incoming.file.set_len(end)?;
            incoming.file.seek(SeekFrom::Start(end))?;
            let zeros = vec![0; 1 << 16];
            let mut left = bytes;
            while left > 0 {
                let now = left.min(zeros.len() as u64);
                incoming
                    .hasher
                    .update(zeros.get(..now as usize).unwrap_or_default());
                left -= now;
            }
            Ok(())
        })
    }

    /// Takes a piece of `length` bytes with `take`, if it is the next one.
    fn next_piece(
        &mut self,
        hash: Hash,
        offset: u64,
        length: u64,
        take: impl FnOnce(&mut Incoming) -> io::Result<()>,
    ) -> Result<Option<FileStatus>, Refusal> {
        let Some(incoming) = self.incoming.as_mut().filter(|file| file.hash == hash) else {
            return Ok(None);
        };
        let fits = incoming.bytes - incoming.taken >= length;
        // Any other piece came twice, or one before it was lost.
        if offset == incoming.taken && fits {
            take(incoming).map_err(broken)?;
            incoming.taken += length;
            if incoming.taken == incoming.bytes {
                return self.finish().map(Some);
            }
        }
        Ok(Some(FileStatus::Need(hash, incoming.taken)))
    }

    fn finish(&mut self) -> Result<FileStatus, Refusal> {
        let Some(incoming) = self.incoming.take() else {
            return Err(Refusal::board("no file was announced"));
        };
        let hash = incoming.hash;
        if incoming.hasher.clone().finalize()[..] != hash.0 {
            // What was there from an earlier try is not the beginning of this file.
            fs::remove_file(&incoming.part).map_err(broken)?;
            return self.announce(hash, incoming.whole, incoming.bytes, &incoming.name);
        }
        let keep = || {
            incoming.file.sync_all()?;
            let folder = incoming.part.with_file_name(incoming.whole.to_string());
            data_folder::create(&folder)?;
            let path = folder.join(&incoming.name);
            match fs::rename(&incoming.part, &path) {
                // Another host's copy, of the same bytes, was whole first.
                Err(error) if error.kind() == io::ErrorKind::NotFound && path.exists() => {}
                renamed => renamed?,
            }
            // Both folders: if the old name came back, FAT would have two for one content.
            fsync_folder(&folder)?;
            fsync_folder(&self.folder.files()?)?;
            io::Result::Ok(path)
        };
        keep()
            .map(|path| FileStatus::Stored(hash, path))
            .map_err(broken)
    }
}

impl Incoming {
    /// Goes on with what is there of the file.
    fn open(
        part: PathBuf,
        hash: Hash,
        whole: Hash,
        bytes: u64,
        name: &str,
    ) -> io::Result<Incoming> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&part)?;
        if file.metadata()?.len() > bytes {
            file.set_len(0)?;
        }
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => hasher.update(buffer.get(..read).unwrap_or_default()),
            }
        }
        Ok(Incoming {
            hash,
            whole,
            bytes,
            name: name.to_owned(),
            part,
            taken: file.stream_position()?,
            file,
            hasher,
        })
    }
}

/// The whole file in `folder`, under `name`: the name goes into the result. A part of a split
/// model has one name alone.
fn stored(folder: &Path, bytes: u64, name: &str, is_part: bool) -> Option<PathBuf> {
    let path = folder.join(name);
    if path.exists() || is_part {
        return (path.metadata().ok()?.len() == bytes).then_some(path);
    }
    let mut others = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let other = others.find(|entry| entry.metadata().is_ok_and(|m| m.len() == bytes))?;
    // FAT has no links; there the file takes the new name.
    fs::hard_link(other.path(), &path)
        .or_else(|_| fs::rename(other.path(), &path))
        .ok()?;
    Some(path)
}

/// A name that stays in its folder.
fn safe(name: &str) -> Result<&str, Refusal> {
    let plain = !name.is_empty()
        && name.len() <= NAME
        && !name.starts_with('.')
        && !name.contains(|c: char| c == '/' || c.is_control());
    match plain {
        true => Ok(name),
        false => Err(Refusal::board(format!(
            "{name:?} is no name for a file on the board: rename it"
        ))),
    }
}

fn broken(error: io::Error) -> Refusal {
    Refusal::board(format!(
        "cannot keep the file on the board: {error}; {}",
        data_folder::remedy(&error)
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let folder = format!("edgescore-files-{name}-{}", std::process::id());
            Folder(std::env::temp_dir().join(folder))
        }

        fn store(&self) -> FileStore {
            FileStore::new(&DataFolder::from(self.0.as_path()))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const FILE: &[u8] = b"a model of some bytes";

    #[test]
    fn pieces_in_any_order_make_the_file_and_another_process_goes_on() {
        let folder = Folder::new("pieces");
        let hash = Hash::of(FILE);
        let need = |offset| Some(FileStatus::Need(hash, offset));
        let mut store = folder.store();
        assert_eq!(store.piece(hash, 0, b"unannounced").unwrap(), None);
        assert_eq!(store.announce(hash, hash, 21, "m.gguf").ok(), need(0));
        assert_eq!(store.piece(hash, 4, &FILE[4..8]).unwrap(), need(0));
        assert_eq!(store.piece(hash, 0, &FILE[..8]).unwrap(), need(8));
        assert_eq!(store.piece(hash, 0, &FILE[..8]).unwrap(), need(8));
        drop(store);
        let mut store = folder.store();
        assert_eq!(store.announce(hash, hash, 21, "m.gguf").ok(), need(8));
        let Some(FileStatus::Stored(_, path)) = store.piece(hash, 8, &FILE[8..]).unwrap() else {
            unreachable!("the file is whole");
        };
        assert_eq!(fs::read(&path).unwrap(), FILE);
        let stored = FileStatus::Stored(hash, path.with_file_name("other.gguf"));
        assert_eq!(
            store.announce(hash, hash, 21, "other.gguf").unwrap(),
            stored
        );
    }

    #[test]
    fn zeros_are_a_piece_like_any_other() {
        let folder = Folder::new("zeros");
        let mut file = vec![0; 200_003];
        file[..2].copy_from_slice(b"ab");
        file[200_002] = b'z';
        let (hash, all) = (Hash::of(&file), file.len() as u64);
        let mut store = folder.store();
        let need = |offset| Some(FileStatus::Need(hash, offset));
        store.announce(hash, hash, all, "m.gguf").unwrap();
        assert_eq!(store.zeros(hash, 2, 200_000).unwrap(), need(0));
        store.piece(hash, 0, b"ab").unwrap();
        assert_eq!(store.zeros(hash, 2, all).unwrap(), need(2), "too many");
        assert_eq!(store.zeros(hash, 2, 100_000).unwrap(), need(100_002));
        drop(store);
        let mut store = folder.store();
        let announced = store.announce(hash, hash, all, "m.gguf");
        assert_eq!(announced.ok(), need(100_002));
        assert_eq!(store.zeros(hash, 100_002, 100_000).unwrap(), need(200_002));
        let stored = store.piece(hash, 200_002, b"z").unwrap();
        let Some(FileStatus::Stored(_, path)) = stored else {
            unreachable!("the file is whole: {stored:?}");
        };
        assert_eq!(fs::read(path).unwrap(), file);
    }

    #[test]
    fn parts_of_a_split_model_come_into_one_folder() {
        let folder = Folder::new("parts");
        let (whole, mut store) = (Hash::of(b"onetwo"), folder.store());
        for (name, part) in [("m-1", b"one"), ("m-2", b"two")] {
            let hash = Hash::of(part);
            let need = Ok(FileStatus::Need(hash, 0));
            assert_eq!(store.announce(hash, whole, 3, name), need);
            let Some(FileStatus::Stored(_, path)) = store.piece(hash, 0, part).unwrap() else {
                unreachable!("the part is whole");
            };
            let files = folder.0.join("files").join(whole.to_string());
            assert_eq!(path, files.join(name));
            assert_eq!(fs::read(path).unwrap(), part);
        }
    }

    #[test]
    fn two_hosts_may_bring_the_same_file_at_once() {
        let folder = Folder::new("twice");
        let hash = Hash::of(FILE);
        let mut stores = [folder.store(), folder.store()];
        for at in [0, 8] {
            let piece = &FILE[at..FILE.len().min(at + 8)];
            for store in &mut stores {
                store.announce(hash, hash, 21, "m.gguf").unwrap();
                store.piece(hash, at as u64, piece).unwrap();
            }
        }
        for store in &mut stores {
            let status = store.piece(hash, 16, &FILE[16..]).unwrap();
            let Some(FileStatus::Stored(_, path)) = status else {
                unreachable!("the file is whole: {status:?}");
            };
            assert_eq!(fs::read(path).unwrap(), FILE);
        }
    }

    #[test]
    fn a_wrong_beginning_is_thrown_away() {
        let folder = Folder::new("wrong");
        let hash = Hash::of(FILE);
        let mut store = folder.store();
        store.announce(hash, hash, 21, "m.gguf").unwrap();
        store.piece(hash, 0, b"something else").unwrap();
        let status = store.piece(hash, 14, &FILE[14..]).unwrap();
        assert_eq!(status, Some(FileStatus::Need(hash, 0)));
        let status = store.piece(hash, 0, FILE).unwrap();
        assert!(matches!(status, Some(FileStatus::Stored(..))));
    }

    #[test]
    fn names_stay_in_their_folder_and_space_is_looked_at() {
        let folder = Folder::new("names");
        let mut store = folder.store();
        for name in ["", "../m.gguf", "a/b", ".part", "a\nb"] {
            assert!(
                store
                    .announce(Hash::of(FILE), Hash::of(FILE), 21, name)
                    .is_err(),
                "{name}"
            );
        }
        let refused = store.announce(Hash::of(FILE), Hash::of(FILE), u64::MAX / 2, "m.gguf");
        assert!(refused.unwrap_err().detail.contains("EDGESCORE_HOME"));
    }
}
