//! A server that speaks the protocol of OpenAI as llama-server does, or fails at it: what real servers do
//! only when they are broken. It answers without a model; letters are always B.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// As llama-server.
    Good,
    /// It gives no probabilities, and no streams.
    Plain,
    /// It refuses an answer that is begun for it.
    RefusesStart,
    /// It keeps what it thought apart from its answer.
    Thinks,
    /// Two of three requests find it busy.
    Busy,
    /// From the third question on it closes the connection.
    Closes,
    /// From the third question on it sends nothing.
    Hangs,
    /// From the third question on it answers 500.
    Fails,
    /// From the third question on half a JSON object.
    Half,
    /// From the third question on a stream without an end.
    HalfStream,
    /// From the third question on 100 MB.
    Huge,
    /// It wants a key.
    WantsKey,
    /// Web pages.
    Html,
}

/// Text of every answer.
const TEXT: &str = "{\"answer\": \"B\"}";

/// A server on a port of its own, which lives as long as the tests.
pub struct FakeServer {
    /// Its address, up to `/v1`.
    pub url: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl FakeServer {
    /// Starts one.
    pub fn start(behaviour: Behaviour) -> FakeServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, asked) = (stream.unwrap(), kept.clone());
                thread::spawn(move || serve(&stream, behaviour, &asked));
            }
        });
        FakeServer { url, asked }
    }

    /// The address of one that is not there.
    pub fn absent() -> FakeServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        FakeServer {
            url: format!("http://{}/v1", listener.local_addr().unwrap()),
            asked: Arc::default(),
        }
    }

    /// The bodies of all completions that were asked for.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

/// Serves a connection. Whoever asked may be gone, which ends it.
fn serve(stream: &TcpStream, behaviour: Behaviour, asked: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader) {
        let answer = match (request.path.as_str(), &request.body) {
            _ if behaviour == Behaviour::Html => Answer::page(),
            _ if behaviour == Behaviour::WantsKey
                && request.key.as_deref() != Some("Bearer sesame") =>
            {
                Answer::error(401, "Invalid API Key")
            }
            ("/v1/models", _) => {
                Answer::json(200, &json!({"data": [{"id": "served"}, {"id": "other"}]}))
            }
            ("/props", _) => Answer::json(200, &json!({"build_info": "b1-fake"})),
            ("/v1/chat/completions", Some(body)) => {
                let mut all = asked.lock().unwrap();
                all.push(body.clone());
                let count = all.len();
                drop(all);
                match complete(behaviour, body, count) {
                    Some(answer) => answer,
                    None => return,
                }
            }
            _ => Answer::error(404, "File Not Found"),
        };
        if answer.send(stream).is_err() {
            return;
        }
    }
}

/// Answers request number `count`, of which the first one comes before the questions; `None` closes the
/// connection.
fn complete(behaviour: Behaviour, body: &Value, count: usize) -> Option<Answer> {
    let begun = body["messages"].as_array().unwrap().last().unwrap()["role"] == "assistant";
    let broken = count > 3;
    match behaviour {
        Behaviour::Busy if !count.is_multiple_of(3) => {
            return Some(Answer::error(503, "Loading model"));
        }
        Behaviour::RefusesStart if begun => {
            return Some(Answer::error(
                400,
                "Assistant response prefill is incompatible with enable_thinking.",
            ));
        }
        Behaviour::Closes if broken => return None,
        Behaviour::Hangs if broken => thread::sleep(Duration::from_secs(600)),
        Behaviour::Fails if broken => return Some(Answer::error(500, "out of memory")),
        Behaviour::Half if broken => {
            return Some(Answer::new(
                200,
                "application/json",
                b"{\"choices\": [{".to_vec(),
            ));
        }
        Behaviour::Huge if broken => {
            return Some(Answer::new(200, "application/json", vec![b' '; 100 << 20]));
        }
        _ => {}
    }
    if begun {
        let shares = [
            ("A", 0.2f64),
            ("B\"", 0.5),
            ("C", 0.2),
            ("D", 0.05),
            ("E", 0.01),
        ];
        let tokens = shares.map(|(token, share)| json!({"token": token, "logprob": share.ln()}));
        let logprobs = match behaviour {
            Behaviour::Plain => Value::Null,
            _ => json!({"content": [{"token": "B\"", "top_logprobs": tokens}]}),
        };
        let choice = json!({"message": {"role": "assistant", "content": "B\""}, "logprobs": logprobs, "finish_reason": "length"});
        return Some(Answer::json(
            200,
            &json!({"choices": [choice], "usage": {"prompt_tokens": 240, "completion_tokens": 1}}),
        ));
    }
    if body["stream"] != true || behaviour == Behaviour::Plain {
        let choice = json!({"message": {"content": TEXT}, "finish_reason": "stop"});
        return Some(Answer::json(
            200,
            &json!({"choices": [choice], "usage": {"prompt_tokens": 240, "completion_tokens": 7}}),
        ));
    }
    let mut events = vec![
        json!({"choices": [{"delta": {"role": "assistant", "content": null}, "finish_reason": null}]}),
    ];
    if behaviour == Behaviour::Thinks {
        events.push(json!({"choices": [{"delta": {"reasoning_content": "Is it A?"}, "finish_reason": null}]}));
    }
    for piece in ["{\"answer\"", ": ", "\"B\"}"] {
        events.push(json!({"choices": [{"delta": {"content": piece}, "finish_reason": null}]}));
    }
    if behaviour != Behaviour::HalfStream || !broken {
        events.push(json!({"choices": [{"delta": {}, "finish_reason": "stop"}],
            "timings": {"cache_n": 200, "prompt_n": 40, "predicted_n": 7}}));
    }
    let lines: String = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    Some(Answer::new(200, "text/event-stream", lines.into_bytes()))
}

/// What came.
struct Request {
    path: String,
    key: Option<String>,
    body: Option<Value>,
}

impl Request {
    fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let path = line.split_whitespace().nth(1)?.to_owned();
        let (mut key, mut length) = (None, 0);
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let Some((name, value)) = header.trim().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "authorization" => key = Some(value.to_owned()),
                "content-length" => length = value.parse().unwrap(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Request {
            path,
            key,
            body: serde_json::from_slice(&body).ok(),
        })
    }
}

/// What goes back.
struct Answer {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
}

impl Answer {
    fn new(status: u16, kind: &'static str, body: Vec<u8>) -> Answer {
        Answer { status, kind, body }
    }

    fn json(status: u16, value: &Value) -> Answer {
        Answer::new(status, "application/json", value.to_string().into_bytes())
    }

    fn error(status: u16, message: &str) -> Answer {
        Answer::json(
            status,
            &json!({"error": {"code": status, "message": message}}),
        )
    }

    fn page() -> Answer {
        Answer::new(
            200,
            "text/html",
            b"<!doctype html>\n<title>Router</title>".to_vec(),
        )
    }

    fn send(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let length = self.body.len();
        write!(
            stream,
            "HTTP/1.1 {} x\r\nContent-Type: {}\r\nContent-Length: {length}\r\n\r\n",
            self.status, self.kind
        )?;
        stream.write_all(&self.body)
    }
}
