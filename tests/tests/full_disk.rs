//! No room for the output: exit code 4, the rows that fitted are kept, nothing half-written.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::{self, File};
use std::io::pipe;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use edgescore_tests::{Outcome, Rows, Sandbox, SmallTasks, Tmpfs};

/// Sixty questions whose result is longer than a page of 4,096 bytes: with so long names the
/// task table takes most of a page, and the answers pass its end.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::default();
    let tasks = SmallTasks {
        tasks: 12,
        questions: 5,
    };
    tasks.write(&sandbox.path("tasks"));
    for number in 1..=tasks.tasks {
        let name = format!("name = \"{}", "Admission ".repeat(20));
        let task = tasks.task(number).replace("name = \"Admission ", &name);
        sandbox.write(&format!("tasks/T{number:02}.toml"), task);
    }
    sandbox.done("pack build --tasks tasks -o small.pack");
    sandbox.done("synth -o tiny.gguf");
    sandbox
}

const RUN: &str = "run --model tiny.gguf --pack small.pack -t 1 -o";

/// `edgescore` that can write files of at most `bytes` bytes.
fn limited(sandbox: &Sandbox, bytes: usize, arguments: &str) -> Command {
    let edgescore = sandbox.command(arguments);
    // Ignored, the signal of the limit becomes an error of the write, as on a full disk.
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!(
            "trap '' XFSZ; exec prlimit --fsize={bytes}:unlimited \"$0\" \"$@\""
        ))
        .arg(edgescore.get_program())
        .args(edgescore.get_args());
    sandbox.inside(&mut command);
    command
}

/// An edgescore-rt that may write as much as it likes: its disk is not the host's.
fn with_room_on_the_board(sandbox: &Sandbox, run: &mut Command) {
    let wrapper = sandbox.path("../runtime");
    // By a child, so that nobody has it open for writing when it is started.
    let script = r#"printf '#!/bin/sh\nexec prlimit --fsize=unlimited "%s" "$@"\n' "$1" > "$2"; chmod 755 "$2""#;
    let edgescore = sandbox.command("");
    let runtime = PathBuf::from(edgescore.get_program()).with_file_name("edgescore-rt");
    let mut write = Command::new("sh");
    write.args(["-c", script, "sh"]).args([&runtime, &wrapper]);
    assert!(write.status().unwrap().success());
    run.env("EDGESCORE_RT", wrapper);
}

/// The run of `outcome` was ended by a full disk after `name` had taken some of the answers
/// that `all` has.
#[track_caller]
fn assert_kept(sandbox: &Sandbox, outcome: Outcome, name: &str, all: &Rows) {
    let outcome = outcome.expect(4);
    let rows = sandbox.rows(name);
    let kept = rows.questions.len();
    assert!((1..all.questions.len()).contains(&kept), "{kept} kept");
    for words in [
        format!("{kept} answers are kept in {name}"),
        "free space, or give -o a name on another disk".to_owned(),
    ] {
        assert!(
            outcome.stderr.contains(&words),
            "{words:?} is not in:\n{}",
            outcome.stderr
        );
    }
    assert_eq!(rows.timeless().questions, all.questions[..kept]);
    assert_eq!(sandbox.report(name)["answered"], kept);
}

#[test]
fn a_result_that_outgrows_its_limit_is_good_up_to_its_last_row() {
    let sandbox = sandbox();
    sandbox.done(&format!("{RUN} all.esr"));
    let size = sandbox.read("all.esr").len();
    let all = sandbox.rows("all.esr").timeless();
    // The limit falls on different places of a row, which has some 20 bytes.
    for limit in [size - 300, size - 307, size - 314] {
        let mut run = limited(&sandbox, limit, &format!("{RUN} cut.esr"));
        with_room_on_the_board(&sandbox, &mut run);
        assert_kept(&sandbox, Outcome::of(&mut run), "cut.esr", &all);
        // No part of the next row stands behind the last: that one is whole.
        assert_eq!(sandbox.read("cut.esr").last(), Some(&0));
        fs::remove_file(sandbox.path("cut.esr")).unwrap();
    }
}

#[test]
fn without_room_for_the_first_rows_there_is_no_file() {
    let sandbox = sandbox();
    let words = ["cannot write new.esr", "File too large", "free space"];
    let mut run = limited(&sandbox, 500, &format!("{RUN} new.esr"));
    with_room_on_the_board(&sandbox, &mut run);
    sandbox.refused_command(4, &mut run, &words);
}

#[test]
fn a_board_without_room_for_its_journal_says_so() {
    let sandbox = sandbox();
    let words = [
        "cannot write the journal",
        "free space on the board",
        "EDGESCORE_HOME",
    ];
    let mut run = limited(&sandbox, 500, &format!("{RUN} new.esr"));
    sandbox.refused_command(4, &mut run, &words);
    let mut run = limited(&sandbox, 4500, &format!("{RUN} cut.esr"));
    let outcome = Outcome::of(&mut run).expect(4);
    assert!(outcome.stderr.contains(words[0]), "{}", outcome.stderr);
    assert!(!sandbox.rows("cut.esr").questions.is_empty());
}

#[test]
fn packs_and_models_are_whole_or_absent() {
    let sandbox = sandbox();
    sandbox.write("old.pack", "an older pack");
    for out in ["new.pack", "old.pack"] {
        let mut build = limited(
            &sandbox,
            500,
            &format!("pack build --tasks tasks --force -o {out}"),
        );
        sandbox.refused_command(4, &mut build, &[out, "free space"]);
    }
    let mut synth = limited(&sandbox, 50_000, "synth -o new.gguf");
    sandbox.refused_command(4, &mut synth, &["new.gguf", "give -o a name on a disk"]);
    // The default pack fits no cache that is so small.
    let mut run = limited(&sandbox, 500, "run -o new.esr");
    sandbox.refused_command(4, &mut run, &["edgescore/default-", "cache"]);
}

#[test]
fn a_disk_that_runs_full() {
    let sandbox = sandbox();
    let Some(_disk) = Tmpfs::mount(sandbox.path("disk"), "size=4k") else {
        return;
    };
    sandbox.done(&format!("{RUN} all.esr"));
    let all = sandbox.rows("all.esr").timeless();
    let outcome = sandbox.edgescore(&format!("{RUN} disk/run.esr"));
    assert!(
        outcome.stderr.contains("No space left on device"),
        "{}",
        outcome.stderr
    );
    assert_kept(&sandbox, outcome, "disk/run.esr", &all);

    // Now nothing else fits.
    let words = ["No space left on device", "free space"];
    sandbox.refused(4, "pack build --tasks tasks -o disk/new.pack", &words);
    sandbox.refused(
        4,
        "synth -o disk/new.gguf",
        &["disk/new.gguf", "free that much space"],
    );
    sandbox.refused(4, &format!("{RUN} disk/new.esr"), &words);
}

/// Each command that prints.
const PRINTERS: [&str; 8] = [
    "pack info small.pack",
    "pack info --json small.pack",
    "pack show small.pack",
    "pack show small.pack --messages",
    "pack build --tasks tasks -o new.pack",
    "synth -o new.gguf",
    "report run.esr",
    "report --format json run.esr",
];

#[test]
fn standard_output_can_be_full_too() {
    let sandbox = sandbox();
    sandbox.done(&format!("{RUN} run.esr --limit 3"));
    for printer in PRINTERS {
        let mut command = sandbox.command(printer);
        command.stdout(File::options().write(true).open("/dev/full").unwrap());
        let outcome = Outcome::of(&mut command).expect(4);
        let words = "error: cannot write to standard output: No space left on device";
        assert!(
            outcome.stderr.contains(words),
            "{printer}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn a_reader_may_have_seen_enough() {
    let sandbox = sandbox();
    sandbox.done(&format!("{RUN} run.esr --limit 3"));
    for printer in PRINTERS {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let outcome = Outcome::of(sandbox.command(printer).stdout(writer)).expect(0);
        assert_eq!(outcome.stderr, "", "{printer}");
    }
}

#[test]
fn a_device_is_not_replaced_by_a_file() {
    let sandbox = sandbox();
    // Through a link, so that a program that fails this test does the machine no harm.
    let link = sandbox.path("device");
    symlink("/dev/full", &link).unwrap();
    for command in [
        "pack build --tasks tasks -o device",
        "synth --force -o device",
        "run --model tiny.gguf --pack small.pack --force -o device",
    ] {
        sandbox.refused(
            4,
            command,
            &["device is no regular file", "give -o the name of a file"],
        );
        assert!(
            fs::symlink_metadata(&link).unwrap().is_symlink(),
            "{command}"
        );
        assert!(
            fs::metadata(&link).unwrap().file_type().is_char_device(),
            "{command}"
        );
    }
}
