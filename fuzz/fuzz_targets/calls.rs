//! `src/calls.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &str| edgescore_fuzz::calls::run(input));
