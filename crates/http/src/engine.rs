//! A server as an engine of a run.

use std::borrow::Cow;
use std::io::Write;
use std::net::IpAddr;
use std::path::Path;

use edgescore_probe::{Bytes, ProcessTree};
use edgescore_record::{Budgets, Plan, Record, Served, ServerRow};
use edgescore_runtime::error::{Refusal, RunError};
use edgescore_runtime::measure::conditions::ConditionsMonitor;
use edgescore_runtime::measure::meter::Meter;
use edgescore_runtime::run::answer_rows::Counts;
use edgescore_runtime::run::engine::{Answers, Engine};
use edgescore_runtime::run::job::Job;
use edgescore_runtime::run::memory_control::MemoryControl;
use edgescore_runtime::run::report::Reports;
use edgescore_runtime::run::{ask_all, template};
use edgescore_runtime::wire::{TEXT, clip};
use edgescore_taskpack::Hash;
use serde_json::Value;

use crate::answers::ServerAnswers;
use crate::chat;
use crate::client::{Client, Trouble};
use crate::monitor::Monitor;

/// Why a server elsewhere is not measured.
const ELSEWHERE: &str = "it does not run on this board";
/// Why one whose process is not found is not.
const HIDDEN: &str = "its process belongs to another user or to a container: run this as root";

/// How llama-server's software begins.
const LLAMA_CPP: &str = "llama.cpp";

/// The engine.
pub struct Server;

impl Engine for Server {
    fn identify<'p>(
        &self,
        plan: &Plan<'p>,
        _memory: &MemoryControl,
    ) -> Result<(&'p str, Bytes, Hash), Refusal> {
        let served = served(plan)?;
        let held = [
            ("--power", plan.budgets.power.is_some()),
            ("--memory", plan.budgets.memory.is_some()),
        ];
        if let Some((option, _)) = held.iter().find(|(_, is_given)| *is_given) {
            return Err(Refusal::data(format!(
                "{option}: what a server uses is measured and cannot be held: leave it out"
            )));
        }
        Ok((served.model, Bytes(0), Hash([0; 32])))
    }

    fn carry_out<W: Write>(
        &self,
        job: &Job,
        counts: &mut Counts,
        reports: &mut Reports<W>,
    ) -> Result<(), RunError> {
        if job.prompts.constrain().is_some() {
            let why = "--constrain: a server follows no grammar of edgescore: leave it out";
            return Err(Refusal::data(why).into());
        }
        let served = served(job.plan)?;
        let here = is_here(&served);
        let client = Client::new(&served, here);
        let (model, software) = introduce(&client, &served)?;
        let budgets = &job.plan.budgets;
        let tree = port(&served)
            .filter(|_| here)
            .and_then(|port| ProcessTree::listening_on(Path::new("/"), port));
        let unmeasured = match &tree {
            Some(_) => "",
            None if here => HIDDEN,
            None => ELSEWHERE,
        };
        reports.record(&Record::Server(ServerRow {
            url: clip(served.url, TEXT),
            model: clip(&model, TEXT),
            software: clip(&software, TEXT),
            process: tree.as_ref().map_or("", |tree| tree.name.as_str()),
            unmeasured,
        }))?;
        template::rows(job, *job.prompts.template(), reports)?;
        let conditions = ConditionsMonitor::start(budgets)?;
        let source = power_source(budgets.power_source, tree.is_some());
        let meter = Meter::start(&Budgets {
            power_source: &source,
            ..*budgets
        })?;
        let monitor = tree.map(Monitor::start);
        let top = match software.starts_with(LLAMA_CPP) {
            true => chat::TOP_OF_LLAMA_SERVER,
            false => chat::TOP,
        };
        let mut answers = ServerAnswers::new(job, client, (model, top), meter, monitor)?;
        reports.record(&Record::PowerStart(answers.power_row()))?;
        ask_all(job, answers, conditions, counts, reports)
    }
}

/// The power source of a run whose server is on this board, or is not. What is simulated by CPU time must
/// count the server's.
fn power_source(asked: &str, is_here: bool) -> Cow<'_, str> {
    match asked.split_once(':').unwrap_or((asked, "")) {
        _ if !is_here => "none".into(),
        ("simulated", "") => "simulated:of=board".into(),
        ("simulated", settings) if !settings.contains("of=") => format!("{asked},of=board").into(),
        _ => asked.into(),
    }
}

fn served<'p>(plan: &Plan<'p>) -> Result<Served<'p>, Refusal> {
    Served::parse(plan.model).ok_or_else(|| {
        Refusal::data(format!(
            "{} is no address of a server: give --engine http://127.0.0.1:8080/v1",
            plan.model
        ))
    })
}

/// The model that is asked, by the server's name of it, and what the server is.
fn introduce(client: &Client, served: &Served) -> Result<(String, String), Refusal> {
    let names = match client.get("models") {
        Ok(list) => names(&list),
        // Some servers have one model and no list.
        Err(Trouble::Status(404 | 405, _)) if !served.model.is_empty() => Vec::new(),
        Err(trouble) => return Err(Refusal::board(format!("{} {trouble}", served.url))),
    };
    let model = match (served.model, names.as_slice()) {
        ("", []) => {
            return Err(Refusal::data(format!(
                "{} says no names of models: give --model NAME",
                served.url
            )));
        }
        ("", [one]) => one.clone(),
        ("", several) => {
            return Err(Refusal::data(format!(
                "{} has {} models: give one as --model (choose takes URL#NAME): {}",
                served.url,
                several.len(),
                several.join(", ")
            )));
        }
        (given, names) if names.is_empty() || names.iter().any(|name| name == given) => {
            given.to_owned()
        }
        (given, names) => {
            return Err(Refusal::data(format!(
                "{} has no model {given}: it has {}",
                served.url,
                names.join(", ")
            )));
        }
    };
    let build =
        |path: &str, key: &str| client.get(path).ok()?.get(key)?.as_str().map(str::to_owned);
    let software = build("../props", "build_info").map(|build| format!("{LLAMA_CPP} {build}"));
    let software = software
        .or_else(|| build("../api/version", "version").map(|version| format!("Ollama {version}")))
        .or_else(|| build("../version", "version").map(|version| format!("vLLM {version}")));
    Ok((model, software.unwrap_or_default()))
}

/// The names in a list of models.
fn names(list: &Value) -> Vec<String> {
    let models = list.get("data").and_then(Value::as_array);
    let names = models
        .into_iter()
        .flatten()
        .filter_map(|model| model.get("id")?.as_str());
    names.map(str::to_owned).collect()
}

/// Whether the server is on this board, by its address.
fn is_here(served: &Served) -> bool {
    let authority = served.authority();
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let address: Result<IpAddr, _> = host.parse();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Its port.
fn port(served: &Served) -> Option<u16> {
    let authority = served.authority();
    let behind = authority
        .rsplit_once(']')
        .map_or(authority, |(_, behind)| behind);
    match behind.rsplit_once(':') {
        Some((_, port)) => port.parse().ok(),
        None if served.url.starts_with("https:") => Some(443),
        None => Some(80),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_here_by_its_address() {
        let read = |url| {
            let served = Served::parse(url).unwrap();
            (is_here(&served), port(&served))
        };
        assert_eq!(read("http://127.0.0.1:8080/v1"), (true, Some(8080)));
        assert_eq!(read("http://[::1]:9000/v1"), (true, Some(9000)));
        assert_eq!(read("http://localhost/v1"), (true, Some(80)));
        assert_eq!(read("https://board.example/v1"), (false, Some(443)));
        assert_eq!(read("http://192.168.7.2:8080"), (false, Some(8080)));
        for (asked, source) in [
            ("best", "best"),
            ("simulated", "simulated:of=board"),
            ("simulated:idle=1W", "simulated:idle=1W,of=board"),
            ("simulated:of=process", "simulated:of=process"),
        ] {
            assert_eq!(power_source(asked, true), source);
            assert_eq!(power_source(asked, false), "none");
        }
    }
}
