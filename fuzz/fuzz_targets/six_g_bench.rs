//! `src/six_g_bench.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| edgescore_fuzz::six_g_bench::run(input));
