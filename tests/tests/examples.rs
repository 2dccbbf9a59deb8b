//! The examples and `serve-check` over a real llama-server.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use edgescore_tests::{LlamaServer, Sandbox, llama_server};
use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn model(name: &str) -> PathBuf {
    let path = Path::new(ROOT).join("tasks/models").join(name);
    path.canonicalize().unwrap()
}

/// What an example prints for the questions of `pack`, a JSON object a line.
fn example(name: &str, server: &LlamaServer, sandbox: &Sandbox, limit: u32) -> Option<Vec<Value>> {
    let python = Path::new(ROOT).join("target/examples/bin/python");
    if !python.exists() {
        let why = "skipped: target/examples has no Python with what examples/README.md names";
        assert!(env::var_os("EDGESCORE_REQUIRE_CROSS").is_none(), "{why}");
        eprintln!("{why}");
        return None;
    }
    let messages = sandbox.done("pack show q.pack --messages");
    sandbox.write("messages", messages);
    let output = Command::new(python)
        .arg(Path::new(ROOT).join("examples").join(name))
        .args([server.url.as_str(), "--limit", &limit.to_string()])
        .env("no_proxy", "127.0.0.1")
        .stdin(fs::File::open(sandbox.path("messages")).unwrap())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {:?}", output.status);
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines();
    Some(
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

#[test]
fn a_langchain_agent_calls_what_edgescore_reads_at_the_same_address() {
    let Some(program) = llama_server() else {
        return;
    };
    let sandbox = Sandbox::default();
    let file = model("reference-1m-calls.gguf");
    let server = LlamaServer::start(&program, &file, &["--jinja"]);
    sandbox.done("pack build --kind tool --seed 77 --per-task 2 -o q.pack");
    let Some(lines) = example("langchain_agent.py", &server, &sandbox, 26) else {
        return;
    };
    let how = "--pack q.pack --mode generate --max-tokens 128 --draws 0 --keep-text=yes";
    let served = sandbox.edgescore(&format!("run --engine {} {how} -o served.esr", server.url));
    let served = served.expect(0);
    // What the template writes is not what llama-server reads calls by.
    assert!(
        served.stdout.contains("answers were read in texts"),
        "{served:?}"
    );
    sandbox.done(&format!("run {} {how} -o process.esr", file.display()));
    let (texts, others) = (sandbox.texts("served.esr"), sandbox.texts("process.esr"));
    assert_eq!((lines.len(), texts.len(), others.len()), (26, 26, 26));
    let mut same = 0;
    for (line, ((_, _, served), (_, _, process))) in lines.iter().zip(texts.iter().zip(&others)) {
        let read: Value = serde_json::from_str(served).unwrap();
        assert_eq!(line["calls"], read, "{line}");
        same += u32::from(served == process);
    }
    // Kernels round by the length of a batch.
    assert!(same >= 24, "{same} of 26 texts are those in process");
    let report = sandbox.report("served.esr");
    assert!(
        report["pass_at_1"]["value"].as_f64().unwrap() > 0.3,
        "{report}"
    );
}

#[test]
fn a_llamaindex_query_engine_answers_as_edgescore_reads_at_the_same_address() {
    let Some(program) = llama_server() else {
        return;
    };
    let sandbox = Sandbox::default();
    let server = LlamaServer::start(&program, &model("reference-3m.gguf"), &[]);
    sandbox.done("pack build --seed 77 --per-task 1 -o q.pack");
    let Some(lines) = example("llamaindex_query.py", &server, &sandbox, 30) else {
        return;
    };
    sandbox.done(&format!(
        "run --engine {} --pack q.pack -o served.esr",
        server.url
    ));
    let rows = sandbox.rows("served.esr").questions;
    assert_eq!((lines.len(), rows.len()), (30, 30));
    for (line, row) in lines.iter().zip(rows) {
        let letter = row.answer.chosen().unwrap().choice.unwrap().as_char();
        assert_eq!(line["letter"], letter.to_string(), "{line}");
    }
}

#[test]
fn a_server_serves_what_is_in_the_file_or_serve_check_says_what_not() {
    let Some(program) = llama_server() else {
        return;
    };
    let sandbox = Sandbox::default();
    let file = model("reference-1m.gguf");
    sandbox.done("pack build --seed 77 --per-task 1 -o q.pack");
    let check = |server: &LlamaServer| {
        let (url, file) = (&server.url, file.display());
        sandbox.edgescore(&format!(
            "serve-check --engine {url} --model {file} --pack q.pack"
        ))
    };
    let server = LlamaServer::start(&program, &file, &[]);
    let good = check(&server).expect(0);
    assert!(good.stdout.contains("30 of 30"), "{good:?}");
    // The one is as good as the other: whichever is chosen, both were asked the same and are told apart.
    let url = &server.url;
    let race = format!("choose {url} {} --pack q.pack --limit 24", file.display());
    let race = sandbox.done(&race);
    assert!(
        race.contains("not told apart from the chosen one"),
        "{race}"
    );
    assert!(race.contains("the engines differ"), "{race}");
    let alone = sandbox.done(&format!("choose {url} --pack q.pack -o alone"));
    assert!(alone.contains(&format!("as it is at {url}")), "{alone}");
    assert!(
        alone.contains(&format!("edgescore run --engine {url} --pack q.pack")),
        "{alone}"
    );
    drop(server);
    // Another template in the same server, as a wrong deployment has it.
    let wrong = LlamaServer::start(&program, &file, &["--chat-template", "llama3"]);
    let wrong = check(&wrong);
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(wrong.stdout.contains("template"), "{wrong:?}");
}
