//! The link to the desk: what it asks is answered here, except for starting and ending runs.
//!
//! A desk comes, is cut off, and comes again, perhaps over another process. So the link keeps
//! nothing that matters: rows are read from journals, files from the depot.

mod out;
mod serial;
mod stream;
mod survey;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, Instant};

use edgescore_probe::BoardFacts;
use edgescore_record::frame::{self, COMMAND};
use edgescore_record::{CURRENT_VERSION, Command, Control, Fault, Phase, RunId, Stop};

use crate::depot::{Answer, Depot};
use crate::home::Home;
use crate::inlet::Inlet;
use crate::journal;
use crate::logs;
use crate::outbox::clip;
use out::Out;
pub use serial::Port;
use stream::Stream;
use survey::Survey;

/// A desk on a line that cannot hang up is gone after this long without a word. It speaks
/// every two seconds.
const GONE: Duration = Duration::from_secs(10);

/// The link to one desk after the other.
pub struct Desk {
    inlet: Inlet,
    out: Out,
    home: Home,
    depot: Depot,
    stream: Option<Stream>,
    /// Said once all pieces that are here were taken.
    answer: Option<Answer>,
    /// The last one, which the desk may not have whole.
    survey: Option<Survey>,
    heard: Option<Instant>,
    /// The other end cannot hang up.
    is_line: bool,
}

/// What the desk wants that depends on the runs.
pub enum Order {
    /// [`Command::Run`], in this content.
    Start(RunId, u32, Vec<u8>),
    /// [`Command::Abort`], in this content.
    Abort(RunId, Stop, Vec<u8>),
    /// [`Command::Survey`].
    Survey(u32, String),
}

impl Desk {
    /// A link over a pair of files; `is_line` when their other end cannot hang up.
    pub fn new(home: &Home, input: OwnedFd, output: OwnedFd, is_line: bool) -> io::Result<Desk> {
        Ok(Desk {
            inlet: Inlet::new(input),
            out: Out::new(output)?,
            home: home.clone(),
            depot: Depot::new(home),
            stream: None,
            answer: None,
            survey: None,
            heard: None,
            is_line,
        })
    }

    /// Where the desk speaks.
    pub fn input(&self) -> Option<impl AsFd + '_> {
        self.inlet.is_open().then_some(&self.inlet)
    }

    /// Where it listens, when something waits to be said.
    pub fn output(&self) -> Option<impl AsFd + '_> {
        (self.is_open() && self.out.is_waiting()).then_some(&self.out)
    }

    /// Whether it may say more.
    pub fn is_open(&self) -> bool {
        self.inlet.is_open()
    }

    /// Whether a desk is there.
    pub fn is_present(&self) -> bool {
        self.is_open() && (!self.is_line || self.heard.is_some_and(|at| at.elapsed() < GONE))
    }

    /// Whether all rows of its run were said, and that there are no more.
    pub fn has_said_all(&self) -> bool {
        !self.out.is_waiting() && self.stream.as_ref().is_none_or(Stream::has_told)
    }

    /// Whether rows of `run` go to it.
    fn follows(&self, run: RunId) -> bool {
        self.stream
            .as_ref()
            .is_some_and(|stream| stream.run() == run)
    }

    /// Whether rows of another run than `own` go to it: those of another process.
    pub fn watches_other_than(&self, own: Option<RunId>) -> bool {
        self.stream
            .as_ref()
            .is_some_and(|stream| Some(stream.run()) != own)
    }

    /// Takes in what the desk says, which waits while it says nothing. What concerns runs comes
    /// back.
    pub fn hear(&mut self) -> io::Result<Vec<Order>> {
        let mut orders = Vec::new();
        for (sequence, content) in self.inlet.take() {
            // A terminal that echoes sends back what was said.
            if sequence == COMMAND {
                self.heard = Some(Instant::now());
                orders.extend(self.obey(content)?);
            }
        }
        if let Some(answer) = self.answer.take() {
            answer.say(|control| self.out.control(control))?;
        }
        Ok(orders)
    }

    /// Sends what may be sent. Called after everything that may have changed it.
    pub fn speak(&mut self) -> io::Result<()> {
        for line in logs::take() {
            let (level, text) = logs::parts(&line);
            let text = clip(text, 1000);
            self.out.control(&Control::Log { level, text })?;
        }
        self.out.flush();
        let present = self.is_present();
        if let Some(stream) = &mut self.stream {
            stream.listened_to(present)?;
            stream.pump(&mut self.out)?;
        }
        Ok(())
    }

    fn obey(&mut self, content: Vec<u8>) -> io::Result<Option<Order>> {
        match frame::message(&content) {
            Some(Command::Hello { .. }) => {
                let board = BoardFacts::read(Path::new("/"));
                self.out.control(&Control::Identity {
                    version: CURRENT_VERSION,
                    runtime: env!("CARGO_PKG_VERSION"),
                    engine: clip(edgescore_engine::llama_version(), 200),
                    board: clip(&board.board, 200),
                })?;
            }
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
            }) => match self.depot.announced(hash, whole, bytes, name) {
                Ok(answer) => self.answer = Some(answer),
                Err(detail) => self.refuse(Fault::Board, &detail)?,
            },
            Some(Command::Put {
                hash,
                offset,
                bytes,
            }) => {
                let taken = self.depot.piece(hash, offset, bytes);
                self.took(taken)?;
            }
            Some(Command::PutZeros {
                hash,
                offset,
                bytes,
            }) => {
                let taken = self.depot.zeros(hash, offset, bytes);
                self.took(taken)?;
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
            None => self.refuse(
                Fault::Link,
                "edgescore-rt does not know this command: use edgescore and edgescore-rt of the same version",
            )?,
        }
        Ok(None)
    }

    /// A piece of a file was taken, or not.
    fn took(&mut self, taken: Result<Option<Answer>, String>) -> io::Result<()> {
        match taken {
            Ok(Some(answer)) => self.answer = Some(answer),
            Ok(None) => {}
            Err(detail) => self.refuse(Fault::Board, &detail)?,
        }
        Ok(())
    }

    /// Says why something cannot be done.
    pub fn refuse(&mut self, fault: Fault, detail: &str) -> io::Result<()> {
        let detail = clip(detail, 2000);
        self.out.control(&Control::Refused { fault, detail })
    }

    /// Sends the rows of `run` from now on, from the first. Says so, also when it did before.
    pub fn attach(&mut self, run: RunId) -> io::Result<()> {
        if !self.follows(run) {
            self.stream = Stream::attach(&self.home, run, false)?;
        }
        match &mut self.stream {
            Some(stream) => stream.state(0, &mut self.out),
            None => self.refuse(Fault::Data, "the board keeps no run of this name: `edgescore collect` lists those that it keeps"),
        }
    }

    /// Sends the rows of `run` to whoever may listen, without waiting for anybody.
    pub fn broadcast(&mut self, run: RunId) -> io::Result<()> {
        self.stream = Stream::attach(&self.home, run, true)?;
        Ok(())
    }

    fn acknowledge(&mut self, run: RunId, next: u32) -> io::Result<()> {
        let known = self.follows(run);
        if !known {
            self.stream = Stream::attach(&self.home, run, false)?;
        }
        let Some(stream) = &mut self.stream else {
            return self.attach(run);
        };
        let news = stream.acknowledge(next)?;
        match known && !news {
            true => Ok(()),
            false => stream.state(0, &mut self.out),
        }
    }

    fn resend(&mut self, run: RunId, from: u32, to: u32, round: u32) -> io::Result<()> {
        if !self.follows(run) {
            return self.acknowledge(run, from);
        }
        match &mut self.stream {
            Some(stream) => {
                stream.resend(from, to, &mut self.out)?;
                stream.state(round, &mut self.out)
            }
            None => Ok(()),
        }
    }

    /// Says what can be measured below `root`.
    pub fn survey(&mut self, round: u32, root: &str) -> io::Result<()> {
        let survey = match self.survey.take_if(|survey| survey.round == round) {
            Some(survey) => survey,
            None => match Survey::make(round, root) {
                Ok(survey) => survey,
                Err(detail) => return self.refuse(Fault::Data, &detail),
            },
        };
        self.survey.insert(survey).say(&mut self.out)
    }

    fn list(&mut self) -> io::Result<()> {
        let kept = journal::kept(&self.home)?;
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
        if kept.is_empty() {
            return self.out.control(&nothing);
        }
        let of = u32::try_from(kept.len()).unwrap_or(u32::MAX);
        for (index, kept) in (0..).zip(&kept) {
            let Some(mut tail) = journal::Tail::open(&self.home, kept.run)? else {
                continue;
            };
            let phase = tail.phase()?;
            let (unix_time_s, model) = tail.start().unwrap_or_default();
            self.out.control(&Control::Kept {
                index,
                of,
                run: kept.run,
                rows: tail.rows(),
                phase,
                collected: kept.collected,
                unix_time_s,
                model: clip(&model, 200),
            })?;
        }
        Ok(())
    }
}
