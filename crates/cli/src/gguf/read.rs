//! Reads the header of a GGUF file that another program wrote. Nothing in it is trusted
//! before it is checked: lengths are bounded by what the file holds, and memory grows only
//! with bytes that were really there.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use super::value::{
    ALIGNMENT, ALIGNMENT_KEY, Array, Entry, Kind, MAGIC, TensorInfo, Value, is_alignment,
};

/// Longest metadata that is read. Vocabularies of 260,000 tokens take 15 MB.
const MAX_METADATA_BYTES: u64 = 64 << 20;
/// Most entries that are read. Published files have fewer than 100.
const MAX_ENTRIES: u64 = 65_536;
/// Most tensors that are read. Published files have fewer than 2,000.
const MAX_TENSORS: u64 = 65_536;
/// Most dimensions of a tensor (`GGML_MAX_DIMS`).
const MAX_DIMS: u32 = 4;
/// Longest key that the format allows.
const MAX_KEY_BYTES: u64 = 65_535;

/// Why a file's metadata could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file can't be opened or read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Another kind of file.
    #[error(
        "not a GGUF file: convert the model with llama.cpp's convert_hf_to_gguf.py, or fetch a GGUF build of it"
    )]
    NotGguf,
    /// A version this program does not know.
    #[error("GGUF version {0} is not supported, only 2 and 3; convert the file again")]
    Version(u32),
    /// Written for a big-endian machine.
    #[error("this GGUF file is big-endian; convert it for a little-endian machine")]
    BigEndian,
    /// The file ends before its tensors do.
    #[error("the file ends before its tensors' data do; copy or download it again")]
    Short,
    /// The file ends before its metadata does.
    #[error("the file ends inside its metadata; copy or download it again")]
    Truncated,
    /// More metadata than any vocabulary needs.
    #[error("the metadata is longer than {} MiB", MAX_METADATA_BYTES >> 20)]
    TooLong,
    /// The file contradicts the format.
    #[error("the metadata is damaged: {0}; copy or download the file again")]
    Damaged(String),
}

/// All of a file but its tensors' data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The metadata, in the order of the file.
    pub entries: Vec<Entry>,
    /// The tensors, in the order of the file.
    pub tensors: Vec<TensorInfo>,
}

/// Reads the header of a file.
///
/// # Errors
/// [`ReadError`], also when a tensor's data would lie outside the file.
pub fn header(path: &Path) -> Result<Header, ReadError> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    parse_header(BufReader::new(file), bytes)
}

/// As [`header`], from any source of `bytes` bytes.
fn parse_header(source: impl Read, bytes: u64) -> Result<Header, ReadError> {
    let (mut reader, tensors, entries) = open(source, bytes, |_| true)?;
    let alignment = entries.iter().find(|(key, _)| key == ALIGNMENT_KEY);
    let alignment = match alignment.map(|(_, value)| value.number()) {
        None => ALIGNMENT,
        Some(Some(alignment)) if is_alignment(alignment) => alignment,
        Some(_) => {
            return Err(ReadError::Damaged(
                "its alignment is no power of 2 up to 1 MiB".into(),
            ));
        }
    };
    if tensors > MAX_TENSORS {
        return Err(ReadError::Damaged(format!("it has {tensors} tensors")));
    }
    let mut infos = Vec::new();
    let mut offsets = Vec::new();
    for _ in 0..tensors {
        let (info, offset) = reader.tensor()?;
        infos.push(info);
        offsets.push(offset);
    }
    let read = bytes.min(MAX_METADATA_BYTES) - reader.left;
    let data = bytes.saturating_sub(read.next_multiple_of(alignment));
    let mut order: Vec<usize> = (0..infos.len()).collect();
    order.sort_by_key(|i| offsets.get(*i));
    let starts = order.iter().filter_map(|i| offsets.get(*i).copied());
    let ends = starts.clone().skip(1).chain([data]);
    for (index, (start, end)) in order.iter().zip(starts.zip(ends)) {
        if let Some(info) = infos.get_mut(*index) {
            info.bytes = end.checked_sub(start).ok_or(ReadError::Short)?;
        }
    }
    Ok(Header {
        entries,
        tensors: infos,
    })
}

/// Reads the metadata entries of a file whose keys `keep` accepts.
///
/// # Errors
/// [`ReadError`], also when the damage is in an entry that is not kept.
pub fn metadata(path: &Path, keep: impl Fn(&str) -> bool) -> Result<Vec<Entry>, ReadError> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    parse(BufReader::new(file), bytes, keep)
}

/// As [`metadata`], from any source of `bytes` bytes.
fn parse(
    source: impl Read,
    bytes: u64,
    keep: impl Fn(&str) -> bool,
) -> Result<Vec<Entry>, ReadError> {
    open(source, bytes, keep).map(|(_, _, entries)| entries)
}

/// Reads up to the table of tensors: what follows, the number of tensors, the entries kept.
fn open<R: Read>(
    source: R,
    bytes: u64,
    keep: impl Fn(&str) -> bool,
) -> Result<(Reader<R>, u64, Vec<Entry>), ReadError> {
    let mut reader = Reader {
        source,
        left: bytes.min(MAX_METADATA_BYTES),
        past_end: if bytes > MAX_METADATA_BYTES {
            || ReadError::TooLong
        } else {
            || ReadError::Truncated
        },
    };
    match reader.array() {
        Ok(MAGIC) => {}
        Ok(_) => return Err(ReadError::NotGguf),
        Err(ReadError::Truncated) => return Err(ReadError::NotGguf),
        Err(error) => return Err(error),
    }
    match reader.u32()? {
        2 | 3 => {}
        version if matches!(version.swap_bytes(), 2 | 3) => return Err(ReadError::BigEndian),
        version => return Err(ReadError::Version(version)),
    }
    let tensors = reader.u64()?;
    let entries = reader.u64()?;
    if entries > MAX_ENTRIES {
        return Err(ReadError::Damaged(format!("it has {entries} entries")));
    }
    let mut kept: Vec<Entry> = Vec::new();
    let mut keys = HashSet::new();
    for _ in 0..entries {
        let key = reader.key()?;
        if !keep(&key) {
            reader.value(&key, &mut io::sink())?;
            continue;
        }
        if !keys.insert(key.clone()) {
            return Err(ReadError::Damaged(format!("{key} is there twice")));
        }
        let mut bytes = Vec::new();
        let value = match reader.value(&key, &mut bytes)? {
            (kind, None) => Value::Scalar { kind, bytes },
            (kind, Some(len)) => Value::Array(Array { kind, len, bytes }),
        };
        kept.push((key, value));
    }
    Ok((reader, tensors, kept))
}

struct Reader<R> {
    source: R,
    left: u64,
    past_end: fn() -> ReadError,
}

impl<R: Read> Reader<R> {
    /// Moves `n` bytes.
    fn take(&mut self, n: u64, out: &mut dyn Write) -> Result<(), ReadError> {
        self.left = self.left.checked_sub(n).ok_or_else(self.past_end)?;
        // The file may have shrunk since its length was read.
        match io::copy(&mut (&mut self.source).take(n), out)? {
            moved if moved < n => Err(ReadError::Truncated),
            _ => Ok(()),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let mut bytes = [0; N];
        self.take(N as u64, &mut bytes.as_mut_slice())?;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, ReadError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, ReadError> {
        self.array().map(u64::from_le_bytes)
    }

    fn key(&mut self) -> Result<String, ReadError> {
        let damaged = |what: &str| ReadError::Damaged(what.to_owned());
        let len = self.u64()?;
        if len == 0 || len > MAX_KEY_BYTES {
            return Err(damaged("a key is empty or too long"));
        }
        let mut bytes = Vec::new();
        self.take(len, &mut bytes)?;
        String::from_utf8(bytes).map_err(|_| damaged("a key is not UTF-8"))
    }

    fn kind(&mut self, key: &str) -> Result<Kind, ReadError> {
        let number = self.u32()?;
        Kind::from_number(number)
            .ok_or_else(|| ReadError::Damaged(format!("{key} has the unknown type {number}")))
    }

    /// Moves the bytes of a value: returns its type and, of an array, the type of the
    /// elements and their number.
    fn value(&mut self, key: &str, out: &mut dyn Write) -> Result<(Kind, Option<u64>), ReadError> {
        let kind = self.kind(key)?;
        if kind != Kind::Array {
            self.elements(kind, 1, out)?;
            return Ok((kind, None));
        }
        let kind = self.kind(key)?;
        if kind == Kind::Array {
            let nested = format!("{key} is an array of arrays, which llama.cpp refuses too");
            return Err(ReadError::Damaged(nested));
        }
        let len = self.u64()?;
        self.elements(kind, len, out)?;
        Ok((kind, Some(len)))
    }

    /// An entry of the table of tensors, and where its data begins. Its length is not known yet.
    fn tensor(&mut self) -> Result<(TensorInfo, u64), ReadError> {
        let name = self.key()?;
        let count = self.u32()?;
        if count > MAX_DIMS {
            let many = format!("{name} has {count} dimensions");
            return Err(ReadError::Damaged(many));
        }
        let dims = (0..count).map(|_| self.u64()).collect::<Result<_, _>>()?;
        let format = self.u32()?;
        let info = TensorInfo {
            name,
            dims,
            format,
            bytes: 0,
        };
        Ok((info, self.u64()?))
    }

    /// Moves values that follow each other without a gap.
    fn elements(&mut self, kind: Kind, len: u64, out: &mut dyn Write) -> Result<(), ReadError> {
        if let Some(each) = kind.fixed_bytes() {
            return self.take(len.checked_mul(each).ok_or_else(self.past_end)?, out);
        }
        for _ in 0..len {
            let bytes: [u8; 8] = self.array()?;
            out.write_all(&bytes)?;
            self.take(u64::from_le_bytes(bytes), out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "read_tests.rs"]
mod tests;
