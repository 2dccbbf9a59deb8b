use proptest::prelude::*;

use super::super::write::front;
use super::*;

fn entries() -> Vec<Entry> {
    let mut names = Array::empty(Kind::String);
    names.push(b"a");
    names.push(b"bc");
    let mut types = Array::empty(Kind::I32);
    types.push(&1i32.to_le_bytes());
    types.push(&3i32.to_le_bytes());
    [
        ("general.architecture", Value::string("llama")),
        ("names", Value::Array(names)),
        ("types", Value::Array(types)),
        ("synthetic", Value::bool(true)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

/// A small file, without the padding behind its metadata.
fn file() -> Vec<u8> {
    let mut bytes = front(&entries(), &[]);
    bytes.truncate(END);
    bytes
}

/// Where the metadata of [`file`] ends.
const END: usize = 176;

fn read(bytes: &[u8]) -> Result<Vec<Entry>, ReadError> {
    parse(bytes, bytes.len() as u64, |_| true)
}

#[test]
fn what_was_written_is_read_back() {
    assert_eq!(read(&file()).unwrap(), entries());
    let kept = parse(&file()[..], END as u64, |key| key == "synthetic").unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].1, Value::bool(true));
}

#[test]
fn version_2_is_read_and_others_are_named() {
    let with_version = |version: [u8; 4]| {
        let mut bytes = file();
        bytes[4..8].copy_from_slice(&version);
        read(&bytes)
    };
    assert_eq!(with_version([2, 0, 0, 0]).unwrap(), entries());
    assert!(matches!(
        with_version([1, 0, 0, 0]),
        Err(ReadError::Version(1))
    ));
    assert!(matches!(
        with_version([0, 0, 0, 3]),
        Err(ReadError::BigEndian)
    ));
}

#[test]
fn a_file_cut_at_any_byte_is_refused() {
    let bytes = file();
    for cut in 0..END {
        let wanted = |error: &ReadError| match cut {
            0..4 => matches!(error, ReadError::NotGguf),
            _ => matches!(error, ReadError::Truncated),
        };
        let error = read(&bytes[..cut]).unwrap_err();
        assert!(wanted(&error), "{cut}: {error}");
        // Also when the loss shows only while reading, and when nothing is kept.
        assert!(parse(&bytes[..cut], END as u64, |_| true).is_err(), "{cut}");
        assert!(
            parse(&bytes[..cut], cut as u64, |_| false).is_err(),
            "{cut}"
        );
    }
}

#[test]
fn lengths_that_lie_are_refused_before_memory_is_taken() {
    let huge = u64::MAX.to_le_bytes();
    let start = [&b"GGUF\x03\0\0\0"[..], &[0; 8], &1u64.to_le_bytes()].concat();
    let key = b"\x01\0\0\0\0\0\0\0k";
    for (what, rest) in [
        ("key", vec![&huge[..]]),
        ("string", vec![key, &[8, 0, 0, 0], &huge]),
        ("numbers", vec![key, &[9, 0, 0, 0, 10, 0, 0, 0], &huge]),
        (
            "strings",
            vec![key, &[9, 0, 0, 0, 8, 0, 0, 0], &huge, &huge],
        ),
        ("nested", vec![key, &[9, 0, 0, 0, 9, 0, 0, 0], &huge]),
        ("type", vec![key, &[13, 0, 0, 0], &huge]),
    ] {
        let bytes = [start.clone(), rest.concat()].concat();
        let error = read(&bytes).unwrap_err();
        let expected = match what {
            "key" | "nested" | "type" => matches!(error, ReadError::Damaged(_)),
            _ => matches!(error, ReadError::Truncated),
        };
        assert!(expected, "{what}: {error}");
    }
    let bytes = [&b"GGUF\x03\0\0\0"[..], &[0; 8], &huge].concat();
    assert!(matches!(read(&bytes), Err(ReadError::Damaged(_))));
    // The same in a file long enough for the lie.
    let bytes = [&start[..], key, &[8, 0, 0, 0], &huge].concat();
    let claimed = parse(&bytes[..], 1 << 40, |_| true);
    assert!(matches!(claimed, Err(ReadError::TooLong)));
}

#[test]
fn a_key_may_not_be_there_twice() {
    let twice = [entries(), entries()].concat();
    let error = read(&front(&twice, &[])).unwrap_err().to_string();
    assert!(
        error.contains("general.architecture is there twice"),
        "{error}"
    );
}

/// A file with two tensors.
fn with_tensors() -> Vec<u8> {
    let tensor = |name: &str, dims: &[u64], bytes| TensorInfo {
        name: name.to_owned(),
        dims: dims.to_vec(),
        format: 1,
        bytes,
    };
    let tensors = [tensor("t", &[3, 2], 32), tensor("u", &[5, 4], 40)];
    let mut bytes = front(&entries(), &tensors);
    bytes.extend([0; 72]);
    bytes
}

fn read_header(bytes: &[u8]) -> Result<Header, ReadError> {
    parse_header(bytes, bytes.len() as u64)
}

#[test]
fn tensors_that_were_written_are_read_back() {
    let Header {
        entries: read,
        tensors,
    } = read_header(&with_tensors()).unwrap();
    assert_eq!(read, entries());
    let found: Vec<_> = tensors
        .iter()
        .map(|t| (t.name.as_str(), &t.dims[..], t.format, t.bytes))
        .collect();
    assert_eq!(
        found,
        [("t", &[3, 2][..], 1, 32), ("u", &[5, 4][..], 1, 40)]
    );
}

#[test]
fn a_file_that_ends_before_its_tensors_is_refused() {
    let mut bytes = with_tensors();
    bytes.truncate(bytes.len() - 41);
    assert!(matches!(read_header(&bytes), Err(ReadError::Short)));
    let front = with_tensors().len() - 72;
    for cut in 0..front - 32 {
        assert!(read_header(&bytes[..cut]).is_err(), "{cut}");
    }
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = read(&bytes);
        let _ = read_header(&[b"GGUF\x03\0\0\0", &bytes[..]].concat());
    }

    #[test]
    fn damage_to_the_table_never_panics(at in END..300usize, byte: u8, len: u64) {
        let mut bytes = with_tensors();
        bytes[at] = byte;
        let _ = read_header(&bytes);
        if let Some(eight) = bytes[at..].first_chunk_mut() {
            *eight = len.to_le_bytes();
        }
        let _ = read_header(&bytes);
    }

    #[test]
    fn damage_never_panics(at in 0..END, byte: u8, len: u64) {
        let mut bytes = file();
        bytes[at] = byte;
        let _ = read(&bytes);
        let mut bytes = file();
        if let Some(eight) = bytes[at..].first_chunk_mut() {
            *eight = len.to_le_bytes();
        }
        let _ = read(&bytes);
    }
}
