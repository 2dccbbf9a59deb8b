//! `src/summary.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| edgescore_fuzz::summary::run(input));
