//! Import of 6G-Bench: no episode, questions or notebook makes it panic, and what is taken becomes a pack.
#![no_main]

use std::fs;

use edgescore_taskgen::six_g_bench::import;
use edgescore_taskpack::Pack;
use libfuzzer_sys::fuzz_target;

// Questions, episode and definitions, with a zero between them.
fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.split(|byte| *byte == 0);
    let mut next = || parts.next().unwrap_or_default();
    let folder = edgescore_fuzz::folder();
    for name in ["a.mcq.json", "a.episode.json"] {
        fs::write(folder.path().join(name), next()).unwrap();
    }
    let elsewhere = edgescore_fuzz::folder();
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
});
