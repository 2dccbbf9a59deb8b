//! What a GGUF header is made of.

/// First four bytes of the file.
pub const MAGIC: [u8; 4] = *b"GGUF";
/// Tensor data starts at a multiple of this, and so does each tensor in it.
pub const ALIGNMENT: u64 = 32;
/// The largest that is taken, 16 times the pages of a board: more would only make a copy of the file long.
const MAX_ALIGNMENT: u64 = 1 << 20;
/// The key of another one.
pub const ALIGNMENT_KEY: &str = "general.alignment";

/// Whether a file may have this alignment.
pub fn is_alignment(asked: u64) -> bool {
    asked.is_power_of_two() && asked <= MAX_ALIGNMENT
}

/// The type of a value (`enum gguf_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[allow(missing_docs)]
pub enum Kind {
    U8 = 0,
    I8 = 1,
    U16 = 2,
    I16 = 3,
    U32 = 4,
    I32 = 5,
    F32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    U64 = 10,
    I64 = 11,
    F64 = 12,
}

impl Kind {
    /// The type with this number.
    pub fn from_number(number: u32) -> Option<Self> {
        use Kind::*;
        [
            U8, I8, U16, I16, U32, I32, F32, Bool, String, Array, U64, I64, F64,
        ]
        .into_iter()
        .find(|kind| *kind as u32 == number)
    }

    /// Bytes of a value, for the types where all values are of one length.
    pub fn fixed_bytes(self) -> Option<u64> {
        use Kind::*;
        match self {
            U8 | I8 | Bool => Some(1),
            U16 | I16 => Some(2),
            U32 | I32 | F32 => Some(4),
            U64 | I64 | F64 => Some(8),
            String | Array => None,
        }
    }
}

/// A key and its value.
pub type Entry = (String, Value);

/// A tensor as a file's table has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its name.
    pub name: String,
    /// Its size, the length of a row first.
    pub dims: Vec<u64>,
    /// The number of its format (`enum ggml_type`).
    pub format: u32,
    /// Bytes of its data; of one that was read, with what stands between it and the next.
    pub bytes: u64,
}

/// A metadata value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A single value, a string with its length before it.
    Scalar {
        /// Its type, not an array.
        kind: Kind,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// Values of one type.
    Array(Array),
}

/// An array of single values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    /// The type of each element, not an array.
    pub kind: Kind,
    /// How many there are.
    pub len: u64,
    /// Their bytes, one after the other.
    pub bytes: Vec<u8>,
}

impl Value {
    fn scalar(kind: Kind, bytes: &[u8]) -> Self {
        Self::Scalar {
            kind,
            bytes: bytes.to_vec(),
        }
    }

    /// A 32-bit number.
    pub fn u32(value: u32) -> Self {
        Self::scalar(Kind::U32, &value.to_le_bytes())
    }

    /// A 64-bit number.
    pub fn u64(value: u64) -> Self {
        Self::scalar(Kind::U64, &value.to_le_bytes())
    }

    /// A float.
    pub fn f32(value: f32) -> Self {
        Self::scalar(Kind::F32, &value.to_le_bytes())
    }

    /// Yes or no.
    pub fn bool(value: bool) -> Self {
        Self::scalar(Kind::Bool, &[u8::from(value)])
    }

    /// Text.
    pub fn string(value: &str) -> Self {
        let mut bytes = Vec::new();
        push_string(&mut bytes, value.as_bytes());
        Self::Scalar {
            kind: Kind::String,
            bytes,
        }
    }

    /// A whole number that is not negative, of whatever type.
    pub fn number(&self) -> Option<u64> {
        let Self::Scalar { kind, bytes } = self else {
            return None;
        };
        let mut wide = [0; 8];
        wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
        let number = u64::from_le_bytes(wide);
        let negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
        match kind {
            Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => Some(number),
            Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 if !negative => Some(number),
            _ => None,
        }
    }

    /// Text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar {
                kind: Kind::String,
                bytes,
            } => std::str::from_utf8(bytes.get(8..)?).ok(),
            _ => None,
        }
    }
}

impl Array {
    /// No elements, of this type.
    pub fn empty(kind: Kind) -> Self {
        Self {
            kind,
            len: 0,
            bytes: Vec::new(),
        }
    }

    /// Appends an element of the array's type.
    pub fn push(&mut self, bytes: &[u8]) {
        match self.kind {
            Kind::String => push_string(&mut self.bytes, bytes),
            _ => self.bytes.extend_from_slice(bytes),
        }
        self.len += 1;
    }

    /// Leaves the first `len` elements. An array of strings, which have no common length, stays as
    /// it is.
    pub fn truncate(&mut self, len: u64) {
        if let Some(each) = self.kind.fixed_bytes()
            && len < self.len
        {
            self.bytes.truncate((len * each) as usize);
            self.len = len;
        }
    }

    /// The elements of an array of 32-bit whole numbers; of another array, none.
    pub fn i32s(&self) -> impl Iterator<Item = i32> {
        let bytes = match self.kind {
            Kind::I32 => self.bytes.as_slice(),
            _ => &[],
        };
        let numbers = bytes.as_chunks().0.iter();
        numbers.map(|bytes| i32::from_le_bytes(*bytes))
    }

    /// The elements of an array of strings; of another array, none.
    pub fn strings(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = match self.kind {
            Kind::String => self.bytes.as_slice(),
            _ => &[],
        };
        std::iter::from_fn(move || {
            let (len, after) = rest.split_first_chunk()?;
            let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
            let (text, after) = after.split_at_checked(len)?;
            rest = after;
            Some(text)
        })
    }
}

/// Appends a string as GGUF has it: its length in bytes, then the bytes.
pub fn push_string(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(&(text.len() as u64).to_le_bytes());
    out.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_numbers_and_sizes_of_the_format() {
        assert_eq!(Kind::from_number(8), Some(Kind::String));
        assert_eq!(Kind::from_number(12), Some(Kind::F64));
        assert_eq!(Kind::from_number(13), None);
        let sizes: Vec<_> = (0..13)
            .filter_map(Kind::from_number)
            .map(|k| k.fixed_bytes().unwrap_or(0))
            .collect();
        assert_eq!(sizes, [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8]);
    }

    #[test]
    fn numbers_of_any_type_and_texts_are_read() {
        assert_eq!(Value::u32(24).number(), Some(24));
        assert_eq!(Value::u64(1 << 40).number(), Some(1 << 40));
        let of = |kind, bytes: &[u8]| Value::scalar(kind, bytes).number();
        assert_eq!(of(Kind::I32, &(-1i32).to_le_bytes()), None);
        assert_eq!(of(Kind::I16, &7i16.to_le_bytes()), Some(7));
        assert_eq!(of(Kind::F32, &1f32.to_le_bytes()), None);
        assert_eq!(Value::string("qwen2").text(), Some("qwen2"));
        assert_eq!(Value::string("qwen2").number(), None);
        assert_eq!(Value::u32(24).text(), None);
    }

    #[test]
    fn an_array_is_cut_to_its_first_elements() {
        let mut heads = Array::empty(Kind::I32);
        for value in [1i32, 2, 3] {
            heads.push(&value.to_le_bytes());
        }
        heads.truncate(5);
        assert_eq!(heads.len, 3);
        heads.truncate(2);
        assert_eq!((heads.len, heads.bytes.len()), (2, 8));
    }

    #[test]
    fn strings_come_back_out_of_an_array() {
        let mut array = Array::empty(Kind::String);
        array.push(b"ab");
        array.push(b"");
        assert_eq!(array.len, 2);
        assert_eq!(array.bytes, b"\x02\0\0\0\0\0\0\0ab\0\0\0\0\0\0\0\0");
        assert_eq!(array.strings().collect::<Vec<_>>(), [&b"ab"[..], b""]);
    }
}
