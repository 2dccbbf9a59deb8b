//! The row about what the machine could do at best, and what a token takes of it.

use edgescore_engine::Facts;
use edgescore_probe::{Bytes, Peak, Reading, Reason, Roofline, forget_memory_peak};
use edgescore_record::{self as record, TokenWork};

/// Measures the machine for a model file of `model` bytes. The memory that it takes meanwhile
/// does not count for the peak.
pub fn measure(model: Bytes) -> Roofline {
    let roofline = Roofline::measure(model);
    if let Err(error) = forget_memory_peak() {
        log::debug!("the peak of memory counts the roofline's buffer: {error}");
    }
    roofline
}

/// The row of a measured roofline and a loaded model, whose tokens add `kv` each.
pub fn row(machine: &Roofline, model: &Facts, kv: Bytes) -> record::Roofline<'static> {
    let instruction = |peak: Reading<Peak>| peak.value().map_or("", |peak| peak.instruction);
    let rate = |peak: Reading<Peak>| peak.map(|peak| peak.rate);
    record::Roofline {
        threads: machine.threads,
        buffer: machine.buffer,
        bandwidth: machine.bandwidth,
        int8: rate(machine.int8),
        int8_instruction: instruction(machine.int8),
        f32: rate(machine.f32),
        f32_instruction: instruction(machine.f32),
        token: match model.token_weights {
            Some(weights) => Reading::Value(TokenWork {
                multiplied: weights.multiplied,
                weights: Bytes(weights.read_bytes),
                kv,
            }),
            None => Reading::Missing(Reason::Unsupported),
        },
    }
}
