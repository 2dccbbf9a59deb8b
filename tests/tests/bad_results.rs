//! Results that were cut off, damaged or changed.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_record::frame::Encoder;
use edgescore_record::{Answer, Found, Record, file};
use edgescore_taskpack::Letter;
use edgescore_tests::{Rows, Sandbox, SmallTasks};

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
fn a_flipped_byte_never_changes_what_a_report_says() {
    let sandbox = sandbox();
    let good = sandbox.read("good.esr");
    let ends = row_ends(&good);
    // Damage from here on cannot be told from a run that was cut off while it wrote its last
    // row: that row is dropped, the answers before it stand.
    let last = ends[ends.len() - 2];
    let answers = Rows::parse(&good).unwrap().questions;
    for at in (0..good.len()).step_by(5).chain(last - 2..last + 2) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        sandbox.write("bad.esr", &bad);
        if at < last {
            sandbox.refused(4, "report bad.esr", &["bad.esr: "]);
        } else {
            assert_eq!(sandbox.report("bad.esr")["answered"], 8, "byte {at}");
            let rows = sandbox.rows("bad.esr");
            assert_eq!((rows.end, &rows.questions), (None, &answers), "byte {at}");
        }
    }
    let mut bad = good.clone();
    bad[ends[4] - 3] ^= 1;
    sandbox.write("bad.esr", &bad);
    let words = [
        "damaged at byte",
        "collect it again from the board, or repeat the run",
    ];
    sandbox.refused(4, "report bad.esr", &words);
}

#[test]
fn a_missing_row_is_named() {
    let sandbox = sandbox();
    let good = sandbox.read("good.esr");
    let ends = row_ends(&good);
    let without = [&good[..=ends[5]], &good[ends[6] + 1..]].concat();
    sandbox.write("bad.esr", without);
    sandbox.refused(
        4,
        "report bad.esr",
        &["row 6 is missing", "collect it again"],
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
    let mut bad = sandbox.read("good.esr");
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
