//! A file for a board.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read};
use std::path::PathBuf;

/// A file for the board.
pub struct Entry {
    /// Its name there.
    pub name: String,
    /// What is in it.
    pub content: Content,
}

/// What is in a file.
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// What this file holds.
    File(PathBuf),
}

impl Content {
    /// Its length in bytes.
    pub fn bytes(&self) -> io::Result<u64> {
        match self {
            Content::Bytes(bytes) => Ok(bytes.len() as u64),
            Content::File(path) => fs::metadata(path).map(|metadata| metadata.len()),
        }
    }

    /// To read it from its beginning.
    pub fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Content::Bytes(bytes) => Box::new(Cursor::new(bytes)),
            Content::File(path) => Box::new(BufReader::with_capacity(1 << 20, File::open(path)?)),
        })
    }
}
