//! Import of 6G-Bench: no episode, questions or notebook makes it panic, and what is taken becomes a pack.

use std::fs;

use edgescore_taskgen::six_g_bench::import;
use edgescore_taskpack::Pack;

// Questions, episode and definitions, with a zero between them.
/// Takes an input.
pub fn run(bytes: &[u8]) {
    let mut parts = bytes.split(|byte| *byte == 0);
    let mut next = || parts.next().unwrap_or_default();
    let folder = crate::folder();
    for name in ["a.mcq.json", "a.episode.json"] {
        fs::write(folder.path().join(name), next()).unwrap();
    }
    let elsewhere = crate::folder();
    let definitions = elsewhere.path().join("tasks.json");
    fs::write(&definitions, next()).unwrap();
    match import(folder.path(), Some(&definitions)) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(draft) => {
            if let Ok(pack) = draft.to_bytes() {
                assert!(Pack::open(&pack).is_ok());
            }
        }
    }
}
