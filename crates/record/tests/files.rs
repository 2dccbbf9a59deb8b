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
    // With a row that is not known, another version is one.
    let unknown = rows().len() as u32;
    let mut encoder = edgescore_record::frame::Encoder::default();
    let mut newer = file(&rows(), false);
    newer.extend_from_slice(encoder.encode(unknown, &(99u8, 1u8)).unwrap().frame);
    assert_eq!(
        ResultFile::parse(&newer).unwrap_err(),
        FileError::UnknownRow(unknown)
    );
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
    let parsed = ResultFile::parse(&bytes).unwrap();
    assert_eq!(parsed.damage().missing.first(), Some(&(2..3)));
    assert_eq!(parsed.records().count(), 3);
    let said = parsed.damage().to_string();
    assert!(
        said.starts_with("1 row is missing (2); the closing record is missing"),
        "{said}"
    );
    // The board's disk damaged it: it has its place.
    let lost = encoder.encode(4, &Record::Lost).unwrap().frame.to_vec();
    let parsed = ResultFile::parse(&[bytes, lost].concat()).unwrap();
    assert_eq!(parsed.damage().missing, [2..3, 4..5]);
    assert_eq!(parsed.records().count(), 3);
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
        FileError::Order(rows().len() as u32 + 1, 0)
    );
    let mut trailing = file(&rows(), true);
    let length = trailing.len();
    trailing.extend_from_slice(b"more");
    let parsed = ResultFile::parse(&trailing).unwrap();
    assert_eq!(parsed.damage().at, Some(length));
    assert!(parsed.end().is_some());
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

/// A whole file with the bits `flip` of the byte at `at` flipped: what is read of it was written, and what
/// is missing is said.
fn assert_damage_is_local(at: usize, flip: u8) {
    let mut bad = file(&rows(), true);
    bad[at] ^= flip;
    // An older version that is read, too.
    if at == MAGIC.len() && (MIN_VERSION..=CURRENT_VERSION).contains(&u16::from(bad[at])) {
        return;
    }
    let all: Vec<_> = rows();
    let parsed = match ResultFile::parse(&bad) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Several bits of the magic or of the first row.
            assert!(flip.count_ones() > 1, "{at} {flip}: {error}");
            return;
        }
    };
    let damage = parsed.damage();
    assert!(damage.is_damaged() || damage.unclosed, "{at} {flip}");
    assert!(!damage.to_string().is_empty(), "{at} {flip}");
    let records: Vec<_> = parsed.records().collect();
    let (read, end) = match records.last() {
        Some(Record::SessionEnd(_)) => (&records[..records.len() - 1], true),
        _ => (&records[..], false),
    };
    if flip.count_ones() == 1 {
        assert_eq!((read, end), (&all[..], true), "{at} {flip}");
        return;
    }
    // Two rows at most, where the zero between them is gone.
    let lost = all.len() + 1 - read.len() - usize::from(end);
    assert!(lost <= 2, "{at} {flip}: {lost} rows");
    let mut written = all.iter();
    for record in read {
        assert!(written.any(|row| row == record), "{at} {flip}");
    }
}

/// Every bit, those of the zeros between rows included.
#[test]
fn a_single_bit_costs_nothing() {
    for at in 0..file(&rows(), true).len() {
        for bit in 0..8 {
            assert_damage_is_local(at, 1 << bit);
        }
    }
}

/// Frames on which COBS and CRC run over every byte of every variant: what is tried has an end.
#[test]
fn frames_that_are_slow_to_mend_are_given_up() {
    let mut bytes = edgescore_record::file::header().to_vec();
    for _ in 0..40 {
        bytes.extend_from_slice(&[1; 4110]);
        bytes.push(0);
    }
    assert_eq!(ResultFile::parse(&bytes).unwrap_err(), FileError::NoStart);
}

/// 10,000 places of damage of 1 to 64 bytes in a result of 300 questions: what is read of it was written, what is
/// missing is said, and no more is missing than was hit, and a row on each side of it.
#[test]
fn damage_of_a_real_result_is_local() {
    let path = "../../docs/bench/2026-11-28-onnx/3m-gguf-f16.esr";
    let good = std::fs::read(path).unwrap();
    let whole = ResultFile::parse(&good).unwrap();
    let all: Vec<_> = whole.records().collect();
    let bounds: Vec<usize> = (10..good.len()).filter(|at| good[*at] == 0).collect();
    // A plain generator: the same places each time.
    let mut state = 1u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    for round in 0..10_000 {
        let length = if round % 2 == 0 { 1 } else { 1 + next(64) };
        let at = 10 + next(good.len() - 10 - length);
        let mut bad = good.clone();
        for byte in &mut bad[at..at + length] {
            *byte ^= 1 << next(8);
        }
        let hit = bounds
            .iter()
            .filter(|end| (at..at + length).contains(end))
            .count() as u32
            + 1;
        let parsed = match ResultFile::parse(&bad) {
            Ok(parsed) => parsed,
            Err(error) => {
                assert!(length > 1 && at <= bounds[0], "{at} {length}: {error}");
                continue;
            }
        };
        let damage = parsed.damage();
        assert!(damage.is_damaged() || damage.unclosed, "{at} {length}");
        let kept: Vec<_> = parsed.records().collect();
        let lost = all.len() - kept.len();
        let most = if length == 1 { 0 } else { hit as usize + 1 };
        assert!(
            lost <= most,
            "{at} {length}: {lost} rows are lost, {hit} were hit"
        );
        let mut written = all.iter();
        assert!(
            kept.iter().all(|row| written.any(|one| one == row)),
            "{at} {length}"
        );
    }
}

proptest! {
    #[test]
    fn a_wrong_byte_costs_two_rows_at_most(at in any::<prop::sample::Index>(), flip in 1u8..=255) {
        assert_damage_is_local(at.index(file(&rows(), true).len()), flip);
    }

    #[test]
    fn noise_behind_a_header_never_panics(noise in prop::collection::vec(any::<u8>(), 0..800)) {
        let mut bytes = edgescore_record::file::header().to_vec();
        bytes.extend_from_slice(&noise);
        let _ = ResultFile::parse(&bytes);
    }
}
