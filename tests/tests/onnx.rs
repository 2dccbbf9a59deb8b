//! ONNX Runtime GenAI as the engine: `run --engine ort --model FOLDER`. `scripts/onnx-runtime` fetches its libraries;
//! without them there is nothing to test and a sentence says so.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use edgescore_record::VerdictKind;
use edgescore_tests::{Outcome, Running, Sandbox, SmallTasks, wait_until};
use nix::sys::signal::Signal;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// The 0.1M reference model, as `scripts/export-onnx` wrote it.
const MODEL: &str = "tests/fixtures/onnx/reference-0.1m";
const GGUF: &str = "tasks/models/reference-0.1m.gguf";

/// Where the libraries for `arch` are.
fn libraries(arch: &str) -> Option<PathBuf> {
    let folder = Path::new(ROOT).join("target/onnx-runtime").join(arch);
    if folder.is_dir() {
        return Some(folder.canonicalize().unwrap());
    }
    skip(&format!(
        "scripts/onnx-runtime {arch} has not fetched ONNX Runtime GenAI"
    ));
    None
}

fn skip(why: &str) {
    assert!(env::var_os("EDGESCORE_REQUIRE_CROSS").is_none(), "{why}");
    eprintln!("skipped: {why}");
}

/// A folder with links to both models, and a pack of `questions` of each of `tasks` tasks.
fn sandbox(tasks: u32, questions: u32) -> Sandbox {
    let sandbox = Sandbox::with_small_pack(SmallTasks { tasks, questions });
    for (name, path) in [("onnx", MODEL), ("m.gguf", GGUF)] {
        let path = Path::new(ROOT).join(path).canonicalize().unwrap();
        std::os::unix::fs::symlink(path, sandbox.path(name)).unwrap();
    }
    sandbox
}

fn run(sandbox: &Sandbox, libraries: &Path, arguments: &str) -> Outcome {
    let arguments = format!("run --pack small.pack --power-source simulated --force {arguments}");
    Outcome::of(sandbox.command(&arguments).env("EDGESCORE_ORT", libraries))
}

#[test]
fn letters_are_those_of_the_same_weights_in_llama_cpp() {
    let Some(libraries) = libraries(env::consts::ARCH) else {
        return;
    };
    let sandbox = sandbox(10, 10);
    run(
        &sandbox,
        &libraries,
        "--engine ort --model onnx -o onnx.esr --rotate",
    )
    .expect(0);
    run(&sandbox, &libraries, "--model m.gguf -o gguf.esr --rotate").expect(0);
    let (onnx, gguf) = (sandbox.rows("onnx.esr"), sandbox.rows("gguf.esr"));
    assert_eq!((onnx.questions.len(), gguf.questions.len()), (400, 400));
    let mut same = 0;
    for (onnx, gguf) in onnx.questions.iter().zip(&gguf.questions) {
        assert_eq!(onnx.ask, gguf.ask);
        assert_eq!(onnx.prompt_tokens, gguf.prompt_tokens);
        assert_eq!(onnx.cached_tokens, gguf.cached_tokens);
        let letter = |row: &edgescore_record::Question| row.answer.chosen().unwrap().choice;
        same += u32::from(letter(onnx) == letter(gguf));
        let shares = onnx.probabilities.unwrap();
        let shares = shares
            .letters()
            .zip(gguf.probabilities.unwrap().letters().collect::<Vec<_>>());
        for (a, b) in shares {
            assert!((a - b).abs() < 1e-3, "{a} and {b}");
        }
    }
    assert!(same >= 396, "{same} of 400 letters are the same");

    let report = sandbox.report("onnx.esr");
    let facts = &report["provenance"];
    assert_eq!(facts["engine"], "ONNX Runtime GenAI");
    assert_eq!(facts["engine_version"], "0.18.0");
    assert_eq!(facts["engine_on"], "ONNX Runtime 1.32.0, CPU");
    assert_eq!(
        (&facts["architecture"], &report["quantisation"]),
        (&"llama".into(), &"FP32".into())
    );
    // As its card says.
    assert_eq!(facts["parameters"], 105_696);
    assert!(
        report["memory"]["peak_rss_bytes"].as_f64().unwrap() > 1e6,
        "{report}"
    );
    assert!(
        report["energy_j"].is_number() || report["energy"].is_object(),
        "{report}"
    );
    let both = sandbox.done("report onnx.esr gguf.esr");
    assert!(both.contains("differ in their engines"), "{both}");
    let compared = sandbox.done("compare gguf.esr onnx.esr");
    assert!(compared.contains("ONNX Runtime 1.32.0, CPU"), "{compared}");
    let table = sandbox.done("report onnx.esr gguf.esr --format csv");
    assert!(
        table.contains(",ONNX Runtime GenAI,") && table.contains(",llama.cpp,"),
        "{table}"
    );
}

#[test]
fn texts_and_draws_are_those_of_the_same_weights_in_llama_cpp() {
    let Some(libraries) = libraries(env::consts::ARCH) else {
        return;
    };
    let sandbox = sandbox(2, 5);
    let how = "--mode generate --max-tokens 8 --draws 3 --keep-text=yes";
    run(
        &sandbox,
        &libraries,
        &format!("--model onnx -o onnx.esr {how}"),
    )
    .expect(0);
    run(
        &sandbox,
        &libraries,
        &format!("--model m.gguf -o gguf.esr {how}"),
    )
    .expect(0);
    let (onnx, gguf) = (sandbox.texts("onnx.esr"), sandbox.texts("gguf.esr"));
    assert_eq!(onnx.len(), gguf.len());
    let alike = onnx.iter().zip(&gguf).filter(|(a, b)| a == b).count();
    // A draw near the edge between two tokens may fall to either side.
    assert!(
        alike * 10 >= onnx.len() * 8,
        "{alike} of {} texts",
        onnx.len()
    );
    let rows = sandbox.rows("onnx.esr");
    let generated = rows.questions.iter().map(|row| row.generated.unwrap());
    assert!(
        generated
            .into_iter()
            .all(|text| (1..=8).contains(&text.tokens))
    );
}

#[test]
fn a_folder_races_against_files() {
    let Some(libraries) = libraries(env::consts::ARCH) else {
        return;
    };
    let sandbox = sandbox(3, 30);
    let race = |options: &str| {
        let command = format!(
            "choose onnx {ROOT}/tasks/models/reference-1m.gguf --pack small.pack {options}"
        );
        Outcome::of(sandbox.command(&command).env("EDGESCORE_ORT", &libraries))
    };
    let printed = race("-t 1,2 -o race").stdout;
    for words in [
        "the engines differ",
        "ONNX Runtime GenAI",
        "llama.cpp",
        "onnx, ",
    ] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    // Without its libraries, or with what it cannot do, it is out, and the other one races on.
    let command = "choose onnx m.gguf --pack small.pack -o without";
    let mut without = sandbox.command(command);
    let without = Outcome::of(without.env("EDGESCORE_ORT", sandbox.path("none")));
    assert!(without.stdout.contains("`pip install"), "{without:?}");
    assert!(without.stdout.contains("did not decide"), "{without:?}");
    let held = race("-t 1 --ubatch 64 -o held");
    assert!(
        held.stdout
            .contains("--ubatch: ONNX Runtime GenAI computes a prompt at once"),
        "{held:?}"
    );
    assert!(held.stdout.contains("Take reference-1m"), "{held:?}");
}

#[test]
fn what_it_cannot_do_is_refused_with_the_reason() {
    let Some(libraries) = libraries(env::consts::ARCH) else {
        return;
    };
    let sandbox = sandbox(1, 2);
    let refused = |code: i32, arguments: &str, says: &str| {
        let outcome = run(&sandbox, &libraries, arguments);
        assert_eq!(outcome.code, Some(code), "{arguments}: {outcome:?}");
        assert!(outcome.stderr.contains(says), "{arguments}: {outcome:?}");
    };
    refused(2, "--engine ort", "give --model FOLDER");
    refused(2, "--engine ort --model m.gguf", "m.gguf is no folder");
    refused(
        2,
        "--engine ftp://x --model onnx",
        "http://127.0.0.1:8080/v1, or ort",
    );
    refused(
        4,
        "--model onnx --power 4W",
        "cannot pause inside a prompt: leave it out",
    );
    refused(
        4,
        "--model onnx --ubatch 64",
        "--ubatch: ONNX Runtime GenAI computes a prompt at once",
    );
    refused(
        4,
        "--model onnx --mode generate --scenario offline",
        "one question at a time",
    );
    refused(
        4,
        "--model onnx --context 64",
        "no question fits a context of 64 tokens",
    );
    fs::create_dir(sandbox.path("empty")).unwrap();
    refused(4, "--model empty", "empty has no genai_config.json");
    // A model that lacks its weights.
    fs::create_dir(sandbox.path("broken")).unwrap();
    for entry in fs::read_dir(sandbox.path("onnx")).unwrap() {
        let entry = entry.unwrap();
        if !entry.file_name().to_str().unwrap().ends_with(".data") {
            fs::copy(entry.path(), sandbox.path("broken").join(entry.file_name())).unwrap();
        }
    }
    refused(4, "--model broken", "ONNX Runtime GenAI: ");
    // Its libraries are not there.
    let missing = run(&sandbox, &sandbox.path("empty"), "--model onnx");
    assert_eq!(missing.code, Some(3), "{missing:?}");
    assert!(
        missing
            .stderr
            .contains("has no libonnxruntime-genai.so: `pip install"),
        "{missing:?}"
    );
    // Commands that read GGUF headers say so.
    for command in ["plan --model onnx", "prompt --model onnx"] {
        let outcome = sandbox.edgescore(command);
        assert!(
            outcome.stderr.contains("takes GGUF files"),
            "{command}: {outcome:?}"
        );
    }
    let text = sandbox.done("prompt --model onnx --text --pack small.pack");
    assert_eq!(
        text,
        sandbox.done("prompt --model m.gguf --text --pack small.pack")
    );
}

#[test]
fn an_interrupted_run_is_a_result() {
    let Some(libraries) = libraries(env::consts::ARCH) else {
        return;
    };
    let sandbox = sandbox(1, 2);
    let mut command = sandbox.command("run --model onnx --pack small.pack --minutes 9 -o run.esr");
    let running = Running::start(command.env("EDGESCORE_ORT", &libraries));
    let size = || fs::metadata(sandbox.path("run.esr")).map_or(0, |file| file.len());
    wait_until("answers are in the file", || size() > 4_000);
    running.signal(Signal::SIGINT);
    running.end();
    assert_eq!(
        sandbox.rows("run.esr").verdict.unwrap().0,
        VerdictKind::Aborted
    );
}

#[test]
fn it_runs_on_arm_in_an_emulator() {
    let qemu = "qemu-aarch64-static";
    let worker = Path::new(ROOT).join("target/boards/aarch64/edgescore-rt-ort");
    let Some(libraries) = libraries("aarch64") else {
        return;
    };
    if !worker.exists() {
        return skip("the worker for aarch64 is not built: run scripts/cross --ort");
    }
    let sandbox = sandbox(2, 2);
    // Debian's aarch64 libraries, of the cross compilers, and the CPUs of a Pi 5: with those of another
    // architecture ONNX Runtime 1.32.0 does not survive being loaded.
    let root = sandbox.path("root");
    let pi5 = Path::new(ROOT).join("tests/fixtures/boards/pi5/proc/cpuinfo");
    fs::create_dir_all(root.join("proc")).unwrap();
    fs::copy(pi5, root.join("proc/cpuinfo")).unwrap();
    std::os::unix::fs::symlink("/usr/aarch64-linux-gnu/lib", root.join("lib")).unwrap();
    let start = format!(
        "#!/bin/sh\nexec {qemu} -cpu cortex-a76 -L {} {} \"$@\"\n",
        root.display(),
        worker.canonicalize().unwrap().display()
    );
    sandbox.write("worker", start);
    let script = sandbox.path("worker");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let arguments = "run --pack small.pack --model onnx -o arm.esr --threads 2";
    let mut command = sandbox.command(arguments);
    command
        .env("EDGESCORE_ORT", &libraries)
        .env("EDGESCORE_RT_ORT", &script);
    Outcome::of(&mut command).expect(0);
    sandbox.done("run --pack small.pack --model m.gguf -o gguf.esr");
    let (arm, gguf) = (sandbox.rows("arm.esr"), sandbox.rows("gguf.esr"));
    assert_eq!(arm.questions.len(), 4);
    for (arm, gguf) in arm.questions.iter().zip(&gguf.questions) {
        let letter = |row: &edgescore_record::Question| row.answer.chosen().unwrap().choice;
        assert_eq!((arm.ask, letter(arm)), (gguf.ask, letter(gguf)));
    }
}
