//! Results that were cut off, damaged or changed.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_record::frame::Encoder;
use edgescore_record::{Answer, Found, Record, file};
use edgescore_taskpack::Letter;
use edgescore_tests::{Outcome, Rows, Sandbox, SmallTasks};

/// Bytes before the first row: magic and version.
const HEADER: usize = 10;

/// A sandbox with `good.esr`: eight answers.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 2,
        questions: 4,
    });
    sandbox.done("run --model tiny.gguf --pack small.pack -t 1 -o good.esr");
    sandbox
}

/// Offsets of the zero bytes that end the rows.
fn row_ends(result: &[u8]) -> Vec<usize> {
    let behind_header = result.iter().enumerate().skip(HEADER);
    behind_header
        .filter(|(_, byte)| **byte == 0)
        .map(|(at, _)| at)
        .collect()
}

/// `verify` finds something wrong, and says so.
fn wrong(sandbox: &Sandbox, arguments: &str, words: &[&str]) {
    let outcome = sandbox.edgescore(arguments).expect(1);
    for word in words {
        assert!(outcome.stdout.contains(word), "no {word:?}: {outcome:?}");
    }
}

#[test]
fn a_result_that_was_cut_off_is_good_up_to_its_last_whole_row() {
    let sandbox = sandbox();
    let good = sandbox.read("good.esr");
    let ends = row_ends(&good);
    let file = file::ResultFile::parse(&good).unwrap();
    let records: Vec<_> = file.records().collect();
    assert_eq!(ends.len(), records.len());
    for length in (0..good.len()).step_by(3).chain([HEADER, good.len() - 1]) {
        sandbox.write("cut.esr", &good[..length]);
        let rows = ends.iter().filter(|end| **end < length).count();
        match (length, rows) {
            (0..8, _) => sandbox.refused(4, "report cut.esr", &["not a result file"]),
            (_, 0) => sandbox.refused(
                4,
                "report cut.esr",
                &["before its first row", "repeat the run"],
            ),
            _ => {
                let whole = &records[..rows];
                let answers = whole
                    .iter()
                    .filter(|row| matches!(row, Record::Question(_)));
                let report = sandbox.report("cut.esr");
                assert_eq!(report["answered"], answers.count(), "cut at {length}");
                let has_verdict = whole.iter().any(|row| matches!(row, Record::Verdict(_)));
                assert_eq!(
                    report["verdict"]["missing"].is_string(),
                    !has_verdict,
                    "cut at {length}"
                );
            }
        }
    }
}

#[test]
fn a_single_wrong_bit_costs_nothing_and_is_said() {
    let sandbox = sandbox();
    let good = sandbox.read("good.esr");
    let ends = row_ends(&good);
    let answers = Rows::parse(&good).unwrap();
    for (at, bit) in (0..good.len()).step_by(7).zip((0..8).cycle()) {
        let mut bad = good.clone();
        bad[at] ^= 1 << bit;
        assert_eq!(
            Rows::parse(&bad).unwrap(),
            answers,
            "bit {bit} of byte {at}"
        );
    }
    // In a row, in the zero between two, and in the version.
    for at in [ends[4] - 3, ends[5], 8] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        sandbox.write("bad.esr", &bad);
        let report = sandbox.report("bad.esr");
        let said = report["damage"].as_str().unwrap();
        assert!(said.contains("a bit of"), "byte {at}: {said}");
        assert_eq!(report["warnings"][0], "mended", "byte {at}");
        assert_eq!(report["answered"], 8, "byte {at}");
        wrong(
            &sandbox,
            "verify bad.esr",
            &["NOT as it was written", "a bit of"],
        );
    }
}

#[test]
fn a_damaged_block_costs_its_rows_and_no_other_in_every_format() {
    let sandbox = sandbox();
    let good = sandbox.read("good.esr");
    let ends = row_ends(&good);
    let all = Rows::parse(&good).unwrap();
    // In the middle of an answer.
    let answer = file::ResultFile::parse(&good).unwrap();
    let answer = answer
        .records()
        .position(|row| matches!(row, Record::Question(_)));
    let start = ends[answer.unwrap() + 2] + 4;
    let mut bad = good.clone();
    bad[start..start + 9].fill(0x5A);
    sandbox.write("bad.esr", &bad);
    let rows = sandbox.rows("bad.esr");
    assert_eq!(rows.questions.len(), 7);
    assert!(rows.questions.iter().all(|row| all.questions.contains(row)));
    assert_eq!(rows.end, all.end);
    let report = sandbox.report("bad.esr");
    assert_eq!(
        (&report["answered"], &report["warnings"][0]),
        (&7.into(), &"damaged".into())
    );
    let said = report["damage"].as_str().unwrap();
    assert!(said.starts_with("1 row is missing ("), "{said}");
    for (format, word) in [
        ("table", "the file is damaged: 1 row is missing"),
        ("md", "the file is damaged: 1 row is missing"),
        ("html", "the file is damaged: 1 row is missing"),
        ("csv", ",damaged"),
        ("sql", "'damaged"),
        ("jsonl", "\"damaged"),
    ] {
        let shown = sandbox.done(&format!("report bad.esr --format {format}"));
        assert!(shown.contains(word), "{format}: {shown}");
    }
    wrong(
        &sandbox,
        "verify bad.esr",
        &["1 row is missing", "its hash says nothing"],
    );
    // The row of a task: the answers of that task keep their places.
    let task = ends[2] - 6;
    let mut bad = good.clone();
    bad[task..task + 4].fill(0x5A);
    sandbox.write("bad.esr", &bad);
    let report = sandbox.report("bad.esr");
    assert_eq!(report["answered"], 8, "{report}");
    assert_eq!(
        report["tasks"].as_object().map(serde_json::Map::len),
        Some(2),
        "{report}"
    );
}

#[test]
fn a_missing_row_and_a_missing_end_are_said() {
    let sandbox = sandbox();
    let good = sandbox.read("good.esr");
    let ends = row_ends(&good);
    let without = [&good[..=ends[5]], &good[ends[6] + 1..]].concat();
    sandbox.write("bad.esr", without);
    let said = sandbox.report("bad.esr")["damage"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(said, "1 row is missing (6)");
    // All but the closing record: it has its verdict, and looks whole.
    sandbox.write("bad.esr", &good[..=ends[ends.len() - 2]]);
    let report = sandbox.report("bad.esr");
    assert_eq!(
        (&report["answered"], &report["warnings"][0]),
        (&8.into(), &"unclosed".into())
    );
    let text = sandbox.done("report bad.esr");
    assert!(
        text.contains("the closing record of the result is missing"),
        "{text}"
    );
    wrong(&sandbox, "verify bad.esr", &["closing record", "missing"]);
    let whole = sandbox.done("verify good.esr --model tiny.gguf --pack small.pack");
    assert!(
        whole.contains("good.esr is whole") && whole.contains("SHA-256"),
        "{whole}"
    );
    sandbox.done("pack build --per-task 1 -o other.pack");
    wrong(
        &sandbox,
        "verify good.esr --pack other.pack",
        &["in the result, and", "of other.pack"],
    );
}

#[test]
fn a_name_that_moves_a_terminal_is_shown_as_text_in_every_format() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 1,
        questions: 2,
    });
    let name = "=ev\u{1b}[2Jil\u{7}<b>\"'|`.gguf";
    std::fs::copy(sandbox.path("tiny.gguf"), sandbox.path(name)).unwrap();
    let mut run = sandbox.command("run --pack small.pack -t 1 -o run.esr --model");
    Outcome::of(run.arg(sandbox.path(name))).expect(0);
    for format in ["table", "md", "csv", "sql", "html", "json", "jsonl"] {
        let shown = sandbox.done(&format!("report run.esr --format {format}"));
        let control = shown
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
        assert_eq!(control, None, "{format}: {shown:?}");
        assert!(shown.contains("ev\u{241b}"), "{format}: {shown}");
    }
    let csv = sandbox.done("report run.esr --format csv");
    assert!(csv.contains(",\"'=ev"), "{csv}");
    let html = sandbox.done("report run.esr --format html");
    assert!(!html.contains("il\u{2407}<b>"), "the tag is text");
    let verified = sandbox.done("verify run.esr");
    assert!(!verified.contains('\u{1b}'), "{verified:?}");
    // An error that names it.
    let mut missing = sandbox.command("report");
    let missing = Outcome::of(missing.arg("none\u{1b}[2J.esr"));
    assert!(
        missing.stderr.contains("none\u{241b}[2J.esr"),
        "{missing:?}"
    );
}

#[test]
fn what_cannot_be_said_on_standard_error_ends_no_run() {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 2,
        questions: 4,
    });
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut run = sandbox.command("run --model tiny.gguf --pack small.pack -t 1 -o run.esr -v");
    let output = run.stderr(full).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("result: run.esr"));
    assert_eq!(sandbox.rows("run.esr").questions.len(), 8);
    // An error has its exit code, too.
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let code = sandbox
        .command("report none.esr")
        .stderr(full)
        .status()
        .unwrap();
    assert_eq!(code.code(), Some(4));
}

#[test]
fn a_signature_says_who_vouches_for_a_result() {
    let sandbox = sandbox();
    let keygen = |arguments: &[&str]| {
        let mut command = std::process::Command::new("ssh-keygen");
        command.args(arguments).current_dir(sandbox.path("."));
        assert!(
            command
                .stdout(std::process::Stdio::null())
                .status()
                .unwrap()
                .success()
        );
    };
    for key in ["key", "other"] {
        keygen(&[
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "bench@lab",
            "-f",
            key,
        ]);
    }
    let public = String::from_utf8(sandbox.read("key.pub")).unwrap();
    sandbox.write("allowed", format!("bench@lab {public}"));
    sandbox.done("run --model tiny.gguf --pack small.pack -t 1 --limit 2 -o signed.esr --sign key");
    let good = sandbox.done("verify signed.esr --allowed-signers allowed");
    assert!(good.contains("good, by bench@lab"), "{good}");
    let unchecked = sandbox.done("verify signed.esr");
    assert!(unchecked.contains("was not checked"), "{unchecked}");
    // One byte behind the signature, and another key.
    let mut changed = sandbox.read("signed.esr");
    let last = changed.len() - 4;
    changed[last] ^= 1;
    sandbox.write("changed.esr", changed);
    wrong(
        &sandbox,
        "verify changed.esr --signature signed.esr.sig --allowed-signers allowed",
        &["NOT good"],
    );
    sandbox
        .done("run --model tiny.gguf --pack small.pack -t 1 --limit 2 -o theirs.esr --sign other");
    wrong(
        &sandbox,
        "verify theirs.esr --allowed-signers allowed",
        &["not among those of allowed"],
    );
    sandbox.refused(
        4,
        "run --model tiny.gguf --pack small.pack --sign none",
        &["none"],
    );
}

#[test]
fn an_answer_that_was_mended_by_hand_is_noticed() {
    let sandbox = sandbox();
    let good = file::ResultFile::parse(&sandbox.read("good.esr")).unwrap();
    let mut encoder = Encoder::default();
    let mut rewrite = |mend: bool| {
        let mut bytes = file::header().to_vec();
        for (row, mut record) in (0..).zip(good.records()) {
            if let (Record::Question(question), true) = (&mut record, mend) {
                let right = question.answer.key().unwrap();
                question.answer = Answer::new(4, right, Some((right, Found::Logits)));
            }
            // The checksum of the row is made anew: only the running hash can tell.
            bytes.extend_from_slice(encoder.encode(row, &record).unwrap().frame);
        }
        bytes
    };
    sandbox.write("same.esr", rewrite(false));
    assert!(
        sandbox.read("same.esr") == sandbox.read("good.esr"),
        "frames have one form"
    );
    let wrong = sandbox
        .rows("good.esr")
        .questions
        .into_iter()
        .filter(|q| !q.answer.is_correct());
    assert!(wrong.count() > 0, "there is an answer to mend");
    sandbox.write("mended.esr", rewrite(true));
    sandbox.refused(4, "report mended.esr", &["changed after the run"]);
}

#[test]
fn a_result_of_another_version_is_refused() {
    let sandbox = sandbox();
    // A row that this program does not know makes it another version.
    let good = sandbox.read("good.esr");
    let ends = row_ends(&good);
    let row = ends.len() as u32 - 1;
    let unknown = Encoder::default()
        .encode(row, &99u8)
        .unwrap()
        .frame
        .to_vec();
    let mut bad = [&good[..=ends[ends.len() - 2]], &unknown].concat();
    bad[8] += 1;
    sandbox.write("bad.esr", &bad);
    sandbox.refused(
        4,
        "report bad.esr",
        &["newer than this program reads", "update edgescore"],
    );
    bad[8..10].fill(0);
    sandbox.write("bad.esr", &bad);
    let words = [
        "older than this program reads",
        "use the edgescore that wrote it",
    ];
    sandbox.refused(4, "report bad.esr", &words);
}

#[test]
fn what_is_no_result_is_refused_and_nothing_is_printed_of_the_others() {
    let sandbox = sandbox();
    let words = ["not a result file", "edgescore run -o"];
    sandbox.refused(4, "report small.pack", &words);
    sandbox.refused(4, "report good.esr small.pack", &words);
    sandbox.refused(4, "report --format json good.esr small.pack", &words);
    sandbox.refused(
        4,
        "report none.esr",
        &["none.esr", "No such file", "check the path"],
    );
    sandbox.refused(
        4,
        "report tasks",
        &["Is a directory", "give the name of a file"],
    );
}

#[test]
fn letters_in_a_result_are_those_of_the_pack() {
    let sandbox = sandbox();
    let rows = sandbox.rows("good.esr");
    let keys = rows.questions.iter().map(|q| q.answer.key());
    let letters: Vec<_> = keys.flatten().collect();
    assert_eq!(letters, [Letter::of(4), Letter::of(4)].concat());
}
