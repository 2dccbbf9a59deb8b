//! `src/template.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &str| edgescore_fuzz::template::run(input));
