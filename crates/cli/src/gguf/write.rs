//! Writes the front of a GGUF version 3 file: all that comes before the tensors' data.

use super::value::{
    ALIGNMENT, ALIGNMENT_KEY, Entry, Kind, MAGIC, TensorInfo, Value, is_alignment, push_string,
};

const VERSION: u32 = 3;

/// The bytes of a file up to its tensor data, padded to where that starts. The data must
/// follow in the order of `tensors`, each tensor padded to [`padded`].
pub fn front(metadata: &[Entry], tensors: &[TensorInfo]) -> Vec<u8> {
    let alignment = alignment(metadata);
    let mut out = Vec::new();
    out.extend(MAGIC);
    out.extend(VERSION.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in metadata {
        push_string(&mut out, key.as_bytes());
        push_value(&mut out, value);
    }
    let mut offset = 0;
    for tensor in tensors {
        push_string(&mut out, tensor.name.as_bytes());
        out.extend((tensor.dims.len() as u32).to_le_bytes());
        for dim in &tensor.dims {
            out.extend(dim.to_le_bytes());
        }
        out.extend(tensor.format.to_le_bytes());
        out.extend(u64::to_le_bytes(offset));
        offset += padded(tensor.bytes, alignment);
    }
    out.resize(padded(out.len() as u64, alignment) as usize, 0);
    out
}

/// The alignment of a file with this metadata.
pub fn alignment(metadata: &[Entry]) -> u64 {
    let entry = metadata.iter().find(|(key, _)| key == ALIGNMENT_KEY);
    let asked = entry.and_then(|(_, value)| value.number());
    asked
        .filter(|asked| is_alignment(*asked))
        .unwrap_or(ALIGNMENT)
}

/// The next multiple of a file's alignment.
pub fn padded(bytes: u64, alignment: u64) -> u64 {
    bytes.next_multiple_of(alignment)
}

fn push_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Scalar { kind, bytes } => {
            out.extend((*kind as u32).to_le_bytes());
            out.extend(bytes);
        }
        Value::Array(array) => {
            out.extend((Kind::Array as u32).to_le_bytes());
            out.extend((array.kind as u32).to_le_bytes());
            out.extend(array.len.to_le_bytes());
            out.extend(&array.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::Array;
    use super::*;

    #[test]
    fn a_file_starts_with_the_bytes_of_the_specification() {
        let mut names = Array::empty(Kind::String);
        names.push(b"z");
        let metadata = [
            ("a".to_owned(), Value::u32(7)),
            ("b".to_owned(), Value::Array(names)),
        ];
        let tensor = |name: &str| TensorInfo {
            name: name.to_owned(),
            dims: vec![3, 2],
            format: 1,
            bytes: 12,
        };
        let expected = [
            &b"GGUF\x03\0\0\0"[..],
            b"\x02\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0",
            b"\x01\0\0\0\0\0\0\0a\x04\0\0\0\x07\0\0\0",
            b"\x01\0\0\0\0\0\0\0b\x09\0\0\0\x08\0\0\0\x01\0\0\0\0\0\0\0",
            b"\x01\0\0\0\0\0\0\0z",
            b"\x01\0\0\0\0\0\0\0t\x02\0\0\0\x03\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0",
            b"\x01\0\0\0\0\0\0\0\0\0\0\0",
            b"\x01\0\0\0\0\0\0\0u\x02\0\0\0\x03\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0",
            // Six half floats take 12 bytes; the next tensor starts at 32.
            b"\x01\0\0\0\x20\0\0\0\0\0\0\0",
        ]
        .concat();
        let front = front(&metadata, &[tensor("t"), tensor("u")]);
        assert_eq!(front.len() % 32, 0);
        let (written, padding) = front.split_at(expected.len());
        assert_eq!(written, expected);
        assert!(padding.len() < 32 && padding.iter().all(|b| *b == 0));
    }
}
