//! Writing the result while the run goes on.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use edgescore_probe::Microseconds;
use edgescore_record::frame::{Encoded, Encoder};
use edgescore_record::{Chain, Record, SessionEnd, Stop, Verdict, VerdictKind, file, fsync_folder};
use edgescore_summary::Decoder;

use super::unfinished::Unfinished;
use crate::failure::Failure;
use crate::files::{self, unwritable};
use crate::link::{Finish, Row};

/// Rows reach the disk at least this often, so that a power cut costs little.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// A result file that grows row by row. It is made when the model is ready: a run that is
/// refused before that leaves no file, and leaves the one it was to replace alone.
pub struct Recorder {
    path: PathBuf,
    replace: bool,
    file: Option<File>,
    /// What stands before the first write: the header and the first rows.
    waiting: Vec<u8>,
    /// The run that goes on, if one does.
    continued: Option<Box<Continued>>,
    encoder: Box<Encoder>,
    chain: Chain,
    next: u32,
    answered: u32,
    skipped: u32,
    verdict: Option<VerdictKind>,
    ended: bool,
    started: Instant,
    synced: Instant,
}

/// A run that goes on in its own result.
struct Continued {
    run: Unfinished,
    /// What the rows before the first write say.
    session: Decoder,
    /// The hash over the rows as the board sends them; in the file they have other numbers.
    chain: Chain,
}

impl Recorder {
    /// Records into `path`. An existing file is refused unless `replace`: it may be a
    /// night's work.
    pub fn new(path: &Path, replace: bool) -> Result<Recorder, Failure> {
        // Now, not after a long load.
        files::check_new(path, replace)?;
        let now = Instant::now();
        Ok(Recorder {
            path: path.to_owned(),
            replace,
            file: None,
            waiting: file::header().to_vec(),
            continued: None,
            encoder: Box::default(),
            chain: Chain::default(),
            next: 0,
            answered: 0,
            skipped: 0,
            verdict: None,
            ended: false,
            started: now,
            synced: now,
        })
    }

    /// Records behind what `run` has. Its result stays as it is until the model is ready.
    pub fn resume(run: Unfinished) -> Result<Recorder, Failure> {
        let mut recorder = Recorder::new(&run.path, true)?;
        // The header is there.
        recorder.waiting.clear();
        recorder.chain = run.chain.clone();
        recorder.continued = Some(Box::new(Continued {
            run,
            session: Decoder::default(),
            chain: Chain::default(),
        }));
        Ok(recorder)
    }

    /// Takes the next row.
    pub fn take(&mut self, row: &Row) -> Result<(), Failure> {
        if row.number != self.next {
            return Err(Failure::Board(anyhow!(
                "row {} is missing (row {} came instead): the link lost data",
                self.next,
                row.number
            )));
        }
        if let Some(continued) = &mut self.continued {
            if let Record::SessionEnd(end) = &row.record {
                let came = continued.chain.hash();
                return self.add(&Record::SessionEnd(SessionEnd {
                    // Of rows that are not those that were sent the hash fits in the file neither.
                    chain: match end.chain == came {
                        true => self.chain.hash(),
                        false => end.chain,
                    },
                    ..*end
                }));
            }
            continued.chain.add(row.content);
            return self.add(&row.record);
        }
        let Encoded { content, frame } =
            self.encoder.reframe(row.content).map_err(Failure::board)?;
        self.chain.add(content);
        self.next += 1;
        let frame = frame.to_vec();
        self.append(&row.record, &frame)?;
        self.note(&row.record);
        self.sync_when_due()
    }

    /// Ends a result whose board is gone: the host states the verdict.
    fn close_for_board(&mut self, why: &str) -> Result<(), Failure> {
        if self.ended {
            return Ok(());
        }
        if self.next == 0 {
            return Err(Failure::Board(anyhow!(
                "{why}, before it sent anything: give --runtime an edgescore-rt of this version"
            )));
        }
        let detail = why.get(..why.floor_char_boundary(2000)).unwrap_or(why);
        let kind = VerdictKind::EngineFailed;
        self.add(&Record::Verdict(Verdict { kind, detail }))?;
        self.add(&Record::SessionEnd(SessionEnd {
            answered: self.answered,
            skipped: self.skipped,
            stop: None::<Stop>,
            elapsed: Microseconds(self.started.elapsed().as_micros() as u64),
            chain: self.chain.hash(),
        }))
    }

    /// There are no more rows, for the reason in `finish`: everything goes to the disk. Returns
    /// the verdict. Where the rows end before the run did, the host states the verdict; where this
    /// program failed, too, if there are answers.
    pub fn close(
        &mut self,
        finish: Result<Finish, Failure>,
    ) -> Result<Option<VerdictKind>, Failure> {
        let closed = finish.and_then(|finish| {
            if let Finish::Short(why) = finish {
                self.close_for_board(&why)?;
            }
            self.sync()
        });
        if let Err(failure) = closed {
            self.give_up(&failure.to_string());
            return Err(failure);
        }
        Ok(self.verdict)
    }

    /// The run cannot go on. If there are answers, they are kept, with `why` as the verdict.
    fn give_up(&mut self, why: &str) {
        if self.answered == 0 {
            return;
        }
        crate::screen::say(&format!(
            "{} answers are kept in {}",
            self.answered,
            self.path.display()
        ));
        // On a full disk nothing is added; the rows before stand.
        let _ = self.close_for_board(why);
        let _ = self.sync();
    }

    fn add(&mut self, record: &Record) -> Result<(), Failure> {
        let before = self
            .continued
            .as_ref()
            .map_or(0, |continued| continued.run.rows);
        let encoded = self
            .encoder
            .encode(before + self.next, record)
            .map_err(Failure::board)?;
        self.chain.add(encoded.content);
        self.next += 1;
        let frame = encoded.frame.to_vec();
        self.append(record, &frame)?;
        self.note(record);
        self.sync_when_due()
    }

    fn note(&mut self, record: &Record) {
        match record {
            Record::Question(_) => self.answered += 1,
            Record::Skipped(_) => self.skipped += 1,
            Record::Verdict(verdict) => self.verdict = Some(verdict.kind),
            Record::SessionEnd(_) => self.ended = true,
            _ => {}
        }
    }

    /// Appends the frame of `record`.
    fn append(&mut self, record: &Record, frame: &[u8]) -> Result<(), Failure> {
        if self.file.is_none() {
            self.waiting.extend_from_slice(frame);
            if let Some(continued) = &mut self.continued {
                continued.session.take(record).map_err(Failure::board)?;
            }
            let ready = matches!(
                record,
                Record::ModelLoaded(_) | Record::PowerStart(_) | Record::Verdict(_)
            );
            if !ready {
                return Ok(());
            }
            self.file = Some(self.create()?);
            let waiting = std::mem::take(&mut self.waiting);
            return self.write(&waiting);
        }
        self.write(frame)
    }

    fn create(&self) -> Result<File, Failure> {
        if let Some(continued) = &self.continued {
            continued.run.check(&continued.session)?;
            // Until all that was there is written again, the file stays as it was.
            files::write_whole(&self.path, &continued.run.kept)?;
            let file = OpenOptions::new().append(true).open(&self.path);
            return file.map_err(|error| unwritable(&self.path, error));
        }
        let mut options = OpenOptions::new();
        match self.replace {
            true => options.write(true).create(true).truncate(true),
            false => options.write(true).create_new(true),
        };
        let made = options.open(&self.path).and_then(|made| {
            fsync_folder(files::folder_of(&self.path))?;
            Ok(made)
        });
        made.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => files::exists(&self.path),
            _ => unwritable(&self.path, error),
        })
    }

    /// Writes whole frames. A frame that was written in part is taken back, so that the file
    /// ends with a whole row.
    fn write(&mut self, frames: &[u8]) -> Result<(), Failure> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let length = file.metadata().map(|metadata| metadata.len());
        if let Err(error) = file.write_all(frames) {
            // A row behind the one that is lost would make a gap.
            self.ended = true;
            match length {
                // Not even the first rows fitted: there is no result.
                Ok(0) => drop(std::fs::remove_file(&self.path)),
                Ok(length) => drop(file.set_len(length)),
                Err(_) => {}
            }
            return Err(unwritable(&self.path, error));
        }
        Ok(())
    }

    fn sync_when_due(&mut self) -> Result<(), Failure> {
        match self.synced.elapsed() >= SYNC_EVERY {
            true => self.sync(),
            false => Ok(()),
        }
    }

    fn sync(&mut self) -> Result<(), Failure> {
        self.synced = Instant::now();
        match &self.file {
            Some(file) => file
                .sync_data()
                .map_err(|error| unwritable(&self.path, error)),
            None => Ok(()),
        }
    }
}
