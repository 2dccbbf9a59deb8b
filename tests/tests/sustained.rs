//! Sustained load through the real programs, on captured boards.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use edgescore_probe::{Hertz, Throttled};
use edgescore_record::file::ResultFile;
use edgescore_record::{Ask, Record, Stop, Timed, VerdictKind, Vitals};
use edgescore_tests::{Running, Sandbox, SmallTasks, Sshd, copy_folder, wait_until};
use nix::sys::signal::Signal;

const RUN: &str = "run --model tiny.gguf --pack small.pack -t 1 --power-source none";
const ASKS: usize = 8;

fn sandbox(board: &str) -> Sandbox {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 2,
    });
    let boards = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/boards");
    copy_folder(&Path::new(boards).join(board), &sandbox.path("board"));
    sandbox
}

/// What a result has so far of answers with their times, and of the board.
fn load(sandbox: &Sandbox, name: &str) -> (Vec<Timed>, Vec<Vitals>) {
    let bytes = fs::read(sandbox.path(name)).unwrap_or_default();
    let (mut answers, mut vitals) = (Vec::new(), Vec::new());
    if let Ok(file) = ResultFile::parse(&bytes) {
        for record in file.records() {
            match record {
                Record::Timed(row) => answers.push(row),
                Record::Vitals(row) => vitals.push(row),
                _ => {}
            }
        }
    }
    (answers, vitals)
}

fn pass(sandbox: &Sandbox, name: &str) -> u32 {
    load(sandbox, name).0.last().map_or(0, |last| last.pass)
}

#[test]
fn questions_come_again_and_count_once() {
    let sandbox = sandbox("jetson-agx-orin");
    sandbox.done(&format!("{RUN} -o once.esr"));
    let long = format!("{RUN} --minutes 0.05 --sysfs-root board -o long.esr");
    let page = sandbox.done(&long);
    assert!(page.contains("sustained load"), "{page}");

    // The answers are those of a run that asks once, and counted as often.
    let (once, long) = (sandbox.rows("once.esr"), sandbox.rows("long.esr"));
    assert_eq!(long.end.unwrap().answered as usize, ASKS);
    assert_eq!(long.clone().timeless(), once.timeless());
    assert_eq!(long.verdict_kind(), Some(VerdictKind::Ok));
    let [once, long] = ["once.esr", "long.esr"].map(|name| sandbox.report(name));
    for figure in ["pass_at_1", "answered", "groups", "tasks", "letters"] {
        assert_eq!(once[figure], long[figure], "{figure}");
    }
    assert!(once["sustained_load"].is_null());

    // Every pass asks the same questions in the same order.
    let (answers, vitals) = load(&sandbox, "long.esr");
    assert!(answers.len() > 2 * ASKS, "{} answers", answers.len());
    let first: Vec<Ask> = answers.iter().take(ASKS).map(|row| row.ask).collect();
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer.ask, first[number % ASKS]);
        assert_eq!(answer.pass as usize, 1 + number / ASKS);
    }
    assert!(answers.is_sorted_by(|one, next| one.at <= next.at));
    // Of the first pass the times are those of the questions' rows.
    for (answer, question) in answers.iter().zip(&sandbox.rows("long.esr").questions) {
        assert_eq!(answer.time, question.prefill);
    }
    let of_load = &long["sustained_load"];
    assert_eq!(of_load["answers"], answers.len());
    assert_eq!(of_load["planned_s"], 3.0);
    let why = of_load["seconds_per_answer"]["missing"].as_str().unwrap();
    assert!(why.contains("two minutes"), "{why}");

    // The captured board keeps its clock.
    assert!(vitals.len() >= 2, "{} rows", vitals.len());
    assert_eq!(vitals[0].at.0 / 1_000_000, 0);
    let clock = vitals[0].clock.value().unwrap();
    assert!(clock > Hertz(100_000_000), "{clock}");
    assert!(vitals[0].temperature.value().is_some());
    assert!(of_load["throttled"].is_null(), "{of_load}");

    // No clock and no flags: a reason.
    fs::remove_dir_all(sandbox.path("board/sys/devices/system/cpu")).unwrap();
    sandbox.done(&format!(
        "{RUN} --minutes 100ms --sysfs-root board -o blind.esr"
    ));
    let throttled = &sandbox.report("blind.esr")["sustained_load"]["throttled"];
    assert!(throttled["missing"].is_string(), "{throttled}");
}

#[test]
fn draws_and_texts_are_those_of_one_pass() {
    let sandbox = sandbox("pi5");
    let run = format!("{RUN} --mode generate --draws 2 --max-tokens 8");
    sandbox.done(&format!("{run} -o once.esr"));
    sandbox.done(&format!("{run} --minutes 2s -o long.esr"));
    assert!(pass(&sandbox, "long.esr") > 1);
    let (once, long) = (sandbox.rows("once.esr"), sandbox.rows("long.esr"));
    assert_eq!(long.timeless(), once.timeless());
    let [once, long] = ["once.esr", "long.esr"].map(|name| sandbox.report(name));
    assert_eq!(once["pass_at_5"], long["pass_at_5"]);
    assert_eq!(once["answers"], long["answers"]);
}

#[test]
fn a_load_shorter_than_a_pass_says_how_far_it_came() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 1000,
    });
    let page = sandbox.done(&format!("{RUN} --minutes 200ms -o run.esr"));
    let answered = sandbox.rows("run.esr").questions.len();
    assert!((1..4000).contains(&answered), "{answered} answers");
    // Beside the row of a ranking, too: its accuracy is not that of the pack.
    let warnings = &sandbox.report("run.esr")["warnings"];
    let has = |label: &str| {
        warnings
            .as_array()
            .unwrap()
            .iter()
            .any(|warning| warning == label)
    };
    assert!(has("part_of_pack"), "{warnings}");
    sandbox.done(&format!("{RUN} --limit 40 -o once.esr"));
    let ranking = sandbox.done("report run.esr once.esr");
    assert!(ranking.contains("part of pack"), "{ranking}");
    let warning = format!("ended after {answered} of 4000 questions");
    assert!(
        page.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains(&warning),
        "{page}"
    );
    let said = format!("{answered} of 4000 questions, less than one pass");
    assert!(page.contains(&said), "{page}");
    assert_eq!(sandbox.report("run.esr")["sustained_load"]["passes"], 1);
}

#[test]
fn ctrl_c_in_a_later_pass_keeps_the_result() {
    let sandbox = sandbox("pi5");
    let run = format!("{RUN} --minutes 60 -o run.esr");
    let running = Running::start(&mut sandbox.command(&run));
    wait_until("a third pass", || pass(&sandbox, "run.esr") >= 3);
    running.signal_group(Signal::SIGINT);
    running.end().expect(1);
    let rows = sandbox.rows("run.esr");
    let (kind, detail) = rows.verdict.clone().unwrap();
    assert_eq!(kind, VerdictKind::Aborted);
    let so_far = format!("interrupted after {ASKS} of {ASKS} questions, in pass ");
    assert!(detail.starts_with(&so_far), "{detail}");
    assert_eq!(rows.stop(), Some(Stop::Interrupted));
    assert_eq!(rows.end.unwrap().answered as usize, ASKS);
    let report = sandbox.report("run.esr");
    assert_eq!(report["answered"], ASKS);
    assert_eq!(
        report["sustained_load"]["answers"],
        load(&sandbox, "run.esr").0.len()
    );
}

#[test]
fn the_firmwares_flags_tell_when_it_throttles() {
    let sandbox = sandbox("pi5");
    let flags = "board/dev/vcio_gencmd/get_throttled";
    // What was before the run is not held against it.
    sandbox.write(flags, "throttled=0x50000\n");
    let run = format!("{RUN} --minutes 60 --sysfs-root board -o run.esr");
    let running = Running::start(&mut sandbox.command(&run));
    wait_until("a second look at the board", || {
        load(&sandbox, "run.esr").1.len() >= 2
    });
    sandbox.write(flags, "throttled=0xd0008\n");
    wait_until("a look at a board that throttles", || {
        let (_, vitals) = load(&sandbox, "run.esr");
        let last = vitals.last().and_then(|row| row.throttled.value());
        last == Some(Throttled(0xd0008))
    });
    running.signal_group(Signal::SIGINT);
    running.end().expect(1);
    let (_, vitals) = load(&sandbox, "run.esr");
    let began = vitals
        .iter()
        .find(|row| row.throttled.value() == Some(Throttled(0xd0008)));
    let throttled = &sandbox.report("run.esr")["sustained_load"]["throttled"];
    assert_eq!(throttled["told_by"], "flags");
    assert_eq!(throttled["after_s"], began.unwrap().at.0 as f64 / 1e6);
}

#[test]
fn a_detached_load_is_collected() {
    let (sandbox, sshd) = (sandbox("pi5"), Sshd::start());
    let detached = format!("{RUN} --minutes 3s --board ssh:board --detach");
    edgescore_tests::Outcome::of(&mut sshd.command(&sandbox, &detached)).expect(0);
    let collect = "collect ssh:board -o run.esr";
    edgescore_tests::Outcome::of(&mut sshd.command(&sandbox, collect)).expect(0);
    let rows = sandbox.rows("run.esr");
    assert_eq!(rows.verdict_kind(), Some(VerdictKind::Ok));
    assert_eq!(rows.questions.len(), ASKS);
    assert!(pass(&sandbox, "run.esr") > 1);
}

#[test]
fn what_ends_a_run_otherwise_is_refused_beside_it() {
    let sandbox = sandbox("pi5");
    for other in [
        "--until-ci 0.1",
        "--gate gate.toml",
        "--sweep threads",
        "--find-memory-floor",
    ] {
        let run = format!("{RUN} --minutes 1 {other}");
        sandbox.refused(2, &run, &["--minutes", "cannot be used with"]);
    }
    for (odd, words) in [
        ("0", "must be above 0"),
        ("soon", "not a time"),
        ("-1", "minutes"),
    ] {
        sandbox.refused(2, &format!("{RUN} --minutes={odd}"), &[words]);
    }
}
