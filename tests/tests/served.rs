//! Servers in place of a model file: `run --engine URL`. What a broken server does is played by a fake one;
//! docs/bench/2026-11-28-served holds a real llama-server against the engine in process.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_record::{Found, VerdictKind};
use edgescore_tests::{Behaviour, FakeServer, Outcome, Running, Sandbox, SmallTasks, wait_until};
use nix::sys::signal::Signal;
use serde_json::Value;

/// Eight questions.
fn sandbox() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 2,
        questions: 4,
    })
}

fn run(sandbox: &Sandbox, server: &FakeServer, options: &str) -> Outcome {
    sandbox.edgescore(&format!(
        "run --engine {} --model served --pack small.pack --force -o run.esr {options}",
        server.url
    ))
}

#[test]
fn letters_and_probabilities_come_from_a_server() {
    let (sandbox, server) = (sandbox(), FakeServer::start(Behaviour::Good));
    let outcome = run(&sandbox, &server, "");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let rows = sandbox.rows("run.esr");
    assert_eq!(rows.questions.len(), 8);
    for row in &rows.questions {
        let chosen = row.answer.chosen().unwrap();
        assert_eq!(chosen.found, Found::Logits);
        assert_eq!(chosen.choice.unwrap().as_char(), 'B');
        let shares: Vec<f64> = row.probabilities.unwrap().letters().collect();
        assert!((shares[1] - 0.5 / 0.95).abs() < 1e-4, "{shares:?}");
        assert_eq!((row.prompt_tokens, row.generated), (240, None));
    }
    let report = sandbox.report("run.esr");
    let facts = &report["provenance"];
    assert_eq!(facts["server_software"], "llama.cpp b1-fake");
    assert_eq!(facts["server_url"], server.url.as_str());
    assert_eq!(
        (&facts["server_requests"], &facts["letters_by_text"]),
        (&8.into(), &0.into())
    );
    assert_eq!(facts["template_origin"], "server");
    assert!(
        outcome
            .stdout
            .contains("llama.cpp b1-fake at http://127.0.0.1"),
        "{outcome:?}"
    );
    // The fake one runs in this process, which is larger than 1 MiB.
    assert!(
        report["memory"]["peak_rss_bytes"].as_f64().unwrap() > 1e6,
        "{report}"
    );
    assert!(facts["server_cpu_ms"].is_u64(), "{facts}");
    // The messages are those of a run in process.
    let asked = server.asked();
    let text = sandbox
        .done("prompt --model tiny.gguf --pack small.pack --question 0 --text --template chatml");
    for message in asked[1]["messages"].as_array().unwrap() {
        if message["role"] != "assistant" {
            let content = message["content"].as_str().unwrap();
            assert!(text.contains(content), "{content:?}\n{text}");
        }
    }
}

#[test]
fn texts_and_draws_come_from_a_server() {
    let (sandbox, server) = (sandbox(), FakeServer::start(Behaviour::Good));
    let outcome = run(&sandbox, &server, "--mode generate --draws 2 --seed 7");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let rows = sandbox.rows("run.esr");
    assert_eq!(rows.questions.len(), 8);
    for row in &rows.questions {
        assert_eq!(row.answer.chosen().unwrap().found, Found::Json);
        assert_eq!((row.prompt_tokens, row.cached_tokens), (240, 200));
        assert_eq!(row.generated.unwrap().tokens, 7);
    }
    let asked = server.asked();
    let drawn: Vec<&Value> = asked
        .iter()
        .filter(|body| body["temperature"] == 0.7)
        .collect();
    assert!(!drawn.is_empty());
    assert_eq!(asked.len(), 1 + 8 + drawn.len());
    let seeds: std::collections::BTreeSet<u64> = drawn
        .iter()
        .map(|body| body["seed"].as_u64().unwrap())
        .collect();
    assert_eq!(seeds.len(), drawn.len(), "each draw has a seed of its own");
    assert!(asked[1..].iter().all(|body| body["model"] == "served"));
}

#[test]
fn without_probabilities_letters_are_read_in_texts() {
    for behaviour in [Behaviour::Plain, Behaviour::RefusesStart] {
        let (sandbox, server) = (sandbox(), FakeServer::start(behaviour));
        let outcome = run(&sandbox, &server, "");
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let rows = sandbox.rows("run.esr");
        assert!(
            rows.questions
                .iter()
                .all(|row| row.probabilities.is_none() && row.generated.is_some())
        );
        let facts = sandbox.report("run.esr")["provenance"].clone();
        assert_eq!(facts["letters_by_text"], 8, "{behaviour:?} {facts}");
        assert!(
            outcome.stdout.contains("8 letters were read in texts"),
            "{outcome:?}"
        );
    }
}

#[test]
fn what_a_server_thinks_is_a_trace() {
    let (sandbox, server) = (sandbox(), FakeServer::start(Behaviour::Thinks));
    let outcome = run(&sandbox, &server, "--mode generate --draws 0");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let texts = sandbox.texts("run.esr");
    assert_eq!(texts.len(), 8);
    for (_, _, text) in texts {
        assert!(text.starts_with("<think>Is it A?</think>{"), "{text:?}");
    }
    let report = sandbox.report("run.esr");
    assert_eq!(
        report["answers"]["traces"]["by_model"], 8,
        "{}",
        report["answers"]
    );
}

#[test]
fn a_busy_server_is_asked_again() {
    let (sandbox, server) = (sandbox(), FakeServer::start(Behaviour::Busy));
    let outcome = run(&sandbox, &server, "--limit 2");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let facts = sandbox.report("run.esr")["provenance"].clone();
    assert_eq!(
        (&facts["server_requests"], &facts["server_retries"]),
        (&2.into(), &4.into())
    );
}

/// What was answered before stays a valid result, with a verdict that says what happened.
#[test]
fn a_server_that_breaks_is_a_verdict() {
    for (behaviour, says) in [
        (Behaviour::Closes, "cannot be reached"),
        (Behaviour::Hangs, "sent nothing for 1 s"),
        (Behaviour::Fails, "answers 500 (out of memory)"),
        (Behaviour::Half, "ended in the middle"),
        (Behaviour::HalfStream, "ended in the middle"),
        (Behaviour::Huge, "more than 8 MB"),
    ] {
        let (sandbox, server) = (sandbox(), FakeServer::start(behaviour));
        let mode = "--mode generate --draws 0 --server-silence 1";
        let outcome = run(&sandbox, &server, mode);
        assert_eq!(outcome.code, Some(1), "{behaviour:?} {outcome:?}");
        let rows = sandbox.rows("run.esr");
        assert_eq!(rows.questions.len(), 2, "{behaviour:?} {outcome:?}");
        let (kind, detail) = rows.verdict.unwrap();
        assert_eq!(kind, VerdictKind::EngineFailed);
        assert!(detail.contains(says), "{behaviour:?}: {detail}");
        assert!(rows.end.is_some(), "{behaviour:?}");
        sandbox.done("report run.esr");
    }
}

#[test]
fn a_server_that_is_none_is_refused_with_a_remedy() {
    let sandbox = sandbox();
    let refused = |server: &FakeServer, options: &str, says: &str| {
        let outcome = sandbox.edgescore(&format!(
            "run --engine {} --pack small.pack --force -o run.esr {options}",
            server.url
        ));
        assert!(!matches!(outcome.code, Some(0 | 1)), "{outcome:?}");
        assert!(outcome.stderr.contains(says), "{says:?}: {outcome:?}");
        assert!(!sandbox.path("run.esr").exists());
    };
    refused(
        &FakeServer::start(Behaviour::Html),
        "",
        "does not speak the protocol of OpenAI",
    );
    refused(
        &FakeServer::start(Behaviour::WantsKey),
        "",
        "EDGESCORE_API_KEY",
    );
    let good = FakeServer::start(Behaviour::Good);
    refused(
        &good,
        "",
        "has 2 models: give one as --model (choose takes URL#NAME): served, other",
    );
    refused(
        &good,
        "--model wrong",
        "has no model wrong: it has served, other",
    );
    refused(&good, "--model served --think off", "leave --think out");
    refused(
        &good,
        "--model served --mode generate --scenario offline",
        "leave out --scenario",
    );
    refused(&FakeServer::absent(), "", "cannot be reached");
    for (engine, says) in [
        ("llama.cpp", "http://127.0.0.1:8080/v1"),
        ("http://user:secret@127.0.0.1:9/v1", "EDGESCORE_API_KEY"),
        ("http:///v1", "host and path alone"),
    ] {
        let outcome = sandbox.edgescore(&format!("run --engine {engine} --pack small.pack"));
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(says), "{outcome:?}");
    }
}

#[test]
fn a_worker_that_is_missing_is_named_with_a_remedy() {
    let (sandbox, server) = (sandbox(), FakeServer::start(Behaviour::Good));
    let mut command = sandbox.command(&format!(
        "run --engine {} --model served --pack small.pack -o run.esr",
        server.url
    ));
    let outcome = Outcome::of(command.env("EDGESCORE_RT_HTTP", "/nowhere/worker")).expect(3);
    assert!(outcome.stderr.contains("/nowhere/worker"), "{outcome:?}");
    assert!(outcome.stderr.contains("EDGESCORE_RT_HTTP"), "{outcome:?}");
    assert!(!sandbox.path("run.esr").exists());
}

/// A key opens the server, and no file has it.
#[test]
fn a_key_comes_from_the_environment_and_goes_into_no_record() {
    let (sandbox, server) = (sandbox(), FakeServer::start(Behaviour::WantsKey));
    let mut command = sandbox.command(&format!(
        "run --engine {} --model served --pack small.pack -o run.esr",
        server.url
    ));
    command.env("EDGESCORE_API_KEY", "sesame");
    // A proxy is not asked for what is here.
    let outcome = Outcome::of(command.env("http_proxy", "http://127.0.0.1:9"));
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let bytes = sandbox.read("run.esr");
    assert!(!bytes.windows(6).any(|window| window == b"sesame"));
}

/// Ctrl-C while a server says nothing.
#[test]
fn a_hanging_server_does_not_hold_an_interrupt() {
    let (sandbox, server) = (sandbox(), FakeServer::start(Behaviour::Hangs));
    let running = Running::start(&mut sandbox.command(&format!(
        "run --engine {} --model served --pack small.pack -o run.esr --mode generate --draws 0",
        server.url
    )));
    wait_until("the server hangs", || server.asked().len() == 4);
    running.signal_group(Signal::SIGINT);
    running.end().expect(1);
    let rows = sandbox.rows("run.esr");
    assert_eq!(rows.questions.len(), 2);
    assert_eq!(rows.verdict_kind(), Some(VerdictKind::Aborted));
}
