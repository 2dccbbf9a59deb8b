//! Real input that lies beside the repository and is not part of it.

use std::fs;
use std::path::Path;

use crate::Sandbox;

/// A sandbox with copies of real input, each a path below `../shared` and the name it gets, or
/// `None` with a sentence why the test is skipped.
pub fn with_shared(files: &[(&str, &str)]) -> Option<Sandbox> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared"));
    if !folder.is_dir() {
        eprintln!("skipped: there is no ../shared with the real input of this test");
        return None;
    }
    let sandbox = Sandbox::default();
    for (from, to) in files {
        let from = folder.join(from);
        let content = fs::read(&from).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
        sandbox.write(to, content);
    }
    Some(sandbox)
}

/// The files of 6G-Bench: a folder `bench` with one episode and its thirty questions, and
/// `definitions.json`.
pub const SIX_G_BENCH: [(&str, &str); 3] = [
    ("6g-bench/sample-30.mcq.json", "bench/sample.mcq.json"),
    (
        "6g-bench/alpha3-sample.episode.json",
        "bench/sample.episode.json",
    ),
    ("6g-bench/definitions.json", "definitions.json"),
];

/// The command that makes `6g.pack` of [`SIX_G_BENCH`].
pub const IMPORT: &str = "pack import 6g-bench bench --definitions definitions.json -o 6g.pack";
