//! Result files: whole, cut, damaged, changed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use edgescore_record::file::{FileError, MAGIC, ResultFile};
use edgescore_record::{CURRENT_VERSION, MIN_VERSION, Record};
use proptest::prelude::*;
use support::{file, question, rows};

#[test]
fn a_whole_file_gives_its_rows_back() {
    let parsed = ResultFile::parse(&file(&rows(), true)).unwrap();
    assert_eq!(
        parsed.records().take(rows().len()).collect::<Vec<_>>(),
        rows()
    );
    assert_eq!(parsed.end().unwrap().answered, 29);
}

#[test]
fn a_file_cut_anywhere_keeps_every_whole_row() {
    let bytes = file(&rows(), true);
    let whole_rows = |cut: usize| bytes[10..cut].iter().filter(|b| **b == 0).count();
    for cut in 0..bytes.len() {
        let parsed = ResultFile::parse(&bytes[..cut]);
        if cut < 8 {
            assert_eq!(parsed.unwrap_err(), FileError::NotAResult);
        } else if cut < 10 || whole_rows(cut) == 0 {
            assert_eq!(parsed.unwrap_err(), FileError::NoStart, "cut at {cut}");
        } else {
            let parsed = parsed.unwrap();
            assert_eq!(parsed.records().count(), whole_rows(cut), "cut at {cut}");
            assert_eq!(parsed.end(), None);
        }
    }
}

#[test]
fn a_zero_filled_tail_is_a_torn_tail() {
    let mut bytes = file(&rows(), false);
    bytes.extend_from_slice(&[0; 512]);
    assert_eq!(
        ResultFile::parse(&bytes).unwrap().records().count(),
        rows().len()
    );
}

#[test]
fn another_file_and_another_version_are_named() {
    assert_eq!(
        ResultFile::parse(b"GGUF....").unwrap_err(),
        FileError::NotAResult
    );
    let mut newer = file(&rows(), true);
    newer[8] = 9;
    assert_eq!(ResultFile::parse(&newer).unwrap_err(), FileError::TooNew(9));
    newer[8] = 0;
    assert_eq!(ResultFile::parse(&newer).unwrap_err(), FileError::TooOld(0));
}

#[test]
fn a_missing_row_is_named() {
    let mut encoder = edgescore_record::frame::Encoder::default();
    let mut bytes = edgescore_record::file::header().to_vec();
    for number in [0, 1, 3] {
        let row = &rows()[number];
        bytes.extend_from_slice(encoder.encode(number as u32, row).unwrap().frame);
    }
    assert_eq!(ResultFile::parse(&bytes).unwrap_err(), FileError::Gap(2, 3));
}

#[test]
fn a_changed_row_breaks_the_chain() {
    // Whoever changes an answer and repairs its CRC still has to repair the last row.
    let honest = file(&rows(), true);
    let mut changed = rows();
    changed[3] = Record::Question(edgescore_record::Question {
        prompt_tokens: 1,
        ..question()
    });
    let forged = file(&changed, false);
    let last_row = honest[..honest.len() - 1]
        .iter()
        .rposition(|b| *b == 0)
        .unwrap()
        + 1;
    let mixed = [&forged[..], &honest[last_row..]].concat();
    assert_eq!(
        ResultFile::parse(&mixed).unwrap_err(),
        FileError::ChainBroken
    );
}

#[test]
fn a_row_after_the_end_is_refused() {
    let mut bytes = file(&rows(), true);
    let again = file(&rows(), true);
    bytes.extend_from_slice(&again[10..]);
    assert_eq!(
        ResultFile::parse(&bytes).unwrap_err(),
        FileError::Gap(rows().len() as u32 + 1, 0)
    );
    let mut trailing = file(&rows(), true);
    trailing.extend_from_slice(b"more");
    assert!(matches!(
        ResultFile::parse(&trailing).unwrap_err(),
        FileError::Damaged(_)
    ));
}

/// The promise of docs/FORMATS.md: a run over all of 6G-Bench with timing and energy.
#[test]
fn a_run_of_3722_questions_is_small() {
    let mut rows = rows();
    rows.truncate(3);
    for _ in 0..29 {
        rows.push(rows[1]);
    }
    rows.extend((0..3722).map(|_| Record::Question(question())));
    let bytes = file(&rows, true).len();
    println!("3,722 questions with timing and energy: {bytes} bytes");
    assert!(bytes <= 133 * 1024, "{bytes}");
}

/// A whole file with the bits `flip` of the byte at `at` flipped.
fn assert_damage_is_seen(at: usize, flip: u8) {
    let mut bad = file(&rows(), true);
    bad[at] ^= flip;
    // An older version that is read, too.
    if at == MAGIC.len() && (MIN_VERSION..=CURRENT_VERSION).contains(&u16::from(bad[at])) {
        return;
    }
    // Damage in the last row, or to the zero in front of it, looks like a run that was
    // cut off: the rows before it are all true. Anywhere else it is an error.
    match ResultFile::parse(&bad) {
        Ok(parsed) => {
            assert_eq!(parsed.end(), None, "{at} {flip}");
            let kept: Vec<_> = parsed.records().collect();
            let written = rows();
            assert!(kept.len() >= written.len() - 1, "{at} {flip}");
            assert_eq!(&kept[..], &written[..kept.len()], "{at} {flip}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Every place, those between the rows included: a zero that becomes 1 joins two frames.
#[test]
fn the_lowest_bit_is_never_accepted_the_other_way_round() {
    for at in 0..file(&rows(), true).len() {
        assert_damage_is_seen(at, 1);
    }
}

proptest! {
    #[test]
    fn a_flipped_byte_is_never_accepted(at in any::<prop::sample::Index>(), flip in 1u8..=255) {
        assert_damage_is_seen(at.index(file(&rows(), true).len()), flip);
    }

    #[test]
    fn noise_behind_a_header_never_panics(noise in prop::collection::vec(any::<u8>(), 0..800)) {
        let mut bytes = edgescore_record::file::header().to_vec();
        bytes.extend_from_slice(&noise);
        let _ = ResultFile::parse(&bytes);
    }
}
