//! FAT file systems in a part of a file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use anyhow::anyhow;
use fatfs::{FatType, FileSystem, FormatVolumeOptions, FsOptions, format_volume};

use super::entry::Entry;
use crate::failure::Failure;

/// The largest file that FAT holds, in bytes.
const LARGEST: u64 = u32::MAX as u64;

/// Bytes of all entries, each rounded up to the largest cluster.
///
/// # Errors
/// One that FAT cannot hold.
pub fn bytes(entries: &[Entry]) -> Result<u64, Failure> {
    let mut sum = 0;
    // FAT does not tell capitals from small letters.
    let mut taken = vec!["runs".to_owned(), "files".to_owned()];
    for entry in entries {
        let size = entry.content.bytes().map_err(Failure::data)?;
        let name = &entry.name;
        if size > LARGEST {
            return Err(Failure::Data(anyhow!(
                "{name} has 4 GiB or more, which FAT cannot hold: split it with llama.cpp's \
                 `llama-gguf-split --split-max-size 3G` and give the first part"
            )));
        }
        if name.contains(|c: char| "\\:*?\"<>|".contains(c) || c.is_control()) {
            return Err(Failure::Data(anyhow!(
                "{name:?} is a name that FAT cannot hold: rename it"
            )));
        }
        let small = name.to_lowercase();
        if taken.contains(&small) {
            return Err(Failure::Data(anyhow!(
                "the card would have two files called {small}: rename the model or the pack"
            )));
        }
        taken.push(small);
        sum += size.next_multiple_of(32 << 10);
    }
    Ok(sum)
}

/// Makes a file system in `slice` and writes the entries, all into its root: fatfs 0.3.6 writes
/// folders that fsck.fat finds fault with.
pub fn fill(mut slice: Slice, label: [u8; 11], entries: &[Entry]) -> io::Result<()> {
    let options = FormatVolumeOptions::new()
        .fat_type(FatType::Fat32)
        .volume_id(0x6564_6765)
        .volume_label(label);
    format_volume(&mut slice, options)?;
    let system = FileSystem::new(&mut slice, FsOptions::new())?;
    let root = system.root_dir();
    for entry in entries {
        let mut file = root.create_file(&entry.name)?;
        io::copy(&mut entry.content.open()?, &mut file)?;
        file.flush()?;
    }
    drop(root);
    system.unmount()
}

/// A part of a file.
pub struct Slice<'f> {
    file: &'f mut File,
    start: u64,
    length: u64,
    at: u64,
}

impl Slice<'_> {
    /// `length` bytes from `start`.
    pub fn new(file: &mut File, start: u64, length: u64) -> Slice<'_> {
        Slice {
            file,
            start,
            length,
            at: 0,
        }
    }

    fn fitting(&mut self, wanted: usize) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(self.start + self.at))?;
        let left = self.length.saturating_sub(self.at);
        Ok(wanted.min(usize::try_from(left).unwrap_or(usize::MAX)))
    }
}

impl Read for Slice<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let fits = self.fitting(buffer.len())?;
        let read = self.file.read(buffer.get_mut(..fits).unwrap_or_default())?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Write for Slice<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let fits = self.fitting(buffer.len())?;
        let written = self.file.write(buffer.get(..fits).unwrap_or_default())?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Slice<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
