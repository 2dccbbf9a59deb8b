//! Result files: no bytes make the reader panic, and a file without damage that is cut anywhere has its first rows.

use crate::{contents, frames};
use edgescore_record::Record;
use edgescore_record::file::{Damage, FileError, ResultFile, header};

/// Takes an input.
pub fn run(bytes: &[u8]) {
    // Wrong bits are looked for in frames that are none, which takes a hundred times as long as all else.
    if bytes.last().is_none_or(|last| last % 8 == 7) {
        read(bytes);
    }
    let rows = bytes.strip_prefix(&header()).unwrap_or(bytes);
    let file = [&header()[..], &frames(contents(rows))].concat();
    let Some(whole) = read(&file) else { return };
    if whole.damage().is_damaged() {
        return;
    }
    let cut = bytes.iter().fold(0usize, |cut, byte| {
        cut.wrapping_mul(31) ^ usize::from(*byte)
    });
    match ResultFile::parse(&file[..cut % file.len()]) {
        Ok(part) => {
            let rows: Vec<Record> = whole.records().collect();
            let first: Vec<Record> = part.records().collect();
            // A time that is no number differs from itself.
            let (rows, first) = (format!("{rows:?}"), format!("{first:?}"));
            assert!(rows.starts_with(first.trim_end_matches(']')));
            let unclosed = Damage {
                unclosed: true,
                ..Damage::default()
            };
            assert_eq!(part.damage(), &unclosed);
        }
        Err(why) => assert!(matches!(why, FileError::NotAResult | FileError::NoStart)),
    }
}

fn read(bytes: &[u8]) -> Option<ResultFile> {
    let parsed = ResultFile::parse(bytes).inspect_err(|why| assert!(!why.to_string().is_empty()));
    let file = parsed.ok()?;
    assert!(file.records().next().is_some());
    let _ = (file.damage().to_string(), file.damage().missing_rows());
    Some(file)
}
