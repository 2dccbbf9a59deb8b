//! What an ONNX file says of its weights: of the messages of `onnx.proto` as much as that needs.

use std::collections::HashMap;

/// The weights of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Number of parameters.
    pub parameters: u64,
    /// Bytes of all tensors.
    pub bytes: u64,
    /// How most of them are stored, such as `INT4`.
    pub format: String,
}

/// Reads the weights of the graph in `file`; `None` where it is no ONNX file.
pub fn weights(file: &[u8]) -> Option<Weights> {
    let mut graph = None;
    each(file, |field, value| {
        if let (7, Value::Bytes(bytes)) = (field, value) {
            graph = Some(bytes);
        }
    })?;
    let (mut nodes, mut tensors) = (Vec::new(), HashMap::new());
    each(graph?, |field, value| match (field, value) {
        (1, Value::Bytes(bytes)) => nodes.push(bytes),
        (5, Value::Bytes(bytes)) => {
            if let Some((name, tensor)) = tensor(bytes) {
                tensors.insert(name, tensor);
            }
        }
        _ => {}
    })?;
    let bytes = tensors.values().map(Tensor::bytes).sum();
    let mut by_format: HashMap<String, u64> = HashMap::new();
    // What is packed into bytes counts by its bits; scales, zero points and the tables of rotary positions
    // are no parameters.
    for node in nodes.into_iter().filter_map(node) {
        let packed = match node.kind {
            "MatMulNBits" => node.inputs.get(1),
            "GatherBlockQuantized" => node.inputs.first(),
            "GroupQueryAttention" | "RotaryEmbedding" => {
                for input in &node.inputs {
                    if input.contains("_cache") {
                        tensors.remove(input);
                    }
                }
                continue;
            }
            _ => continue,
        };
        let bits = node.bits.unwrap_or(4).clamp(1, 64);
        if let Some(tensor) = packed.and_then(|name| tensors.remove(name)) {
            let count = tensor.bytes().saturating_mul(8) / bits;
            *by_format.entry(format!("INT{bits}")).or_default() += count;
        }
        for input in &node.inputs {
            if input.contains("scale") || input.contains("zero_point") || input.contains("_zp") {
                tensors.remove(input);
            }
        }
    }
    for tensor in tensors.values() {
        if let Some(format) = tensor.format() {
            *by_format.entry(format.to_owned()).or_default() += tensor.elements;
        }
    }
    let most = by_format.iter().max_by_key(|(_, count)| **count);
    Some(Weights {
        parameters: by_format.values().sum(),
        bytes,
        format: most.map(|(format, _)| format.clone()).unwrap_or_default(),
    })
}

/// TensorProto, without its values.
#[derive(Clone, Copy)]
struct Tensor {
    elements: u64,
    kind: u64,
}

impl Tensor {
    /// Its bytes, by TensorProto.DataType.
    fn bytes(&self) -> u64 {
        let bits = match self.kind {
            1 | 6 | 12 => 32,
            4 | 5 | 10 | 16 => 16,
            7 | 11 | 13 => 64,
            21 | 22 => 4,
            _ => 8,
        };
        self.elements.saturating_mul(bits) / 8
    }

    /// What parameters are; shapes and places are whole numbers and none.
    fn format(&self) -> Option<&'static str> {
        match self.kind {
            1 => Some("FP32"),
            10 => Some("FP16"),
            16 => Some("BF16"),
            _ => None,
        }
    }
}

fn tensor(bytes: &[u8]) -> Option<(String, Tensor)> {
    let (mut name, mut kind, mut elements) = (String::new(), 0, 1u64);
    let mut times = |dimension: u64| elements = elements.saturating_mul(dimension);
    each(bytes, |field, value| match (field, value) {
        (1, Value::Number(dimension)) => times(dimension),
        (1, Value::Bytes(packed)) => {
            let mut rest = packed;
            while let Some(dimension) = number(&mut rest) {
                times(dimension);
            }
        }
        (2, Value::Number(number)) => kind = number,
        (8, Value::Bytes(bytes)) => name = String::from_utf8_lossy(bytes).into_owned(),
        _ => {}
    })?;
    Some((name, Tensor { elements, kind }))
}

/// NodeProto: an operation.
struct Node<'f> {
    kind: &'f str,
    inputs: Vec<String>,
    bits: Option<u64>,
}

fn node(bytes: &[u8]) -> Option<Node<'_>> {
    let mut node = Node {
        kind: "",
        inputs: Vec::new(),
        bits: None,
    };
    each(bytes, |field, value| match (field, value) {
        (1, Value::Bytes(name)) => node.inputs.push(String::from_utf8_lossy(name).into_owned()),
        (4, Value::Bytes(kind)) => node.kind = std::str::from_utf8(kind).unwrap_or_default(),
        (5, Value::Bytes(attribute)) => {
            let (mut is_bits, mut whole) = (false, None);
            let read = each(attribute, |field, value| match (field, value) {
                (1, Value::Bytes(name)) => is_bits = name == b"bits",
                (3, Value::Number(number)) => whole = Some(number),
                _ => {}
            });
            if is_bits && read.is_some() {
                node.bits = whole;
            }
        }
        _ => {}
    })?;
    Some(node)
}

/// A field's value.
enum Value<'f> {
    Number(u64),
    Bytes(&'f [u8]),
}

/// Gives `take` every field of a message; `None` where it is none.
fn each<'f>(mut message: &'f [u8], mut take: impl FnMut(u64, Value<'f>)) -> Option<()> {
    while !message.is_empty() {
        let key = number(&mut message)?;
        let value = match key & 7 {
            0 => Value::Number(number(&mut message)?),
            2 => {
                let length = usize::try_from(number(&mut message)?).ok()?;
                let (bytes, rest) = message.split_at_checked(length)?;
                message = rest;
                Value::Bytes(bytes)
            }
            kind @ (1 | 5) => {
                let length = if kind == 1 { 8 } else { 4 };
                message = message.get(length..)?;
                continue;
            }
            _ => return None,
        };
        take(key >> 3, value);
    }
    Some(())
}

/// Takes a whole number off the front.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![number << 3 | 2];
        match u8::try_from(bytes.len()).unwrap() {
            length @ 0..=0x7F => out.push(length),
            length => out.extend([length, 1]),
        }
        out.extend_from_slice(bytes);
        out
    }

    fn tensor(name: &str, kind: u8, dimensions: &[u8]) -> Vec<u8> {
        let mut out = field(1, dimensions);
        out.extend([2 << 3, kind]);
        out.extend(field(8, name.as_bytes()));
        field(5, &out)
    }

    #[test]
    fn packed_weights_count_by_their_bits() {
        let mut matmul = field(1, b"x");
        for name in ["w_Q4", "w_scales"] {
            matmul.extend(field(1, name.as_bytes()));
        }
        matmul.extend(field(4, b"MatMulNBits"));
        matmul.extend(field(5, &[field(1, b"bits"), vec![3 << 3, 4]].concat()));
        let mut graph = field(1, &matmul);
        graph.extend(tensor("w_Q4", 2, &[64, 6, 16]));
        graph.extend(tensor("w_scales", 1, &[64, 6]));
        graph.extend(tensor("norm", 1, &[100]));
        graph.extend(tensor("shape", 7, &[4]));
        let whole = field(7, &graph);
        let read = weights(&whole).unwrap();
        assert_eq!(read.parameters, 64 * 6 * 16 * 2 + 100);
        assert_eq!(read.bytes, 64 * 6 * 16 + 64 * 6 * 4 + 400 + 32);
        assert_eq!(read.format, "INT4");
        for cut in 0..whole.len() {
            // It ends, whatever it says.
            let _ = weights(&whole[..cut]);
        }
    }
}
