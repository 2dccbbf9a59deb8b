//! Headers of GGUF files: no file makes the reader panic or take memory without bound, and a header that is written
//! again is read again.
#![allow(
    dead_code,
    unused_imports,
    reason = "a program uses more of these modules than is fuzzed here"
)]

use std::fs;

#[path = "../../crates/cli/src/gguf/mod.rs"]
mod gguf;

/// Takes an input.
pub fn run(bytes: &[u8]) {
    let folder = crate::folder();
    let file = folder.path().join("m.gguf");
    fs::write(&file, bytes).unwrap();
    if let Ok(entries) = gguf::metadata(&file, |_| true) {
        assert!(entries.iter().all(|(key, _)| key.len() <= bytes.len()));
    }
    match gguf::header(&file) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(header) => {
            fs::write(&file, gguf::front(&header.entries, &header.tensors)).unwrap();
            let again = gguf::header(&file).map(|again| again.entries.len());
            assert_eq!(again.ok(), Some(header.entries.len()));
        }
    }
}
