//! The card: a partition table and two FAT partitions.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::entry::Entry;
use super::fat::{self, Slice};
use crate::failure::Failure;
use crate::files;

const MIB: u64 = 1 << 20;
const SECTOR: u64 = 512;

/// Partitions start and end at multiples of this, the size of a card's erase blocks and what
/// Raspberry Pi OS's images keep to.
const ALIGNMENT: u64 = 4 * MIB;

/// The smallest partition: below 65,525 clusters of 512 bytes there is no FAT32, and every
/// boot loader reads FAT32.
const SMALLEST: u64 = 64 * MIB;

/// Room for results. One of 3,722 questions has 132 KiB.
const RESULTS: u64 = 32 * MIB;

/// Partition type: FAT32 with block addresses.
const FAT32: u8 = 0x0c;

/// Writes the image: the same files give the same bytes.
pub fn write(path: &Path, boot: &[Entry], data: &[Entry]) -> Result<(), Failure> {
    let boot_bytes = room(fat::bytes(boot)?);
    let data_bytes = room(fat::bytes(data)? + RESULTS);
    let (boot_start, data_start) = (ALIGNMENT, ALIGNMENT + boot_bytes);
    files::write_with(path, |file| {
        let io = |error| files::unwritable(path, error);
        // What is not written stays a hole.
        file.set_len(data_start + data_bytes).map_err(io)?;
        let table = [(boot_start, boot_bytes), (data_start, data_bytes)];
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        file.write_all(&partition_table(table)).map_err(io)?;
        fat::fill(
            Slice::new(file, boot_start, boot_bytes),
            *b"EDGESCOREBO",
            boot,
        )
        .map_err(io)?;
        fat::fill(
            Slice::new(file, data_start, data_bytes),
            *b"EDGESCOREDA",
            data,
        )
        .map_err(io)
    })
}

/// The size of a partition for `bytes` of files, with FAT's own tables (below 2 % each).
fn room(bytes: u64) -> u64 {
    (bytes + bytes / 25 + 8 * MIB)
        .max(SMALLEST)
        .next_multiple_of(ALIGNMENT)
}

/// The first sector, with partitions of type FAT32 at these places (start and length in
/// bytes). The entry of a partition has 16 bytes from offset 446: flags, three bytes of
/// cylinder, head and sector, type, three bytes again, first sector u32, sectors u32. The
/// middle ones say "beyond what they can say", as for every large disk.
fn partition_table(partitions: [(u64, u64); 2]) -> [u8; 512] {
    let mut sector = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(place) = sector.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    // The disk's signature, which Linux makes PARTUUIDs of.
    put(440, b"edge");
    for (number, (start, length)) in partitions.into_iter().enumerate() {
        let beyond = [0xfe, 0xff, 0xff];
        let mut entry = vec![0];
        entry.extend(beyond);
        entry.push(FAT32);
        entry.extend(beyond);
        entry.extend(((start / SECTOR) as u32).to_le_bytes());
        entry.extend(((length / SECTOR) as u32).to_le_bytes());
        put(446 + 16 * number, &entry);
    }
    put(510, &[0x55, 0xaa]);
    sector
}
