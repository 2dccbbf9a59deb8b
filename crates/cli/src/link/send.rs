//! Sending files to the board, unless it has them.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use edgescore_record::{Command, Control, parts};
use edgescore_taskpack::Hash;
use sha2::{Digest, Sha256};

use super::connection::{Connection, Event};
use super::log::LogSink;
use super::mangled::{self, STUCK};
use super::pace::{PATIENCE, Pace};
use super::refusal::refused;
use super::transfer::Transfer;
use crate::failure::Failure;
use crate::files;

/// Zeros are looked for in blocks of this many bytes.
const BLOCK: usize = 1 << 20;
/// Most zeros that are one piece: a board hashes them in less time than it would wait.
const ZEROS: u64 = 64 << 20;
/// Times that a file may arrive with another hash.
const DAMAGED: u32 = 2;

/// SHA-256 of each of `files`, and of all of them in order.
fn hashes(files: &[PathBuf], log: &LogSink) -> Result<(Vec<Hash>, Hash), Failure> {
    let mut whole = Sha256::new();
    let mut each = Vec::new();
    let mut buffer = vec![0; 1 << 20];
    for path in files {
        let mut file = files::open(path)?;
        let bytes = file.metadata().map_err(Failure::data)?.len();
        let what = format!("hashing {}", path.display());
        let mut transfer = Transfer::new(what, bytes, 0, log.clone());
        let mut hasher = Sha256::new();
        let mut position = 0;
        loop {
            let read = file
                .read(&mut buffer)
                .with_context(|| format!("cannot read {}", path.display()))
                .map_err(Failure::Data)?;
            if read == 0 {
                break;
            }
            let bytes = buffer.get(..read).unwrap_or_default();
            hasher.update(bytes);
            if files.len() > 1 {
                whole.update(bytes);
            }
            position += read as u64;
            transfer.at(position);
        }
        each.push(Hash(hasher.finalize().into()));
    }
    let whole = match each.as_slice() {
        [one] => *one,
        _ => Hash(whole.finalize().into()),
    };
    Ok((each, whole))
}

/// Sends the file at `path`, or all files of a split model whose first it is, unless the board has
/// them; under `name`, if it is to have another one there. Returns where they are on the board.
pub fn find_or_send(
    connection: &mut Connection,
    path: &Path,
    name: Option<&str>,
) -> Result<String, Failure> {
    let files = parts(path);
    let (each, whole) = hashes(&files, &connection.log)?;
    let mut first = None;
    for (path, hash) in files.iter().zip(each) {
        let name = name.or_else(|| path.file_name()?.to_str());
        let file = files::open(path)?;
        let mut sending = Sending {
            pace: connection.pace(),
            hash,
            whole,
            name: name.unwrap_or_default(),
            size: file.metadata().map_err(Failure::data)?.len(),
            file,
            has: 0,
            sent: 0,
            same: 0,
            rewound: None,
            damaged: 0,
            stuck: 0,
            answered: false,
            announced: false,
        };
        let there = sending.run(connection)?;
        first.get_or_insert(there);
    }
    Ok(first.unwrap_or_default())
}

/// A file on its way.
struct Sending<'n> {
    pace: Pace,
    hash: Hash,
    whole: Hash,
    name: &'n str,
    size: u64,
    file: File,
    /// The board has the file up to here.
    has: u64,
    /// The file was sent up to here.
    sent: u64,
    /// Answers that were the same.
    same: u32,
    /// Where the sending began again last.
    rewound: Option<u64>,
    damaged: u32,
    /// Times that the board answered and had nothing new.
    stuck: u32,
    /// It has answered since.
    answered: bool,
    announced: bool,
}

impl Sending<'_> {
    fn run(&mut self, connection: &mut Connection) -> Result<String, Failure> {
        let mut transfer = None;
        let mut silent = Duration::ZERO;
        let (log, can_reconnect) = (connection.log.clone(), connection.can_reconnect());
        self.announce(connection);
        loop {
            if self.announced && self.push(connection)? {
                continue;
            }
            match connection.receive(self.pace.answer)? {
                Event::Control(Control::Stored { hash, path }) if hash == self.hash => {
                    return Ok(path.to_owned());
                }
                Event::Control(Control::Need { hash, offset }) if hash == self.hash => {
                    silent = Duration::ZERO;
                    self.needs(offset)?;
                    let log = log.clone();
                    let what = || format!("sending {}", self.name);
                    transfer
                        .get_or_insert_with(|| Transfer::new(what(), self.size, offset, log))
                        .at(offset);
                }
                Event::Control(Control::Refused { kind, detail }) => {
                    return Err(refused(kind, detail));
                }
                Event::Timeout => {
                    silent += self.pace.answer;
                    if silent > PATIENCE {
                        return Err(Failure::Board(anyhow!(
                            "{} has sent nothing for {} s while {} was sent to it: check board and cable{}, then start again; what arrived is kept",
                            connection.address(),
                            PATIENCE.as_secs(),
                            self.name,
                            mangled::hint(connection.address())
                        )));
                    }
                    // Question or answer was lost; the answer names the place to continue from.
                    self.rewound = None;
                    self.sent = self.has;
                    self.stuck += u32::from(std::mem::take(&mut self.answered));
                    if self.stuck > STUCK {
                        return Err(self.explain(connection)?);
                    }
                    self.announce(connection);
                }
                Event::Disconnected(why) if can_reconnect => {
                    connection.reconnect(&why, PATIENCE)?;
                    self.announced = false;
                    self.announce(connection);
                }
                Event::Disconnected(why) => return Err(Failure::Board(anyhow!("{why}"))),
                _ => {}
            }
        }
    }

    /// What cannot be sent is received as a disconnection.
    fn announce(&self, connection: &mut Connection) {
        let _ = connection.send(&Command::Have {
            hash: self.hash,
            whole: self.whole,
            bytes: self.size,
            name: self.name,
        });
    }

    /// Sends one piece, if one fits the window.
    fn push(&mut self, connection: &mut Connection) -> Result<bool, Failure> {
        if self.sent >= self.size || self.sent - self.has >= self.pace.window {
            return Ok(false);
        }
        let length = (self.size - self.sent).min(self.pace.piece as u64);
        let mut piece = vec![0; length as usize];
        self.read(&mut piece, self.sent)?;
        let (hash, offset) = (self.hash, self.sent);
        let sent = match is_zero(&piece) {
            true => {
                self.sent += self.zeros_from(offset)?.max(length);
                let bytes = self.sent - offset;
                connection.send(&Command::PutZeros {
                    hash,
                    offset,
                    bytes,
                })
            }
            false => {
                self.sent += length;
                let bytes = &piece;
                connection.send(&Command::Put {
                    hash,
                    offset,
                    bytes,
                })
            }
        };
        Ok(sent.is_ok())
    }

    /// How many zeros follow each other at `offset`, to a block and at most [`ZEROS`].
    fn zeros_from(&self, offset: u64) -> Result<u64, Failure> {
        let mut block = vec![0; BLOCK];
        let end = self.size.min(offset + ZEROS);
        let mut at = offset;
        while at < end {
            let length = (end - at).min(BLOCK as u64);
            let block = block.get_mut(..length as usize).unwrap_or_default();
            self.read(block, at)?;
            if !is_zero(block) {
                break;
            }
            at += length;
        }
        Ok(at - offset)
    }

    /// Why the next bytes do not arrive.
    fn explain(&self, connection: &Connection) -> Result<Failure, Failure> {
        let mut piece = vec![0; (self.size - self.has).min(self.pace.piece as u64) as usize];
        self.read(&mut piece, self.has)?;
        let what = format!("{} does not arrive from byte {} on", self.name, self.has);
        let why = mangled::explain(connection.address(), &what, |byte| piece.contains(&byte));
        Ok(Failure::Board(why))
    }

    fn read(&self, piece: &mut [u8], offset: u64) -> Result<(), Failure> {
        self.file
            .read_exact_at(piece, offset)
            .with_context(|| format!("{} was changed while it was sent: start again", self.name))
            .map_err(Failure::Data)
    }

    /// The board has the file up to `offset`.
    fn needs(&mut self, offset: u64) -> Result<(), Failure> {
        self.answered = true;
        if !self.announced {
            // The first answer, also the first after a cut.
            self.announced = true;
            (self.has, self.sent, self.same) = (offset, offset, 0);
        } else if offset > self.has {
            self.has = offset;
            self.sent = self.sent.max(offset);
            (self.same, self.stuck) = (0, 0);
        } else if offset < self.has {
            self.damaged += 1;
            if self.damaged > DAMAGED {
                return Err(Failure::Board(anyhow!(
                    "{} arrived damaged {DAMAGED} times: check the board's memory and disk",
                    self.name
                )));
            }
            (self.has, self.sent, self.same) = (offset, offset, 0);
        } else if self.sent > self.has {
            // Pieces arrive behind one that was lost. Once for each loss: more such answers
            // are on their way.
            self.same += 1;
            if self.same >= 2 && self.rewound != Some(offset) {
                self.rewound = Some(offset);
                self.sent = offset;
            }
        }
        Ok(())
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
