//! What the programs are made of. The board's is copied to boards with little memory and has
//! to be trusted there, so every crate in it is on a list with the reason.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::Command;

/// Every crate that may be linked into edgescore-rt, and why. No async runtime, no command
/// line framework, no JSON.
const ON_THE_BOARD: &[(&str, &str)] = &[
    ("edgescore-runtime", "the program"),
    ("edgescore-engine", "llama.cpp behind a safe interface"),
    (
        "edgescore-judge",
        "what becomes of an answer that is no letter",
    ),
    ("edgescore-probe", "power, memory and heat"),
    ("edgescore-record", "messages of board and host"),
    ("edgescore-taskpack", "the questions"),
    ("llama-cpp-sys-2", "llama.cpp"),
    ("nix", "signals and other system calls, safely"),
    ("libc", "of nix"),
    ("bitflags", "of nix"),
    ("cfg-if", "of nix and sha2"),
    ("heapless", "buffers without a heap"),
    ("hash32", "of heapless"),
    ("byteorder", "of hash32"),
    ("stable_deref_trait", "of heapless"),
    ("postcard", "the wire format"),
    ("cobs", "frames, also of postcard"),
    ("thiserror", "of cobs"),
    ("serde", "of postcard"),
    ("serde_core", "of serde"),
    ("log", "the facade of logs"),
    ("env_logger", "logs on standard error"),
    ("env_filter", "of env_logger"),
    ("crc", "checksums of frames"),
    ("crc-catalog", "of crc"),
    ("sha2", "identity of packs, models and results"),
    ("digest", "of sha2"),
    ("block-buffer", "of digest"),
    ("crypto-common", "of digest"),
    ("hybrid-array", "of digest"),
    ("typenum", "of hybrid-array"),
    ("cpufeatures", "of sha2"),
];

/// The crates that `package` links for `target`, and the features of each. Crates that only
/// run inside the compiler are left out.
fn linked(package: &str, target: &[&str]) -> BTreeSet<(String, String)> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(["--edges", "normal,no-proc-macro", "--format", "{p}|{f}"])
        .args(["--package", package])
        .args(target)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree: {said}");
    let tree = String::from_utf8(output.stdout).unwrap();
    let crates: BTreeSet<_> = tree
        .lines()
        .map(|line| {
            let (package, features) = line.split_once('|').unwrap();
            let name = package.split_whitespace().next().unwrap();
            let features = features.trim_end_matches(" (*)");
            (name.to_owned(), features.to_owned())
        })
        .collect();
    assert!(crates.iter().any(|(name, _)| name == package), "{tree}");
    crates
}

const TARGETS: [&[&str]; 2] = [&[], &["--target", "aarch64-unknown-linux-gnu"]];

#[test]
fn the_board_side_holds_only_what_is_listed() {
    for target in TARGETS {
        for (name, features) in linked("edgescore-runtime", target) {
            let listed = ON_THE_BOARD.iter().any(|(listed, _)| *listed == name);
            assert!(
                listed,
                "{name} (features: {features}) is linked into edgescore-rt and not listed: \
                 do without it, or add it to ON_THE_BOARD with the reason"
            );
        }
    }
}

#[test]
fn llama_cpp_is_built_without_extras() {
    for target in TARGETS {
        let crates = linked("edgescore-runtime", target);
        let llama = crates.iter().find(|(name, _)| name == "llama-cpp-sys-2");
        assert_eq!(llama.map(|(_, features)| features.as_str()), Some(""));
    }
}

#[test]
fn the_host_never_links_llama_cpp() {
    let crates = linked("edgescore", &[]);
    assert!(crates.iter().any(|(name, _)| name == "edgescore-record"));
    for (name, _) in crates {
        let board_only = ["edgescore-engine", "edgescore-runtime"].contains(&name.as_str());
        assert!(
            !board_only && !name.contains("llama"),
            "edgescore links {name}"
        );
    }
}
