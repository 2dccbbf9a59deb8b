//! Requests and their answers.

use std::env;
use std::fmt;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use edgescore_record::{Served, Stop};
use edgescore_runtime::error::RunError;
use edgescore_runtime::stop;
use serde_json::Value;
use ureq::http::{Response, StatusCode};
use ureq::{Agent, RequestBuilder};

use crate::reply::{self, Reply};

/// Bytes of an answer at most: 65,535 tokens with the probabilities of twenty each would be 100 MB, and what is
/// asked for has some hundred KB.
const LONGEST: u64 = 8 << 20;
/// Characters that are shown of what is no answer.
const SHOWN: usize = 200;
/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(10);
/// How often it is looked whether the run was interrupted.
const LOOK: Duration = Duration::from_millis(50);
/// Where a key may stand.
const KEYS: [&str; 2] = ["EDGESCORE_API_KEY", "OPENAI_API_KEY"];

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody answers.
    Unreachable(String),
    /// Nothing came for so many seconds.
    Silent(u32),
    /// It refuses, and says why.
    Status(u16, String),
    /// It answers something else; holds the beginning of it.
    NotTheProtocol(String),
    /// It ended in the middle.
    Cut(String),
    /// It has more bytes than an answer can have.
    TooLong,
    /// It says that something is wrong.
    Wrong(String),
}

impl Trouble {
    /// Whether the same request may be answered a moment later.
    pub fn may_pass(&self) -> bool {
        match self {
            Trouble::Unreachable(_) | Trouble::Cut(_) => true,
            Trouble::Status(status, _) => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Unreachable(why) => {
                write!(f, "cannot be reached ({why}): start it, and check --engine")
            }
            Trouble::Silent(seconds) => write!(
                f,
                "sent nothing for {seconds} s: look at its log, or give a longer --server-silence"
            ),
            Trouble::Status(status @ (401 | 403), said) => write!(
                f,
                "answers {status} ({said}): set {} to a key that it takes",
                KEYS.join(" or ")
            ),
            Trouble::Status(404, said) => write!(
                f,
                "answers 404 ({said}): check --engine, which ends in /v1 with most servers, and --model"
            ),
            Trouble::Status(status, said) => {
                write!(f, "answers {status} ({said}): look at its log")
            }
            Trouble::NotTheProtocol(said) => write!(
                f,
                "does not speak the protocol of OpenAI there, but answers {said:?}: check --engine, which ends in /v1 \
                 with most servers"
            ),
            Trouble::Cut(why) => write!(
                f,
                "ended in the middle of an answer ({why}): look at its log, and whether it has the memory"
            ),
            Trouble::TooLong => write!(
                f,
                "sent more than {} MB in answer to one question: check --engine",
                LONGEST >> 20
            ),
            Trouble::Wrong(said) => write!(f, "says: {said}"),
        }
    }
}

/// An answer and what it took.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The answer.
    pub reply: Reply,
    /// From the request to the first piece of the text; all of it where the answer came at once.
    pub first: Duration,
    /// From the request to the first piece behind what the model thought, where the server keeps that apart.
    pub thought: Option<Duration>,
    /// From the request to the end.
    pub whole: Duration,
}

/// What happens to a request.
enum Event {
    /// Something came.
    Alive,
    /// The first piece of the text came.
    First,
    /// It is over.
    Done(Result<Answered, Trouble>),
}

/// A server that is asked.
pub struct Client {
    agent: Agent,
    url: String,
    silence_s: u32,
    key: Option<String>,
}

impl Client {
    /// The server that is meant; one `here` is asked past any proxy of the environment. Nothing is
    /// sent yet.
    pub fn new(served: &Served, here: bool) -> Client {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .user_agent(concat!("edgescore/", env!("CARGO_PKG_VERSION")));
        if here {
            config = config.proxy(None);
        }
        let config = config.build();
        let key = KEYS.iter().find_map(|name| env::var(name).ok());
        Client {
            agent: config.into(),
            url: served.url.to_owned(),
            silence_s: served.silence_s,
            key: key.filter(|key| !key.is_empty()),
        }
    }

    /// What lies at `path` below the address, or beside its `/v1`.
    pub fn get(&self, path: &str) -> Result<Value, Trouble> {
        let root = self.url.strip_suffix("/v1").unwrap_or(&self.url);
        let url = match path.strip_prefix("../") {
            Some(path) => format!("{root}/{path}"),
            None => format!("{}/{path}", self.url),
        };
        let request = with_key(self.agent.get(url), self.key.as_deref());
        let silence = Duration::from_secs(self.silence_s.into());
        let request = request.config().timeout_global(Some(silence)).build();
        let mut response = match request.call() {
            Ok(response) => response,
            Err(ureq::Error::Timeout(_)) => return Err(Trouble::Silent(self.silence_s)),
            Err(error) => return Err(Trouble::Unreachable(error.to_string())),
        };
        let body = read(&mut response)?;
        let value = refused(response.status(), &body)?;
        value.ok_or_else(|| Trouble::NotTheProtocol(shown(&body)))
    }

    /// Asks for a completion; `first` is called when the first piece of it comes.
    ///
    /// # Errors
    /// The run was interrupted.
    pub fn complete(
        &self,
        body: &Value,
        mut first: impl FnMut(),
    ) -> Result<Result<Answered, Trouble>, RunError> {
        let (sender, events) = channel();
        let (agent, url) = (self.agent.clone(), format!("{}/chat/completions", self.url));
        let key = self.key.clone();
        // Sent as text: serialised before the clock runs.
        let body = body.to_string();
        // A read cannot be called off, so it has a thread of its own; an interrupted run ends with
        // its process.
        thread::spawn(move || {
            let done = post(&agent, &url, key.as_deref(), &body, &sender);
            let _ = sender.send(Event::Done(done));
        });
        self.follow(&events, &mut first)
    }

    fn follow(
        &self,
        events: &Receiver<Event>,
        first: &mut impl FnMut(),
    ) -> Result<Result<Answered, Trouble>, RunError> {
        let mut heard = Instant::now();
        loop {
            match events.recv_timeout(LOOK) {
                Ok(Event::Alive) => heard = Instant::now(),
                Ok(Event::First) => first(),
                Ok(Event::Done(done)) => return Ok(done),
                Err(RecvTimeoutError::Disconnected) => {
                    let why = "the request was lost".to_owned();
                    return Ok(Err(Trouble::Cut(why)));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if stop::is_interrupted() {
                return Err(RunError::Stopped(Stop::Interrupted));
            }
            if heard.elapsed() >= Duration::from_secs(self.silence_s.into()) {
                return Ok(Err(Trouble::Silent(self.silence_s)));
            }
        }
    }
}

fn post(
    agent: &Agent,
    url: &str,
    key: Option<&str>,
    body: &str,
    events: &Sender<Event>,
) -> Result<Answered, Trouble> {
    let request = agent.post(url).header("Content-Type", "application/json");
    let request = with_key(request, key);
    let from = Instant::now();
    let mut response = match request.send(body) {
        Ok(response) => response,
        Err(error) => return Err(Trouble::Unreachable(error.to_string())),
    };
    let _ = events.send(Event::Alive);
    if response.status() != StatusCode::OK || !is_stream(&response) {
        let status = response.status();
        let body = read(&mut response)?;
        let value = refused(status, &body)?;
        let value = value.ok_or_else(|| match body.starts_with('{') {
            true => Trouble::Cut("half of a JSON object".to_owned()),
            false => Trouble::NotTheProtocol(shown(&body)),
        })?;
        let mut reply = Reply::default();
        reply.take(&value).map_err(Trouble::Wrong)?;
        if value.pointer("/choices/0").is_none() {
            return Err(Trouble::NotTheProtocol(shown(&body)));
        }
        let _ = events.send(Event::First);
        let whole = from.elapsed();
        return Ok(Answered {
            reply,
            first: whole,
            thought: None,
            whole,
        });
    }
    let reader = response.body_mut().as_reader().take(LONGEST);
    let mut reader = BufReader::new(reader);
    let mut reply = Reply::default();
    let (mut first, mut thought) = (None, None);
    let (mut line, mut read) = (String::new(), 0);
    loop {
        line.clear();
        match reader.read_line(&mut line) {
            Ok(0) if read >= LONGEST => return Err(Trouble::TooLong),
            Ok(0) => break,
            Ok(bytes) => read += bytes as u64,
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                return Err(Trouble::NotTheProtocol(
                    "bytes that are no UTF-8".to_owned(),
                ));
            }
            Err(error) => return Err(Trouble::Cut(error.to_string())),
        }
        let _ = events.send(Event::Alive);
        // Other fields of an event, comments and empty lines (HTML standard, server-sent events).
        let Some(data) = line.strip_prefix("data:").map(str::trim) else {
            continue;
        };
        if data == "[DONE]" {
            reply.is_complete = true;
            break;
        }
        let Ok(value) = serde_json::from_str(data) else {
            return Err(match read >= LONGEST {
                true => Trouble::TooLong,
                false => Trouble::NotTheProtocol(shown(data)),
            });
        };
        let said = reply.take(&value).map_err(Trouble::Wrong)?;
        if said && first.is_none() {
            first = Some(from.elapsed());
            let _ = events.send(Event::First);
        }
        if thought.is_none() && !reply.thought.is_empty() && !reply.text.is_empty() {
            thought = Some(from.elapsed());
        }
    }
    let whole = from.elapsed();
    match reply.is_complete {
        true => Ok(Answered {
            reply,
            first: first.unwrap_or(whole),
            thought,
            whole,
        }),
        false => Err(Trouble::Cut("the stream has no end".to_owned())),
    }
}

fn with_key<B>(request: RequestBuilder<B>, key: Option<&str>) -> RequestBuilder<B> {
    match key {
        Some(key) => request.header("Authorization", format!("Bearer {key}")),
        None => request,
    }
}

fn is_stream<B>(response: &Response<B>) -> bool {
    let kind = response.headers().get("content-type");
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/event-stream"))
}

/// A body that is not too long.
fn read(response: &mut Response<ureq::Body>) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    let mut reader = response.body_mut().as_reader().take(LONGEST + 1);
    match reader.read_to_end(&mut bytes) {
        Ok(read) if read as u64 > LONGEST => Err(Trouble::TooLong),
        Ok(_) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => Err(Trouble::Cut(error.to_string())),
    }
}

/// The JSON in `body`, unless the server refuses; `None` where it is none.
fn refused(status: StatusCode, body: &str) -> Result<Option<Value>, Trouble> {
    let value: Option<Value> = serde_json::from_str(body).ok();
    if status.is_success() {
        return Ok(value);
    }
    let said = value.as_ref().and_then(|value| value.get("error"));
    let said = said.map_or_else(|| shown(body), reply::message);
    Err(Trouble::Status(status.as_u16(), said))
}

/// The beginning of a text, in one line.
fn shown(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let end = line.floor_char_boundary(SHOWN);
    line.get(..end).unwrap_or(&line).to_owned()
}
