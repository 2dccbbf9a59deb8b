//! Arguments that make no sense, results in the way, and runtimes that are none.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_tests::{Sandbox, SmallTasks};

fn sandbox() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 2,
        questions: 1,
    })
}

const RUN: &str = "run --model tiny.gguf --pack small.pack -t 1";

#[test]
fn wrong_arguments_are_exit_code_2() {
    let sandbox = Sandbox::default();
    for (arguments, word) in [
        ("frobnicate", "frobnicate"),
        ("run --frobnicate", "--frobnicate"),
        ("run --mode guess", "letter, generate"),
        ("run --limit 0", "--limit"),
        ("run --limit many", "--limit"),
        ("run --threads 0", "--threads"),
        ("run --temperature 0", "--temperature"),
        ("run --context -1", "-1"),
        ("compare a.esr", "<RUN.esr>"),
        ("report", "<RUN.esr>"),
        ("report run.esr --format xml", "table, json"),
        ("pack build", "--output"),
        ("pack import 7g-bench bench -o new.pack", "7g-bench"),
        ("pack import 6g-bench -o new.pack", "<DIR>"),
        ("pack show small.pack --question first", "--question"),
        ("synth", "--output"),
        ("synth --quant q3 -o new.gguf", "q4_0"),
    ] {
        sandbox.refused(2, arguments, &[word]);
    }
    let nothing = sandbox.edgescore("").expect(2);
    assert!(
        nothing.stderr.contains("Usage: edgescore"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn help_and_version_are_exit_code_0() {
    let sandbox = Sandbox::default();
    let help = sandbox.done("--help");
    for text in ["pack", "run", "report", "synth", "Exit codes: 0 done"] {
        assert!(help.contains(text), "{text:?} is not in:\n{help}");
    }
    assert!(sandbox.done("--version").starts_with("edgescore "));
    assert!(sandbox.done("run --help").contains("--template"));
}

#[test]
fn a_result_that_is_there_is_not_replaced_without_force() {
    let sandbox = sandbox();
    sandbox.write("night.esr", "a night's work");
    let run = format!("{RUN} -o night.esr");
    sandbox.refused(4, &run, &["night.esr exists", "another name", "--force"]);
    sandbox.done(&format!("{run} --force"));
    assert_eq!(sandbox.rows("night.esr").questions.len(), 2);
}

#[test]
fn a_run_that_is_refused_leaves_the_old_result_alone() {
    let sandbox = sandbox();
    sandbox.write("night.esr", "a night's work");
    for arguments in [
        "run --model none.gguf --pack small.pack",
        "run --model small.pack --pack small.pack",
        "run --model tiny.gguf --pack tiny.gguf",
        "run --model tiny.gguf --pack small.pack --template nonsuch",
    ] {
        sandbox.refused(4, &format!("{arguments} --force -o night.esr"), &[]);
    }
    sandbox.refused(
        3,
        &format!("{RUN} --runtime none --force -o night.esr"),
        &[],
    );
}

#[test]
fn an_output_that_cannot_be_is_refused_at_once() {
    let sandbox = sandbox();
    let words = ["there is no folder nowhere", "make it first"];
    // Before the model is looked at: a load can take minutes.
    sandbox.refused(4, "run --model none.gguf -o nowhere/new.esr", &words);
    sandbox.refused(4, "pack build --tasks tasks -o nowhere/new.pack", &words);
    sandbox.refused(
        4,
        &format!("{RUN} --force -o tasks"),
        &["tasks is no regular file"],
    );
    sandbox.refused(
        4,
        "pack build --tasks tasks -o tasks",
        &["tasks is no regular file"],
    );
}

#[test]
fn a_runtime_that_is_missing_is_exit_code_3() {
    let sandbox = sandbox();
    let words = [
        "cannot start",
        "cargo build --release -p edgescore-runtime",
        "--runtime",
    ];
    sandbox.refused(
        3,
        &format!("{RUN} --runtime /nonexistent -o new.esr"),
        &words,
    );
    sandbox.refused(3, &format!("{RUN} --runtime tasks -o new.esr"), &words);
    let mut run = sandbox.command(&format!("{RUN} -o new.esr"));
    sandbox.refused_command(3, run.env("EDGESCORE_RT", "/nonexistent"), &words);
}

#[test]
fn a_runtime_that_is_another_program_is_exit_code_3() {
    let sandbox = sandbox();
    for program in ["true", "false", "cat", "echo"] {
        let run = format!("{RUN} --runtime /bin/{program} -o new.esr");
        sandbox.refused(3, &run, &["edgescore-rt"]);
    }
}

#[test]
fn progress_goes_to_standard_error_and_the_report_to_standard_output() {
    let sandbox = sandbox();
    let outcome = sandbox.edgescore(&format!("{RUN} -o new.esr")).expect(0);
    for task in ["T1 Admission 1: ", "T2 Admission 2: "] {
        assert!(
            outcome.stderr.contains(task),
            "a line a task: {}",
            outcome.stderr
        );
    }
    assert!(
        !outcome.stderr.contains('\x1b'),
        "no terminal, no escape codes"
    );
    assert!(outcome.stdout.contains("2 answered"), "{}", outcome.stdout);
    let report = sandbox.done("report new.esr");
    assert!(outcome.stdout.starts_with(&report), "the same report");
}
