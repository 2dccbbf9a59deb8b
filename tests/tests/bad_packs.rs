//! Packs that cannot be used: exit code 4, a message that names the remedy, no file changed.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_tests::{Sandbox, SmallTasks};

const SMALL: SmallTasks = SmallTasks {
    tasks: 2,
    questions: 1,
};

/// Each command that reads a pack, with `bad.pack`.
const READERS: [&str; 3] = [
    "pack info bad.pack",
    "pack show bad.pack",
    "run --pack bad.pack --model tiny.gguf -o new.esr",
];

#[track_caller]
fn refused_by_all(sandbox: &Sandbox, words: &[&str]) {
    for reader in READERS {
        sandbox.refused(4, reader, &[&["bad.pack"], words].concat());
    }
}

#[test]
fn a_truncated_pack_is_refused_wherever_it_ends() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    let good = sandbox.read("small.pack");
    for length in (0..good.len()).step_by(13) {
        sandbox.write("bad.pack", &good[..length]);
        let words: &[&str] = match length {
            0..8 => &["not a task pack", "edgescore pack build"],
            _ => &["truncated", "copy or build it again"],
        };
        sandbox.refused(4, READERS[0], words);
    }
    refused_by_all(&sandbox, &["truncated"]);
}

#[test]
fn a_flipped_byte_is_found_wherever_it_is() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    let good = sandbox.read("small.pack");
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        sandbox.write("bad.pack", &bad);
        sandbox.refused(4, READERS[0], &["bad.pack"]);
    }
    // Inside a text only the hash can tell.
    let mut bad = good;
    let at = bad.windows(5).position(|bytes| bytes == b"north").unwrap();
    bad[at] = b'N';
    sandbox.write("bad.pack", &bad);
    refused_by_all(
        &sandbox,
        &["does not match its SHA-256", "copy or build it again"],
    );
}

#[test]
fn a_pack_with_a_tail_is_refused() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    let mut bad = sandbox.read("small.pack");
    bad.push(0);
    sandbox.write("bad.pack", &bad);
    refused_by_all(&sandbox, &["corrupt at its end", "copy or build it again"]);
}

#[test]
fn a_pack_of_another_version_is_refused() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    let mut bad = sandbox.read("small.pack");
    bad[8] += 2;
    sandbox.write("bad.pack", &bad);
    refused_by_all(
        &sandbox,
        &["newer than this program reads", "update edgescore"],
    );
    bad[8..10].fill(0);
    sandbox.write("bad.pack", &bad);
    refused_by_all(
        &sandbox,
        &["older than this program reads", "build the pack again"],
    );
}

#[test]
fn what_is_no_pack_is_refused() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    sandbox.write("bad.pack", "A text that somebody took for a pack.");
    refused_by_all(&sandbox, &["not a task pack", "edgescore pack build"]);
    std::fs::rename(sandbox.path("tiny.gguf"), sandbox.path("bad.pack")).unwrap();
    sandbox.refused(4, "pack info bad.pack", &["not a task pack"]);
}

#[test]
fn a_missing_pack_and_a_folder_are_refused() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    refused_by_all(&sandbox, &["No such file", "check"]);
    std::fs::create_dir(sandbox.path("bad.pack")).unwrap();
    refused_by_all(&sandbox, &["Is a directory"]);
}

#[test]
fn a_question_or_task_that_is_not_there_is_wrong_usage() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    let words = ["question 2 does not exist", "0 to 1"];
    sandbox.refused(2, "pack show small.pack --question 2", &words);
    sandbox.refused(2, "pack show small.pack --question 4294967295", &words[1..]);
    let words = ["T3", "edgescore pack info"];
    sandbox.refused(2, "pack show small.pack --task T3", &words);
}
