//! `src/own.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| edgescore_fuzz::own::run(input));
