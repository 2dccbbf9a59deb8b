//! `run --sweep` and `--max-clock` through the real programs. Clocks are those of a captured
//! Raspberry Pi 5, whose files a test can write; threads are this machine's.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use edgescore_tests::{Sandbox, SmallTasks, copy_folder};
use serde_json::Value;

const MAX: &str = "board/sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq";
const RUN: &str = "run --model tiny.gguf --pack small.pack -o run.esr --sysfs-root board";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 2,
        questions: 3,
    });
    let board = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/boards/pi5");
    copy_folder(Path::new(board), &sandbox.path("board"));
    sandbox.write(MAX, "2400000\n");
    sandbox
}

fn clock(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path(MAX)).unwrap()
}

#[test]
fn a_cap_on_the_clock_lasts_as_long_as_the_run() {
    let sandbox = sandbox();
    sandbox.done(&format!(
        "{RUN} -t 1 --max-clock 1.5GHz --power-source none"
    ));
    assert_eq!(
        sandbox.report("run.esr")["provenance"]["max_clock_hz"],
        1_500_000_000u64
    );
    assert_eq!(clock(&sandbox), "2400000\n");
    // It never allows more than was allowed.
    sandbox.done(&format!(
        "{RUN} -t 1 --max-clock 3GHz --power-source none --force"
    ));
    assert_eq!(
        sandbox.report("run.esr")["provenance"]["max_clock_hz"],
        2_400_000_000u64
    );
}

#[test]
fn a_sweep_names_the_point_with_the_most_correct_answers_per_joule() {
    let sandbox = sandbox();
    let printed = sandbox.done(&format!(
        "{RUN} --sweep threads,freq --power-source simulated"
    ));
    assert_eq!(clock(&sandbox), "2400000\n");
    let sweep: Value = serde_json::from_slice(&sandbox.read("run-sweep.json")).unwrap();
    let points = sweep["points"].as_array().unwrap();
    let cpus = std::thread::available_parallelism().unwrap().get() as u64;
    let clocks = [2_400_000_000u64, 1_800_000_000, 1_200_000_000];
    assert_eq!(points.len() % 3, 0);
    for (index, point) in points.iter().enumerate() {
        // Each is a result of its own, which says the same.
        let file = point["file"].as_str().unwrap();
        assert!(file.ends_with(&format!("run-{}.esr", index + 1)), "{file}");
        let report = sandbox.report(file);
        assert_eq!(point["max_clock_hz"], clocks[index % 3]);
        assert_eq!(report["provenance"]["max_clock_hz"], point["max_clock_hz"]);
        assert_eq!(report["threads"], point["threads"]);
        assert_eq!(
            report["energy_per_question_j"],
            point["energy_per_question_j"]
        );
        assert!(printed.contains(file), "{printed}");
    }
    assert_eq!(points[0]["threads"], cpus);
    assert_eq!(points.last().unwrap()["threads"], 1);
    let score = |point: &Value| point["correct_per_j"].as_f64().unwrap();
    let most = points.iter().map(score).fold(0.0, f64::max);
    let best = points.iter().find(|point| point["file"] == sweep["best"]);
    assert_eq!(score(best.unwrap()), most);
}

#[test]
fn a_point_over_its_budget_is_not_the_best() {
    let sandbox = sandbox();
    // Below idle power.
    let sweep = "--sweep freq -t 1 --power 2W --power-source simulated";
    let outcome = sandbox.edgescore(&format!("{RUN} {sweep}")).expect(1);
    assert!(outcome.stdout.contains("No point kept its budgets"));
    let sweep: Value = serde_json::from_slice(&sandbox.read("run-sweep.json")).unwrap();
    assert_eq!(sweep["best"], Value::Null);
    assert_eq!(sweep["points"][0]["verdict"], "over_power");
}

#[test]
fn what_cannot_be_swept_is_refused() {
    let sandbox = sandbox();
    let words = ["leave --threads out"];
    sandbox.refused(2, &format!("{RUN} --sweep threads -t 1"), &words);
    let words = ["leave --max-clock out"];
    sandbox.refused(2, &format!("{RUN} --sweep freq --max-clock 1GHz"), &words);
    sandbox.refused(2, &format!("{RUN} --max-clock 1500"), &["1500MHz"]);
    sandbox.refused(2, &format!("{RUN} --sweep volts"), &["threads", "freq"]);

    fs::remove_dir_all(sandbox.path("board/sys/devices")).unwrap();
    let words = ["no policy below", "leave it out"];
    sandbox.refused(3, &format!("{RUN} --sweep freq"), &words);
    sandbox.refused(3, &format!("{RUN} --max-clock 1GHz"), &words);
}
