//! Sizes of llama.cpp's buffers.
//!
//! llama.cpp's C API does not tell them, but its log does, in steps of 0.01 MiB, also for a
//! model without weights ([`crate::Outline`]), whose buffers it plans and does not make.

/// Bytes of a model's or a session's buffers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Buffers {
    /// Weights as they are in the file, from the first to the last that is used so.
    pub mapped: u64,
    /// Weights that were rearranged for the CPU.
    pub repacked: u64,
    /// KV cache.
    pub kv: u64,
    /// Recurrent state.
    pub state: u64,
    /// Intermediate results of one physical batch.
    pub compute: u64,
    /// Logits.
    pub output: u64,
}

impl Buffers {
    /// Adds what a line of llama.cpp's log says, such as
    /// `load_tensors:   CPU_Mapped model buffer size =    35.40 MiB`.
    pub(crate) fn note(&mut self, line: &str) {
        let Some((function, rest)) = line.split_once(": ") else {
            return;
        };
        let Some((what, size)) = rest.split_once("size = ") else {
            return;
        };
        let Some(bytes) = mebibytes(size) else { return };
        let what = what.trim();
        if what.ends_with("model buffer") {
            match what.starts_with("CPU_REPACK") {
                true => self.repacked += bytes,
                false => self.mapped += bytes,
            }
        } else if what.ends_with("output buffer") {
            self.output = bytes;
        } else if what.ends_with("compute buffer") {
            // Said again when a graph is planned anew.
            self.compute = bytes;
        } else if what.is_empty() {
            // One line for each kind of layer. (The buffers' own lines say 0 for a plan.)
            match function {
                "llama_kv_cache" => self.kv += bytes,
                "llama_memory_recurrent" => self.state += bytes,
                _ => {}
            }
        }
    }
}

/// `   35.40 MiB ...` in bytes.
fn mebibytes(text: &str) -> Option<u64> {
    let (number, _) = text.trim_start().split_once(" MiB")?;
    let number: f64 = number.parse().ok()?;
    (number >= 0.0).then_some((number * f64::from(1 << 20)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn llama_cpps_lines_are_read() {
        let mut buffers = Buffers::default();
        for line in [
            "load_tensors:   CPU_Mapped model buffer size =     2.00 MiB",
            "load_tensors:   CPU_REPACK model buffer size =     3.50 MiB",
            "llama_context:        CPU  output buffer size =     0.25 MiB",
            "llama_kv_cache:        CPU KV buffer size =     0.00 MiB",
            "llama_kv_cache: size =   24.00 MiB (  2048 cells,  24 layers,  1/1 seqs), K (f16):   12.00 MiB, V (f16):   12.00 MiB",
            "llama_kv_cache: size =    1.00 MiB (   512 cells,   8 layers,  1/1 seqs), K (f16):    0.50 MiB, V (f16):    0.50 MiB",
            "llama_memory_recurrent: size =    0.50 MiB (     1 cells,   2 layers,  1 seqs  0 rs_seq), R (f32):    0.25 MiB",
            "sched_reserve:        CPU compute buffer size =     9.00 MiB",
            "sched_reserve:        CPU compute buffer size =     8.00 MiB",
            "~llama_context:        CPU compute buffer size is   8.0000 MiB, matches expectation of   8.0000 MiB",
            "print_info: file size   = 20.00 MiB (4.50 BPW)",
            "x: size = much",
        ] {
            buffers.note(line);
        }
        let mib = |n: f64| (n * 1048576.0) as u64;
        assert_eq!(
            buffers,
            Buffers {
                mapped: mib(2.0),
                repacked: mib(3.5),
                kv: mib(25.0),
                state: mib(0.5),
                compute: mib(8.0),
                output: mib(0.25),
            }
        );
    }
}
