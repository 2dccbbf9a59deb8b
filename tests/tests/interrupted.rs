//! Runs that somebody or something ends early: what was answered is kept.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::thread;
use std::time::Duration;

use edgescore_record::{Stop, VerdictKind};
use edgescore_tests::{
    Outcome, Rows, Running, Sandbox, SmallTasks, fresh_cgroup, ignores, is_gone, wait_until,
};
use nix::sys::signal::{Signal, kill};

const QUESTIONS: usize = 400;

fn sandbox() -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 100,
    })
}

/// Starts a run of some seconds and waits until it has answered three questions.
fn start(sandbox: &Sandbox) -> Running {
    let _ = fs::remove_file(sandbox.path("run.esr"));
    let run = "run --model tiny.gguf --pack small.pack -t 1 -o run.esr";
    let running = Running::start(&mut sandbox.command(run));
    wait_until("three questions are answered", || {
        let bytes = fs::read(sandbox.path("run.esr")).unwrap_or_default();
        Rows::parse(&bytes).is_ok_and(|rows| rows.questions.len() >= 3)
    });
    running
}

/// The result has some of the answers, in order, and a report of it says as many.
#[track_caller]
fn assert_some_answers(sandbox: &Sandbox) -> Rows {
    let rows = sandbox.rows("run.esr");
    let answered = rows.questions.len();
    assert!((3..QUESTIONS).contains(&answered), "{answered} answers");
    let expected: Vec<u32> = (0..).take(answered).collect();
    assert_eq!(rows.asked(), expected);
    let report = sandbox.report("run.esr");
    assert_eq!(report["questions"], QUESTIONS);
    assert_eq!(report["answered"], answered);
    rows
}

#[track_caller]
fn assert_aborted(sandbox: &Sandbox, outcome: Outcome) {
    let outcome = outcome.expect(1);
    let rows = assert_some_answers(sandbox);
    let answered = rows.questions.len();
    let detail = format!("interrupted after {answered} of {QUESTIONS} questions");
    assert_eq!(rows.verdict, Some((VerdictKind::Aborted, detail)));
    assert_eq!(rows.stop(), Some(Stop::Interrupted));
    assert_eq!(rows.end.unwrap().answered as usize, answered);
    assert!(
        outcome.stdout.contains(&format!("{answered} answered")),
        "a report is printed"
    );
    assert_eq!(sandbox.report("run.esr")["verdict"]["kind"], "aborted");
}

#[test]
fn ctrl_c_keeps_the_answers() {
    let sandbox = sandbox();
    let running = start(&sandbox);
    running.signal_group(Signal::SIGINT);
    assert_aborted(&sandbox, running.end());
}

#[test]
fn every_polite_signal_keeps_the_answers() {
    let sandbox = sandbox();
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        // A service manager and a closed terminal signal the whole group.
        let running = start(&sandbox);
        running.signal_group(signal);
        assert_aborted(&sandbox, running.end());
    }
    let running = start(&sandbox);
    running.signal(Signal::SIGTERM);
    assert_aborted(&sandbox, running.end());
}

#[test]
fn ctrl_c_before_the_first_answer() {
    let sandbox = sandbox();
    // Slow enough to be interrupted while it loads or warms up.
    sandbox.done("synth --shape embd=512,layers=10,heads=8,ff=2048 -o slow.gguf");
    let run = "run --model slow.gguf --pack small.pack -t 1 -o run.esr";
    let running = Running::start(&mut sandbox.command(run));
    wait_until("edgescore catches Ctrl-C", || {
        running.catches(Signal::SIGINT)
    });
    let runtime = running.runtime();
    wait_until("edgescore-rt ignores Ctrl-C", || {
        ignores(runtime, Signal::SIGINT)
    });
    thread::sleep(Duration::from_millis(100));
    running.signal_group(Signal::SIGINT);
    running.end().expect(1);
    let rows = sandbox.rows("run.esr");
    assert_eq!(rows.verdict_kind(), Some(VerdictKind::Aborted));
    assert_eq!(rows.stop(), Some(Stop::Interrupted));
    assert!(
        rows.questions.len() < 10,
        "{} answers",
        rows.questions.len()
    );
    assert_eq!(sandbox.report("run.esr")["answered"], rows.questions.len());
}

#[test]
fn a_second_ctrl_c_does_not_wait() {
    let sandbox = sandbox();
    let running = start(&sandbox);
    let (runtime, worker) = (running.runtime(), running.worker());
    // A board that does not answer any more.
    kill(runtime, Signal::SIGSTOP).unwrap();
    wait_until("edgescore is gone", || {
        running.signal(Signal::SIGINT);
        running.is_gone()
    });
    let outcome = running.end();
    kill(runtime, Signal::SIGCONT).unwrap();
    outcome.expect(130);
    assert_eq!(assert_some_answers(&sandbox).verdict, None);
    wait_until("edgescore-rt is gone", || {
        is_gone(runtime) && is_gone(worker)
    });
}

#[test]
fn a_worker_that_is_killed_leaves_its_answers_and_the_parent_a_verdict() {
    let sandbox = sandbox();
    for (signal, words) in [
        (Signal::SIGKILL, "signal 9), as the kernel does when memory"),
        (Signal::SIGABRT, "the worker was ended by signal 6"),
    ] {
        let running = start(&sandbox);
        kill(running.worker(), signal).unwrap();
        running.end().expect(1);
        let rows = assert_some_answers(&sandbox);
        let (kind, detail) = rows.verdict.unwrap();
        assert_eq!(kind, VerdictKind::EngineFailed);
        assert!(detail.contains(words), "{detail}");
        assert_eq!(rows.end.unwrap().answered as usize, rows.questions.len());
    }
}

#[test]
fn a_parent_that_is_killed_leaves_no_worker() {
    let sandbox = sandbox();
    let running = start(&sandbox);
    let worker = running.worker();
    kill(running.runtime(), Signal::SIGKILL).unwrap();
    running.end().expect(1);
    wait_until("the worker is gone", || is_gone(worker));
}

#[test]
fn a_supervisor_that_is_killed_while_its_worker_computes_leaves_nothing() {
    let sandbox = Sandbox::default();
    // A prompt of this model takes seconds.
    sandbox.done("synth --like smollm2-135m -o large.gguf");
    sandbox.done("pack build --per-task 2 -o q.pack");
    let temporary = sandbox.path("tmp");
    fs::create_dir(&temporary).unwrap();
    for _ in 0..3 {
        let run = "run --model large.gguf --pack q.pack -t 1 --no-calibrate -o run.esr --force";
        let running = Running::start(sandbox.command(run).env("TMPDIR", &temporary));
        wait_until("the model is loaded", || {
            fs::metadata(sandbox.path("run.esr")).is_ok_and(|file| file.len() > 500)
        });
        let (runtime, worker) = (running.runtime(), running.worker());
        let cgroup = fresh_cgroup(worker);
        kill(runtime, Signal::SIGKILL).unwrap();
        wait_until("the worker is gone", || is_gone(worker));
        if let Some(cgroup) = cgroup {
            assert!(!cgroup.exists(), "{} is left", cgroup.display());
        }
        running.end().expect(1);
        assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
        fs::remove_file(sandbox.path("run.esr")).unwrap();
    }
}

#[test]
fn a_runtime_that_is_killed_leaves_its_answers_and_a_verdict() {
    let sandbox = sandbox();
    let running = start(&sandbox);
    kill(running.runtime(), Signal::SIGKILL).unwrap();
    running.end().expect(1);
    let rows = assert_some_answers(&sandbox);
    let (kind, detail) = rows.verdict.unwrap();
    assert_eq!(kind, VerdictKind::EngineFailed);
    assert!(
        detail.contains("signal 9") && detail.contains("memory"),
        "{detail}"
    );
    assert_eq!(rows.end.unwrap().answered as usize, rows.questions.len());
    assert_eq!(
        sandbox.report("run.esr")["verdict"]["kind"],
        "engine_failed"
    );
}

#[test]
fn a_host_that_is_killed_leaves_the_answers_and_no_process() {
    let sandbox = sandbox();
    let running = start(&sandbox);
    let (runtime, worker) = (running.runtime(), running.worker());
    running.signal(Signal::SIGKILL);
    assert_eq!(running.end().code, None);
    wait_until("edgescore-rt is gone", || {
        is_gone(runtime) && is_gone(worker)
    });
    let rows = assert_some_answers(&sandbox);
    assert_eq!((rows.verdict, rows.end), (None, None));
}

#[test]
fn ctrl_c_between_two_models_of_one_run_stops_there() {
    let sandbox = sandbox();
    sandbox.done("synth --seed 3 -o other.gguf");
    sandbox.done("synth --seed 4 -o third.gguf");
    let script = sandbox.interrupts_its_parent_at(2);
    let run = "run tiny.gguf other.gguf third.gguf --pack small.pack --limit 40 -t 1";
    let outcome = sandbox
        .edgescore(&format!("{run} --runtime {script}"))
        .expect(1);
    assert_eq!(sandbox.read("starts").len(), 2, "the third is not started");
    assert!(
        !outcome.stderr.contains("model 3 of 3"),
        "{}",
        outcome.stderr
    );
    let results: Vec<_> = sandbox
        .files()
        .into_keys()
        .filter(|path| path.extension().is_some_and(|ending| ending == "esr"))
        .collect();
    let answered = |model: &str| {
        let result = results.iter().find(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(model)
        });
        result.map(|path| sandbox.rows(path.to_str().unwrap()).questions.len())
    };
    assert_eq!(answered("tiny"), Some(40));
    assert!(
        answered("other").unwrap_or(0) < 40,
        "the second one is stopped"
    );
    assert_eq!(answered("third"), None);
}
