//! Memory through the real programs: what a run is expected to need, what it used, and limits
//! that a cgroup or the watchdog holds. Where no cgroup can be made a test says so.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use edgescore_probe::{Cgroup, CgroupVersion, FreshCgroup};
use edgescore_record::VerdictKind;
use edgescore_tests::{Outcome, Rows, Running, Sandbox, SmallTasks, wait_until};
use serde_json::Value;

const RUN: &str = "run --pack small.pack --power-source none --force -o run.esr";

fn sandbox(questions: u32) -> Sandbox {
    Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions,
    })
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}

/// Whether a run gets a cgroup of its own here.
fn has_cgroup() -> bool {
    match FreshCgroup::make(Path::new("/")) {
        Ok(_) => true,
        Err(refused) => {
            println!("no cgroup can be made: {refused}");
            false
        }
    }
}

/// A GGUF with a short text that unfolds into much memory: `count` empty strings, 8 bytes each in
/// the file and at least 32 in the program that reads them.
fn with_padding(gguf: &[u8], count: u64) -> Vec<u8> {
    let (start, rest) = gguf.split_at(16);
    let (entries, rest) = rest.split_at(8);
    let entries = u64::from_le_bytes(entries.try_into().unwrap()) + 1;
    // The tensors stay at multiples of 32.
    let key = "x".repeat(8 + (32 - (8 + 8 + 16 + 8 * count as usize) % 32) % 32);
    let mut padded = start.to_vec();
    padded.extend(entries.to_le_bytes());
    padded.extend((key.len() as u64).to_le_bytes());
    padded.extend(key.as_bytes());
    // An array of strings.
    padded.extend(9u32.to_le_bytes());
    padded.extend(8u32.to_le_bytes());
    padded.extend(count.to_le_bytes());
    padded.resize(padded.len() + 8 * count as usize, 0);
    padded.extend(rest);
    padded
}

#[test]
fn the_estimate_is_within_5_percent_of_the_peak() {
    let sandbox = Sandbox::default();
    // The default pack's prompts fill a physical batch, as real ones do.
    let run = "run --limit 1 --power-source none --force -o run.esr --model m.gguf";
    // A calibration takes most of a run's time here. What it leaves behind shows in the peak of any
    // model, so one with attention and one without it are calibrated.
    for (shape, quant, options) in [
        ("smollm2-135m", "q4_0", ""),
        (
            "smollm2-135m",
            "f16",
            "--context 2048 --cache-type q8_0 --no-calibrate",
        ),
        (
            "smollm2-135m",
            "q8_0",
            "--context 4096 --weights mapped --no-calibrate",
        ),
        ("mamba-130m", "q8_0", ""),
        ("lfm2-350m", "q4_0", "--layout shared-prefix --no-calibrate"),
        ("qwen2.5-0.5b", "q4_0", "--ubatch 256 --no-calibrate"),
    ] {
        let model = format!("synth --like {shape} --quant {quant} --force -o m.gguf");
        sandbox.done(&model);
        sandbox.done(&format!("{run} {options}"));
        let memory = &sandbox.report("run.esr")["memory"];
        let parts = ["file", "repacked", "kv", "compute", "runtime"];
        let part = |name| number(&memory["estimate"][format!("{name}_bytes")]);
        let sum: f64 = parts.map(part).iter().sum();
        assert_eq!(sum, number(&memory["estimate"]["total_bytes"]));
        // What was planned is what llama.cpp then made, to its log's 0.01 MiB.
        let made = |name| number(&memory[format!("{name}_bytes")]);
        let more = |name| made(name) - part(name);
        assert!(more("repacked").abs() <= 65_536.0, "{memory}");
        assert!(more("compute") <= 65_536.0, "{memory}");
        // A calibration may choose a smaller physical batch than the plan's, by which time on a
        // busy machine decides. What that saves is no mistake of the estimate.
        let ubatch = &sandbox.report("run.esr")["provenance"]["ubatch"];
        let saved = match options.contains("--no-calibrate") {
            true => 0.0,
            false => -more("compute"),
        };
        let error = (sum - saved) / number(&memory["peak_rss_bytes"]) - 1.0;
        let planned = number(&memory["estimate"]["error"]);
        println!(
            "{shape} {quant} {options}: {:+.2} %, with a batch of {ubatch} {:+.2} %",
            100.0 * planned,
            100.0 * error
        );
        assert!(error.abs() <= 0.05, "{shape} {quant} {options}: {memory}");
        assert!(part("kv") >= number(&memory["kv_bytes"]) && part("kv") > 0.0);
    }
}

#[test]
fn the_report_says_where_memory_went() {
    let sandbox = sandbox(2);
    sandbox.done(&format!("{RUN} --model tiny.gguf"));
    let report = sandbox.report("run.esr");
    let memory = &report["memory"];
    let file = fs::metadata(sandbox.path("tiny.gguf")).unwrap().len();
    assert_eq!(memory["gguf_bytes"], file);
    assert_eq!(memory["peak_rss_bytes"], report["peak_memory_bytes"]);
    let peak = number(&memory["peak_rss_bytes"]);
    for part in ["peak_anon_bytes", "peak_file_bytes"] {
        assert!((1.0..=peak).contains(&number(&memory[part])), "{memory}");
    }
    assert!(memory["budget_bytes"].is_null());
    assert!(memory["major_faults"].is_u64());
    if has_cgroup() {
        assert!(
            memory["limited_by"]
                .as_str()
                .unwrap()
                .starts_with("cgroup_v")
        );
        assert!(memory["no_cgroup_because"].is_null());
        assert!(number(&memory["cgroup_peak_bytes"]) > 1e6);
        assert_eq!(memory["refaults"], 0);
    } else {
        assert_eq!(memory["limited_by"], "process");
        assert!(memory["no_cgroup_because"].is_string());
        assert!(memory["cgroup_peak_bytes"]["missing"].is_string());
    }
}

#[test]
fn a_model_that_is_too_large_is_not_loaded_and_the_advice_is_right() {
    let sandbox = sandbox(1);
    sandbox.done("synth --like smollm2-135m --quant q4_0 -o m.gguf");
    let run = format!("{RUN} --model m.gguf --limit 1 --context 4096");
    sandbox
        .edgescore(&format!("{run} --memory 200MiB"))
        .expect(1);
    let rows = sandbox.rows("run.esr");
    let (kind, detail) = rows.verdict.clone().unwrap();
    assert_eq!(kind, VerdictKind::OverMemory);
    for word in [
        "not loaded",
        "200.0 MiB",
        "weights",
        "KV cache",
        "(context 4096)",
        "compute",
        "runtime",
        "--cache-type q8_0",
        "--context ",
        "build of it",
    ] {
        assert!(detail.contains(word), "{word}: {detail}");
    }
    assert_eq!(rows.questions.len(), 0);
    assert!(rows.end.is_some(), "the result is whole");
    let memory = &sandbox.report("run.esr")["memory"];
    assert_eq!(memory["budget_bytes"], 200 << 20);
    assert!(number(&memory["estimate"]["total_bytes"]) > f64::from(200 << 20));
    assert!(memory["peak_rss_bytes"]["missing"].is_string(), "{memory}");

    // The context that it names fits, with the options beside it.
    let advice = detail.split("--context ").nth(1).unwrap();
    let advice = advice.split(" (").next().unwrap();
    let run = format!("{RUN} --model m.gguf --limit 1 --memory 200MiB --context {advice}");
    sandbox.done(&run);
    let memory = &sandbox.report("run.esr")["memory"];
    assert!(number(&memory["peak_rss_bytes"]) <= f64::from(200 << 20));
}

#[test]
fn a_budget_without_room_for_a_copy_of_the_weights_has_them_mapped() {
    let sandbox = sandbox(1);
    sandbox.done("synth --like smollm2-135m --quant q4_0 -o m.gguf");
    // A large context, so that much more is free than twice the weights take.
    let run = format!("{RUN} --model m.gguf --limit 1 --context 16384 --no-calibrate");
    let refused = format!("{run} --memory 64MiB --weights repacked");
    sandbox.edgescore(&refused).expect(1);
    let estimate = sandbox.report("run.esr")["memory"]["estimate"].clone();
    let [total, repacked] =
        ["total", "repacked"].map(|part| estimate[format!("{part}_bytes")].as_u64().unwrap());
    assert!(repacked > 32 << 20, "{estimate}");
    let mebibytes = (total - repacked / 2) >> 20;
    let budget = mebibytes << 20;
    let run = format!("{run} --memory {mebibytes}MiB");
    sandbox
        .edgescore(&format!("{run} --weights repacked"))
        .expect(1);
    sandbox.done(&run);
    let report = sandbox.report("run.esr");
    let provenance = &report["provenance"];
    assert_eq!(provenance["weights"], "mapped");
    assert_eq!(provenance["weights_chosen_with_bytes"], budget);
    let memory = &report["memory"];
    assert_eq!(memory["estimate"]["repacked_bytes"], 0, "{memory}");
    assert_eq!(memory["repacked_bytes"], 0, "{memory}");
}

#[test]
fn a_model_that_lies_in_its_header_is_killed_by_the_limit() {
    let sandbox = sandbox(1);
    let honest = sandbox.read("tiny.gguf");
    sandbox.write("liar.gguf", with_padding(&honest, 4_000_000));
    // Without a limit it is a model like any other.
    sandbox.done(&format!("{RUN} --model liar.gguf"));
    assert_eq!(sandbox.rows("run.esr").questions.len(), 4);

    sandbox
        .edgescore(&format!("{RUN} --model liar.gguf --memory 64MiB"))
        .expect(1);
    let (kind, detail) = sandbox.rows("run.esr").verdict.unwrap();
    assert_eq!(kind, VerdictKind::OverMemory, "{detail}");
    match has_cgroup() {
        true => assert!(detail.contains("the kernel killed the worker"), "{detail}"),
        false => assert!(detail.contains("watchdog"), "{detail}"),
    }
    println!("{detail}");
    let report = sandbox.report("run.esr");
    assert_eq!(report["verdict"]["kind"], "over_memory");
    assert_eq!(report["answered"], 0);
    let memory = &report["memory"];
    assert_eq!(memory["budget_bytes"], 64 << 20);
    let limited_by = memory["limited_by"].as_str().unwrap();
    assert_eq!(limited_by.starts_with("cgroup"), has_cgroup(), "{memory}");
}

#[test]
fn where_no_cgroup_can_be_made_the_watchdog_holds_the_limit() {
    const NOBODY: u32 = 65534;
    if !is_root() {
        println!("skipped: only root can run a program as somebody who may make no cgroup");
        return;
    }
    let sandbox = sandbox(1);
    let honest = sandbox.read("tiny.gguf");
    sandbox.write("liar.gguf", with_padding(&honest, 4_000_000));
    let work = sandbox.path("");
    let open = fs::Permissions::from_mode(0o777);
    for folder in [work.parent().unwrap(), &work] {
        fs::set_permissions(folder, open.clone()).unwrap();
    }
    for program in ["edgescore", "edgescore-rt"] {
        let built = sandbox.command("").get_program().to_owned();
        let built = Path::new(&built).with_file_name(program);
        Outcome::of(Command::new("cp").arg(built).arg(sandbox.path(program))).expect(0);
    }
    let as_nobody = |arguments: &str| {
        let mut command = Command::new(sandbox.path("edgescore"));
        command.args(arguments.split_whitespace());
        sandbox.inside(&mut command);
        command.env("EDGESCORE_RT", sandbox.path("edgescore-rt"));
        command.uid(NOBODY).gid(NOBODY);
        Outcome::of(&mut command)
    };
    as_nobody(&format!("{RUN} --model tiny.gguf --memory 64MiB")).expect(0);
    let memory = &sandbox.report("run.esr")["memory"];
    assert_eq!(memory["limited_by"], "watchdog");
    assert!(memory["no_cgroup_because"].is_string(), "{memory}");

    as_nobody(&format!("{RUN} --model liar.gguf --memory 64MiB")).expect(1);
    let (kind, detail) = sandbox.rows("run.esr").verdict.unwrap();
    assert_eq!(kind, VerdictKind::OverMemory, "{detail}");
    assert!(
        detail.contains("the watchdog killed the worker"),
        "{detail}"
    );

    // The floor is the kernel's to find.
    let floor = format!("{RUN} --model tiny.gguf --find-memory-floor");
    let refused = as_nobody(&floor).expect(3);
    assert!(refused.stderr.contains("found in cgroups"), "{refused:?}");
    assert!(refused.stderr.contains("run as root"), "{refused:?}");
}

/// The cgroup that `runtime` made for its worker.
fn cgroup_of(runtime: i32) -> Option<PathBuf> {
    let own = Cgroup::own(Path::new("/")).ok()?;
    let places = own.path().ancestors();
    let folder = |place: &Path| place.join(format!("edgescore-{runtime}"));
    places.map(folder).find(|folder| folder.is_dir())
}

#[test]
fn a_worker_that_the_limit_kills_leaves_its_answers() {
    if !has_cgroup() || !is_root() {
        println!("skipped: needs a cgroup and root");
        return;
    }
    let sandbox = sandbox(200);
    let run = format!("{RUN} --model tiny.gguf -t 1 --mode generate --memory 96MiB");
    let running = Running::start(&mut sandbox.command(&run));
    wait_until("three questions are answered", || {
        let bytes = fs::read(sandbox.path("run.esr")).unwrap_or_default();
        Rows::parse(&bytes).is_ok_and(|rows| rows.questions.len() >= 3)
    });
    let cgroup = cgroup_of(running.runtime().as_raw()).unwrap();
    let version = Cgroup::own(Path::new("/")).unwrap().version();
    let limit = match version {
        CgroupVersion::V1 => "memory.limit_in_bytes",
        CgroupVersion::V2 => "memory.max",
    };
    let limit = fs::read_to_string(cgroup.join(limit)).unwrap();
    assert_eq!(limit.trim(), (96 << 20).to_string());
    // Somebody else takes nearly all that the cgroup has, and the kernel is told whom to kill.
    let worker = running.worker();
    fs::write(format!("/proc/{worker}/oom_score_adj"), "1000").unwrap();
    let hog = format!(
        "echo $$ > {}/cgroup.procs; \
         head -c 97500000 /dev/zero | tail -c 97500000 > /dev/null",
        cgroup.display()
    );
    let mut hog = Command::new("sh").args(["-c", &hog]).spawn().unwrap();
    let outcome = running.end().expect(1);
    hog.wait().unwrap();
    let rows = sandbox.rows("run.esr");
    let answered = rows.questions.len();
    let (kind, detail) = rows.verdict.unwrap();
    assert_eq!(kind, VerdictKind::OverMemory, "{detail}");
    assert!(detail.contains("the kernel killed the worker"), "{detail}");
    assert!(answered >= 3, "{answered}");
    assert_eq!(rows.end.unwrap().answered as usize, answered);
    assert!(outcome.stdout.contains("over_memory"), "{outcome:?}");
}

#[test]
fn the_memory_floor_is_where_no_page_is_read_again() {
    if !has_cgroup() {
        println!("skipped: needs a cgroup");
        return;
    }
    let sandbox = sandbox(1);
    // Weights that are read whole for every answer, and are most of what the run takes.
    sandbox.done("synth --like smollm2-135m --quant q8_0 -o m.gguf");
    let run = format!("{RUN} --model m.gguf --weights mapped --no-calibrate");
    let printed = sandbox.done(&format!("{run} --find-memory-floor"));
    println!("{printed}");
    let floor = printed.split("memory floor: ").nth(1).unwrap();
    let floor = floor.split('(').nth(1).unwrap().split(' ').next().unwrap();
    let floor: f64 = floor.parse().unwrap();
    let memory = &sandbox.report("run.esr")["memory"];
    assert_eq!(number(&memory["budget_bytes"]), floor);
    assert_eq!(memory["refaults"], 0);
    // Anonymous memory and the weights that are used must be there; not more than all.
    let (anon, file) = (&memory["peak_anon_bytes"], &memory["gguf_bytes"]);
    assert!(
        floor > number(anon) + 0.5 * number(file),
        "{floor}: {memory}"
    );
    assert!(
        floor < number(&memory["estimate"]["total_bytes"]),
        "{memory}"
    );
    // At least one limit was too small.
    assert!(printed.contains(" no"), "{printed}");
    assert!(!sandbox.path("run.trial.esr").exists());
}

#[test]
fn what_is_no_limit_is_refused() {
    let sandbox = sandbox(1);
    let run = "run --model tiny.gguf --pack small.pack -o new.esr";
    sandbox.refused(2, &format!("{run} --memory 2"), &["2GiB"]);
    sandbox.refused(2, &format!("{run} --memory 1MiB"), &["64MiB"]);
    let both = format!("{run} --memory 1GiB --find-memory-floor");
    sandbox.refused(2, &both, &["cannot be used with"]);
}
