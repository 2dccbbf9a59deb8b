//! Summaries: no rows make them panic, whether the file is read or its rows arrive one by one.

use crate::{contents, frames};
use edgescore_record::Record;
use edgescore_record::file::header;
use edgescore_record::frame::message;
use edgescore_summary::{Decoder, RunSummary, decode};

/// Takes an input.
pub fn run(bytes: &[u8]) {
    // With checksums that fit: no mutation keeps them. result_file has those that do not.
    let rows = bytes.strip_prefix(&header()).unwrap_or(bytes);
    let file = [&header()[..], &frames(contents(rows))].concat();
    if let Ok(decoded) = decode(&file) {
        score(decoded.records);
    }
    // Without the hash of the last row and the order of rows, which no mutation keeps either.
    let mut decoder = Decoder::default();
    for content in contents(rows) {
        if let Some(record) = message::<Record>(&content)
            && let Err(why) = decoder.take(&record)
        {
            assert!(!why.to_string().is_empty());
            break;
        }
    }
    score(decoder);
}

fn score(decoder: Decoder) {
    if let Err(why) = RunSummary::of(decoder, "x.esr".to_owned(), "0".to_owned()) {
        assert!(!why.to_string().is_empty());
    }
}
