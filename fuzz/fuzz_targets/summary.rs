//! Summaries: no rows make them panic, whether the file is read or its rows arrive one by one.
#![no_main]

use edgescore_record::frame::message;
use edgescore_record::{Record, file};
use edgescore_summary::{Decoder, RunSummary, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(decoded) = decode(bytes) {
        score(decoded.records);
    }
    // Without checksums and the hash, which no mutation keeps.
    let mut decoder = Decoder::default();
    let rows = bytes.strip_prefix(&file::header()).unwrap_or(bytes);
    for content in edgescore_fuzz::contents(rows) {
        if let Some(record) = message::<Record>(&content)
            && let Err(why) = decoder.take(&record)
        {
            assert!(!why.to_string().is_empty());
            break;
        }
    }
    score(decoder);
});

fn score(decoder: Decoder) {
    if let Err(why) = RunSummary::of(decoder, "x.esr".to_owned(), "0".to_owned()) {
        assert!(!why.to_string().is_empty());
    }
}
