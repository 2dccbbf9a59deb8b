//! Reading a journal while it grows.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

use edgescore_record::frame::{self, CONTROL, Encoder, MAX_FRAME};
use edgescore_record::{Phase, Record, RunId, SessionStart, file};

use super::index::Index;
use super::path::path;
use super::presence::writer_of;
use crate::storage::data_folder::DataFolder;

/// Rows that damage takes at once at most: a block of a disk holds some.
const MOST_LOST: u32 = 1 << 16;

/// The rows of a run, as far as they are whole.
pub struct Tail {
    /// Which run.
    pub run: RunId,
    folder: DataFolder,
    file: File,
    index: Index,
    /// How far it was read.
    end: u64,
    /// Where the frame of the refusal lies.
    refusal: Option<(u64, u64)>,
    ended: bool,
    buffer: Vec<u8>,
}

impl Tail {
    /// Opens the journal of `run`, collected or not; `None` when there is none.
    pub fn open(folder: &DataFolder, run: RunId) -> io::Result<Option<Tail>> {
        for ending in ["journal", "esr"] {
            match File::open(path(folder, run, ending)?) {
                Ok(file) => {
                    let mut tail = Tail {
                        run,
                        folder: folder.clone(),
                        file,
                        index: Index::default(),
                        end: file::header().len() as u64,
                        refusal: None,
                        ended: false,
                        buffer: Vec::new(),
                    };
                    tail.refresh()?;
                    return Ok(Some(tail));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Reads what was written since. A frame that is not whole is left for the next time.
    pub fn refresh(&mut self) -> io::Result<()> {
        while !self.ended && self.refusal.is_none() {
            let from = self.end;
            self.buffer.resize(16 * MAX_FRAME, 0);
            let read = self.file.read_at(&mut self.buffer, from)?;
            let whole = self.buffer.get(..read).unwrap_or_default();
            let Some(last) = whole.iter().rposition(|byte| *byte == 0) else {
                return Ok(());
            };
            let whole = whole.get(..=last).unwrap_or_default().to_vec();
            for frame in whole.split_inclusive(|byte| *byte == 0) {
                let start = self.end;
                self.end += frame.len() as u64;
                self.add(start, self.end, frame);
            }
        }
        Ok(())
    }

    fn add(&mut self, start: u64, end: u64, frame: &[u8]) {
        let mut frame = frame.to_vec();
        frame.pop();
        // Only a damaged disk makes a frame that cannot be read: the next one says how many rows it was.
        let Some((number, content)) = frame::decode(&mut frame) else {
            return;
        };
        if number == CONTROL {
            self.refusal = Some((start, end));
            return;
        }
        let next = self.index.rows();
        if !(next..=next.saturating_add(MOST_LOST)).contains(&number) {
            return;
        }
        self.index.add(number, start);
        self.ended = matches!(frame::message(content), Some(Record::SessionEnd(_)));
    }

    /// Rows so far.
    pub fn rows(&self) -> u32 {
        self.index.rows()
    }

    /// Bytes of the frames of the rows `from` to `to`.
    pub fn bytes(&self, from: u32, to: u32) -> io::Result<u64> {
        let start = |row| self.index.start(&self.file, row, self.end);
        Ok(start(to)?.saturating_sub(start(from)?))
    }

    /// The frame of a row as it goes over the link; `None` when there is no such row. In the place of one that the
    /// disk damaged stands [`Record::Lost`].
    pub fn frame(&self, row: u32) -> io::Result<Option<Vec<u8>>> {
        if row >= self.rows() {
            return Ok(None);
        }
        match self.index.find(&self.file, row, self.end)? {
            Some((start, end)) => self.read(start, end).map(Some),
            None => {
                let mut encoder = Box::new(Encoder::default());
                let lost = encoder.encode(row, &Record::Lost);
                Ok(lost.ok().map(|encoded| encoded.frame.to_vec()))
            }
        }
    }

    /// The frame that says why there is no result.
    pub fn refusal(&self) -> io::Result<Option<Vec<u8>>> {
        let (start, end) = match self.refusal {
            Some(range) => range,
            None => return Ok(None),
        };
        self.read(start, end).map(Some)
    }

    fn read(&self, start: u64, end: u64) -> io::Result<Vec<u8>> {
        let mut frame = vec![0; (end - start) as usize];
        self.file.read_exact_at(&mut frame, start)?;
        Ok(frame)
    }

    /// Whether more rows will come.
    pub fn phase(&mut self) -> io::Result<Phase> {
        // First the writer, then what it wrote: the other way round its last row could come
        // in between.
        let running = writer_of(&self.folder, self.run).is_some();
        self.refresh()?;
        Ok(match (self.ended, self.refusal) {
            (true, _) => Phase::Ended,
            (false, Some(_)) => Phase::Refused,
            (false, None) if running => Phase::Running,
            (false, None) => Phase::CutOff,
        })
    }

    /// Start and model file of the run, when its first row is there.
    pub fn start(&self) -> Option<(u64, String)> {
        let mut frame = self.frame(0).ok()??;
        frame.pop();
        let (_, content) = frame::decode(&mut frame)?;
        match frame::message(content)? {
            Record::SessionStart(SessionStart {
                unix_time_s,
                model_file,
                ..
            }) => Some((unix_time_s, model_file.to_owned())),
            _ => None,
        }
    }
}
