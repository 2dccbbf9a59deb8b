//! The board's end of the host link: what a host asks is answered here, except for starting and
//! ending runs.
//!
//! A host connects, is cut off, and connects again, perhaps to another process. So the link keeps
//! nothing that matters: rows are read from journals, files from the file store.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, Instant};

use edgescore_probe::BoardFacts;
use edgescore_record::frame::{self, COMMAND};
use edgescore_record::{CURRENT_VERSION, Command, Control, Phase, RunId, Stop};

use crate::error::Refusal;
use crate::link::frame_reader::FrameReader;
use crate::link::frame_writer::FrameWriter;
use crate::link::row_stream::RowStream;
use crate::link::survey::Survey;
use crate::logs;
use crate::storage::data_folder::DataFolder;
use crate::storage::file_store::{FileStatus, FileStore};
use crate::storage::journal;
use crate::wire::{DETAIL, TEXT, clip};

/// A host on a line that cannot report a disconnection is gone after this long without a
/// command. It sends one every two seconds.
const GONE: Duration = Duration::from_secs(10);

/// The link to one host after the other.
pub struct HostLink {
    reader: FrameReader,
    writer: FrameWriter,
    folder: DataFolder,
    files: FileStore,
    stream: Option<RowStream>,
    /// Sent once all pieces that are here were taken.
    file_status: Option<FileStatus>,
    /// The last one, which the host may not have whole.
    survey: Option<Survey>,
    received: Option<Instant>,
    /// The other end cannot be seen to disconnect.
    is_line: bool,
}

/// What the host wants that depends on the runs.
pub enum Order {
    /// [`Command::Run`], in this content.
    Start(RunId, u32, Vec<u8>),
    /// [`Command::Abort`], in this content.
    Abort(RunId, Stop, Vec<u8>),
    /// [`Command::Survey`].
    Survey(u32, String),
}

impl HostLink {
    /// A link over a pair of files; `is_line` when their other end cannot be seen to disconnect.
    pub fn new(
        folder: &DataFolder,
        input: OwnedFd,
        output: OwnedFd,
        is_line: bool,
    ) -> io::Result<HostLink> {
        Ok(HostLink {
            reader: FrameReader::new(input),
            writer: FrameWriter::new(output)?,
            folder: folder.clone(),
            files: FileStore::new(folder),
            stream: None,
            file_status: None,
            survey: None,
            received: None,
            is_line,
        })
    }

    /// Where commands come from.
    pub fn input(&self) -> Option<impl AsFd + '_> {
        self.reader.is_open().then_some(&self.reader)
    }

    /// Where messages go, when some wait to be sent.
    pub fn output(&self) -> Option<impl AsFd + '_> {
        (self.is_open() && self.writer.is_waiting()).then_some(&self.writer)
    }

    /// Whether more commands may come.
    pub fn is_open(&self) -> bool {
        self.reader.is_open()
    }

    /// Whether a host is there.
    pub fn is_connected(&self) -> bool {
        self.is_open() && (!self.is_line || self.received.is_some_and(|at| at.elapsed() < GONE))
    }

    /// Whether all rows of its run were sent, and that there are no more.
    pub fn has_sent_all(&self) -> bool {
        !self.writer.is_waiting() && self.stream.as_ref().is_none_or(RowStream::has_sent_end)
    }

    /// Whether rows of `run` go to it.
    fn follows(&self, run: RunId) -> bool {
        self.stream
            .as_ref()
            .is_some_and(|stream| stream.run() == run)
    }

    /// Whether rows of another run than `own` go to it: those of another process.
    pub fn follows_other_than(&self, own: Option<RunId>) -> bool {
        self.stream
            .as_ref()
            .is_some_and(|stream| Some(stream.run()) != own)
    }

    /// Receives commands, which waits while there are none, and carries them out. Those that
    /// concern runs come back.
    pub fn receive(&mut self) -> io::Result<Vec<Order>> {
        let mut orders = Vec::new();
        for (sequence, content) in self.reader.read() {
            // A terminal that echoes sends back what was sent.
            if sequence == COMMAND {
                self.received = Some(Instant::now());
                orders.extend(self.carry_out(content)?);
            }
        }
        if let Some(status) = self.file_status.take() {
            self.writer.control(&status.message())?;
        }
        Ok(orders)
    }

    /// Sends what may be sent. Called after everything that may have changed it.
    pub fn send(&mut self) -> io::Result<()> {
        for line in logs::take() {
            let (level, text) = logs::parts(&line);
            let text = clip(text, logs::LINE);
            self.writer.control(&Control::Log { level, text })?;
        }
        self.writer.flush();
        let is_connected = self.is_connected();
        if let Some(stream) = &mut self.stream {
            stream.set_followed(is_connected)?;
            stream.send(&mut self.writer)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, content: Vec<u8>) -> io::Result<Option<Order>> {
        match frame::message(&content) {
            Some(Command::Hello { .. }) => self.identify()?,
            Some(Command::Run { run, linger, .. }) => {
                return Ok(Some(Order::Start(run, linger, content)));
            }
            Some(Command::Abort { run, stop }) => {
                return Ok(Some(Order::Abort(run, stop, content)));
            }
            Some(Command::Have {
                hash,
                whole,
                bytes,
                name,
            }) => {
                let status = self.files.announce(hash, whole, bytes, name);
                self.answer_file(status.map(Some))?;
            }
            Some(Command::Put {
                hash,
                offset,
                bytes,
            }) => {
                let status = self.files.piece(hash, offset, bytes);
                self.answer_file(status)?;
            }
            Some(Command::PutZeros {
                hash,
                offset,
                bytes,
            }) => {
                let status = self.files.zeros(hash, offset, bytes);
                self.answer_file(status)?;
            }
            Some(Command::Ack { run, next }) => self.acknowledge(run, next)?,
            Some(Command::Resend {
                run,
                from,
                to,
                round,
            }) => self.resend(run, from, to, round)?,
            Some(Command::List) => self.list()?,
            Some(Command::Survey { round, root }) => {
                return Ok(Some(Order::Survey(round, root.to_owned())));
            }
            None => self.refuse(&Refusal::link(
                "edgescore-rt does not know this command: use edgescore and edgescore-rt of the same version",
            ))?,
        }
        Ok(None)
    }

    fn identify(&mut self) -> io::Result<()> {
        let board = BoardFacts::read(Path::new("/"));
        self.writer.control(&Control::Identity {
            version: CURRENT_VERSION,
            runtime: env!("CARGO_PKG_VERSION"),
            engine: clip(edgescore_engine::llama_version(), TEXT),
            board: clip(&board.board, TEXT),
        })
    }

    /// A file was announced or a piece of it was taken, or not.
    fn answer_file(&mut self, status: Result<Option<FileStatus>, Refusal>) -> io::Result<()> {
        match status {
            Ok(Some(status)) => self.file_status = Some(status),
            Ok(None) => {}
            Err(refusal) => self.refuse(&refusal)?,
        }
        Ok(())
    }

    /// Sends why something cannot be done.
    pub fn refuse(&mut self, refusal: &Refusal) -> io::Result<()> {
        self.writer.control(&Control::Refused {
            kind: refusal.kind,
            detail: clip(&refusal.detail, DETAIL),
        })
    }

    /// Sends the rows of `run` from now on, from the first, and the state of the run, also when it
    /// did before.
    pub fn attach(&mut self, run: RunId) -> io::Result<()> {
        if !self.follows(run) {
            self.stream = RowStream::attach(&self.folder, run, false)?;
        }
        match &mut self.stream {
            Some(stream) => stream.state(0, &mut self.writer),
            None => self.refuse(&Refusal::data(
                "the board keeps no run of this name: `edgescore collect` lists those that it keeps",
            )),
        }
    }

    /// Sends the rows of `run` whether or not a host acknowledges them.
    pub fn broadcast(&mut self, run: RunId) -> io::Result<()> {
        self.stream = RowStream::attach(&self.folder, run, true)?;
        Ok(())
    }

    fn acknowledge(&mut self, run: RunId, next: u32) -> io::Result<()> {
        let known = self.follows(run);
        if !known {
            self.stream = RowStream::attach(&self.folder, run, false)?;
        }
        let Some(stream) = &mut self.stream else {
            return self.attach(run);
        };
        let news = stream.acknowledge(next)?;
        match known && !news {
            true => Ok(()),
            false => stream.state(0, &mut self.writer),
        }
    }

    fn resend(&mut self, run: RunId, from: u32, to: u32, round: u32) -> io::Result<()> {
        if !self.follows(run) {
            return self.acknowledge(run, from);
        }
        match &mut self.stream {
            Some(stream) => {
                stream.resend(from, to, &mut self.writer)?;
                stream.state(round, &mut self.writer)
            }
            None => Ok(()),
        }
    }

    /// Sends what can be measured below `root`.
    pub fn survey(&mut self, round: u32, root: &str) -> io::Result<()> {
        let survey = match self.survey.take_if(|survey| survey.round == round) {
            Some(survey) => survey,
            None => match Survey::make(round, root) {
                Ok(survey) => survey,
                Err(refusal) => return self.refuse(&refusal),
            },
        };
        self.survey.insert(survey).send(&mut self.writer)
    }

    fn list(&mut self) -> io::Result<()> {
        let stored = journal::stored_runs(&self.folder)?;
        let nothing = Control::Kept {
            index: 0,
            of: 0,
            run: RunId(0),
            rows: 0,
            phase: Phase::CutOff,
            collected: false,
            unix_time_s: 0,
            model: "",
        };
        if stored.is_empty() {
            return self.writer.control(&nothing);
        }
        let of = u32::try_from(stored.len()).unwrap_or(u32::MAX);
        for (index, stored) in (0..).zip(&stored) {
            let Some(mut tail) = journal::Tail::open(&self.folder, stored.run)? else {
                continue;
            };
            let phase = tail.phase()?;
            let (unix_time_s, model) = tail.start().unwrap_or_default();
            self.writer.control(&Control::Kept {
                index,
                of,
                run: stored.run,
                rows: tail.rows(),
                phase,
                collected: stored.collected,
                unix_time_s,
                model: clip(&model, TEXT),
            })?;
        }
        Ok(())
    }
}
