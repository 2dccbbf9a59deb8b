//! Heat, throttling and waiting through the real programs, on a captured Raspberry Pi 5 whose files a test
//! changes while the run goes on.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use edgescore_record::VerdictKind;
use edgescore_tests::{Rows, Running, Sandbox, SmallTasks, copy_folder, wait_until};

const TEMPERATURE: &str = "board/sys/class/thermal/thermal_zone0/temp";
const FLAGS: &str = "board/dev/vcio_gencmd/get_throttled";
const RUN: &str = "run --model tiny.gguf --pack small.pack -t 1 -o run.esr --power-source none \
                   --sysfs-root board";

fn sandbox(questions: u32) -> Sandbox {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions,
    });
    let board = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/boards/pi5");
    copy_folder(Path::new(board), &sandbox.path("board"));
    sandbox.write(FLAGS, "throttled=0x0\n");
    sandbox
}

/// Waits until the worker has opened the thermal zone, which it reads from then on.
fn wait_until_read(sandbox: &Sandbox, running: &Running) {
    let file = fs::canonicalize(sandbox.path(TEMPERATURE)).unwrap();
    let files = format!("/proc/{}/fd", running.worker());
    wait_until("the temperature is read", || {
        let files = fs::read_dir(&files).into_iter().flatten().flatten();
        let mut open = files.filter_map(|entry| fs::read_link(entry.path()).ok());
        open.any(|open| open == file)
    });
}

#[test]
fn a_hot_board_is_waited_for() {
    let sandbox = sandbox(1);
    sandbox.write(TEMPERATURE, "75000\n");
    let run = format!("{RUN} --cool-below 60C");
    let running = Running::start(&mut sandbox.command(&run));
    wait_until_read(&sandbox, &running);
    assert!(!sandbox.path("run.esr").exists());
    sandbox.write(TEMPERATURE, "59900\n");
    let outcome = running.end().expect(0);
    assert!(
        outcome.stderr.contains("waiting until the board is below"),
        "{}",
        outcome.stderr
    );
    let conditions = &sandbox.report("run.esr")["conditions"];
    assert_eq!(conditions["start_c"], 59.9, "{conditions}");
    assert!(conditions["cooled_s"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_cool_board_is_not() {
    let sandbox = sandbox(1);
    sandbox.write(TEMPERATURE, "41000\n");
    sandbox.done(&format!("{RUN} --cool-below 60C"));
    let conditions = &sandbox.report("run.esr")["conditions"];
    assert_eq!(
        (&conditions["start_c"], &conditions["end_c"]),
        (&41.0.into(), &41.0.into())
    );
}

#[test]
fn a_run_that_was_throttled_says_so() {
    let sandbox = sandbox(100);
    let running = Running::start(&mut sandbox.command(RUN));
    wait_until("three questions are answered", || {
        let bytes = fs::read(sandbox.path("run.esr")).unwrap_or_default();
        Rows::parse(&bytes).is_ok_and(|rows| rows.questions.len() >= 3)
    });
    // It was throttled in between; by the end it is no more.
    sandbox.write(FLAGS, "throttled=0x40000\n");
    running.end().expect(1);
    let rows = sandbox.rows("run.esr");
    assert_eq!(rows.questions.len(), 400);
    let (kind, detail) = rows.verdict.unwrap();
    assert_eq!(kind, VerdictKind::Throttled);
    assert!(detail.contains("throttled since the start"), "{detail}");
    let report = sandbox.report("run.esr");
    assert_eq!(
        report["conditions"]["throttled"],
        "throttled since the start"
    );
    assert_eq!(report["verdict"]["kind"], "throttled");
}

#[test]
fn what_was_before_the_run_is_not_held_against_it() {
    let sandbox = sandbox(1);
    sandbox.write(FLAGS, "throttled=0x50000\n");
    sandbox.done(RUN);
    assert_eq!(sandbox.report("run.esr")["conditions"]["throttled"], "none");

    // But a board that is held back all the time is.
    sandbox.write(FLAGS, "throttled=0x50005\n");
    sandbox.edgescore(&format!("{RUN} --force")).expect(1);
    let (kind, detail) = sandbox.rows("run.esr").verdict.unwrap();
    assert_eq!(kind, VerdictKind::Throttled);
    assert!(detail.contains("undervoltage now"), "{detail}");
}

#[test]
fn a_run_beside_others_says_so() {
    let sandbox = sandbox(100);
    let stalls = |total: u64| {
        let text = format!("some avg10=0.00 avg60=0.00 avg300=0.00 total={total}\n");
        sandbox.write("board/proc/pressure/cpu", text);
    };
    stalls(1_000);
    let running = Running::start(&mut sandbox.command(RUN));
    wait_until("three questions are answered", || {
        let bytes = fs::read(sandbox.path("run.esr")).unwrap_or_default();
        Rows::parse(&bytes).is_ok_and(|rows| rows.questions.len() >= 3)
    });
    // An hour of waiting, by then: more than 5 % of any test's time.
    stalls(3_600_001_000);
    running.end().expect(0);
    let waited = sandbox.report("run.esr")["conditions"]["waited"].clone();
    assert_eq!(waited["cpu_s"], 3600.0, "{waited}");
    assert!(waited["over_s"].as_f64().unwrap() > 0.0, "{waited}");
    for absent in ["memory_s", "io_s"] {
        assert!(waited[absent]["missing"].is_string(), "{waited}");
    }
    let page = sandbox.done("report run.esr");
    assert!(page.contains("waited for a CPU"), "{page}");

    // A board that waited before the run only.
    sandbox.done(&format!("{RUN} --force"));
    let waited = &sandbox.report("run.esr")["conditions"]["waited"];
    assert_eq!(waited["cpu_s"], 0.0, "{waited}");
    let page = sandbox.done("report run.esr");
    assert!(!page.contains("waited for"), "{page}");
}
