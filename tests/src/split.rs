//! Other forms of the same model: split as llama.cpp's `llama-gguf-split` does, or with another alignment.

/// A GGUF (version 3, alignment 32) in two parts: the first has all metadata and the first half of
/// the tensors, the second the rest.
pub fn split_in_two(model: &[u8]) -> [Vec<u8>; 2] {
    let Parts {
        metadata,
        pairs,
        infos,
        data,
    } = Parts::of(model);
    let tensors = infos.len() as u64;
    let half = infos.len() / 2;
    let cut = infos[half].1;
    let (first, second) = infos.split_at(half);
    [
        part(0, tensors, (pairs, metadata), (first, 0), &data[..cut]),
        part(1, tensors, (0, &[]), (second, cut), &data[cut..]),
    ]
}

/// The same model with this alignment and so many keys more, which say nothing.
pub fn aligned(model: &[u8], alignment: usize, more: u32) -> Vec<u8> {
    const U32: u32 = 4;
    let parts = Parts::of(model);
    let mut out = model[..8].to_vec();
    out.extend((parts.infos.len() as u64).to_le_bytes());
    out.extend((parts.pairs + 1 + u64::from(more)).to_le_bytes());
    out.extend(parts.metadata);
    let keys = (0..more).map(|number| format!("test.{number}"));
    for key in std::iter::once("general.alignment".to_owned()).chain(keys) {
        out.extend((key.len() as u64).to_le_bytes());
        out.extend(key.as_bytes());
        out.extend(U32.to_le_bytes());
        out.extend((alignment as u32).to_le_bytes());
    }
    let mut data: Vec<u8> = Vec::new();
    let ends = parts.infos.iter().skip(1).map(|(_, offset)| *offset);
    let ends = ends.chain([parts.data.len()]);
    for ((info, from), to) in parts.infos.iter().zip(ends) {
        out.extend(*info);
        out.extend((data.len() as u64).to_le_bytes());
        data.extend(&parts.data[*from..to]);
        data.resize(data.len().next_multiple_of(alignment), 0);
    }
    out.resize(out.len().next_multiple_of(alignment), 0);
    out.extend(data);
    out
}

/// What a GGUF is made of.
struct Parts<'m> {
    metadata: &'m [u8],
    pairs: u64,
    /// What is said of each tensor, and where it begins in the data.
    infos: Vec<(&'m [u8], usize)>,
    data: &'m [u8],
}

impl Parts<'_> {
    fn of(model: &[u8]) -> Parts<'_> {
        let mut at = Place { model, at: 8 };
        let (tensors, pairs) = (at.number(8), at.number(8));
        let start = at.at;
        for _ in 0..pairs {
            at.string();
            let kind = at.number(4);
            at.value(kind);
        }
        let metadata = &model[start..at.at];
        let mut infos = Vec::new();
        for _ in 0..tensors {
            let start = at.at;
            at.string();
            let dims = at.number(4);
            at.skip(8 * dims + 4);
            let info = &model[start..at.at];
            infos.push((info, at.number(8) as usize));
        }
        Parts {
            metadata,
            pairs,
            infos,
            data: &model[at.at.next_multiple_of(32)..],
        }
    }
}

fn part(
    number: u16,
    tensors: u64,
    (pairs, metadata): (u64, &[u8]),
    (infos, from): (&[(&[u8], usize)], usize),
    data: &[u8],
) -> Vec<u8> {
    const U16: u32 = 2;
    const I32: u32 = 5;
    let mut out = b"GGUF\x03\0\0\0".to_vec();
    out.extend((infos.len() as u64).to_le_bytes());
    out.extend((pairs + 3).to_le_bytes());
    out.extend(metadata);
    let mut pair = |key: &str, kind: u32, value: &[u8]| {
        out.extend((key.len() as u64).to_le_bytes());
        out.extend(key.as_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(value);
    };
    pair("split.no", U16, &number.to_le_bytes());
    pair("split.count", U16, &2u16.to_le_bytes());
    pair("split.tensors.count", I32, &(tensors as i32).to_le_bytes());
    for (info, offset) in infos {
        out.extend(*info);
        out.extend(((offset - from) as u64).to_le_bytes());
    }
    out.resize(out.len().next_multiple_of(32), 0);
    out.extend(data);
    out
}

struct Place<'m> {
    model: &'m [u8],
    at: usize,
}

impl Place<'_> {
    fn number(&mut self, bytes: usize) -> u64 {
        let digits = self.model[self.at..self.at + bytes].iter().rev();
        self.at += bytes;
        digits.fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn skip(&mut self, bytes: u64) {
        self.at += bytes as usize;
    }

    fn string(&mut self) {
        let bytes = self.number(8);
        self.skip(bytes);
    }

    /// A value by its type (ggml's docs/gguf.md): 8 is a string, 9 an array.
    fn value(&mut self, kind: u64) {
        match kind {
            0 | 1 | 7 => self.skip(1),
            2 | 3 => self.skip(2),
            4..=6 => self.skip(4),
            8 => self.string(),
            9 => {
                let (kind, length) = (self.number(4), self.number(8));
                (0..length).for_each(|_| self.value(kind));
            }
            _ => self.skip(8),
        }
    }
}
