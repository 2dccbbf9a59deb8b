//! `src/result_file.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| edgescore_fuzz::result_file::run(input));
