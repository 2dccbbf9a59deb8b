//! How close a run came to what its machine could do.

use edgescore_record::{Roofline, TokenWork};
use edgescore_score::{Reading, Reason};
use schemars::JsonSchema;
use serde::Serialize;

use crate::asked::Asked;
use crate::figure::Figure;
use crate::labels::Labelled;
use crate::rules;

/// What the machine could do at best, and the shares that a run reached.
#[derive(Clone, Debug)]
pub struct RooflineSummary {
    /// Model-bandwidth utilisation: bytes of weights and KV cache read a second of decode, of
    /// the read bandwidth.
    pub decode: Reading<f64>,
    /// Arithmetic utilisation: operations with weights a second of prefill, of the peak.
    pub prefill: Reading<f64>,
    /// Which peak that is.
    pub peak: Peak,
    machine: Option<Machine>,
}

/// The peak that prefill is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peak {
    /// Of operations on 8-bit integers, for quantised weights.
    Int8,
    /// Of operations on 32-bit floats.
    F32,
}

edgescore_record::labels! {
    Peak {
        Int8 = "int8",
        F32 = "f32",
    }
}

/// What was measured before the model was loaded, and what a token takes.
#[derive(Clone, Debug)]
pub struct Machine {
    threads: u16,
    buffer: u64,
    bandwidth: Reading<u64>,
    int8: Reading<u64>,
    int8_instruction: String,
    f32: Reading<u64>,
    f32_instruction: String,
    token: Reading<TokenWork>,
}

impl From<&Roofline<'_>> for Machine {
    fn from(row: &Roofline) -> Machine {
        Machine {
            threads: row.threads,
            buffer: row.buffer.0,
            bandwidth: row.bandwidth.map(|rate| rate.0),
            int8: row.int8.map(|rate| rate.0),
            int8_instruction: row.int8_instruction.to_owned(),
            f32: row.f32.map(|rate| rate.0),
            f32_instruction: row.f32_instruction.to_owned(),
            token: row.token,
        }
    }
}

/// What decode read, summed over all generated tokens but the first of each text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DecodeWork {
    /// Tokens decoded.
    tokens: u64,
    /// Tokens that stood before each of them, summed: what was read of the KV cache.
    before: u64,
}

impl DecodeWork {
    /// Adds the texts of a question.
    pub(crate) fn add(&mut self, asked: &Asked) {
        let Ok(question) = &asked.outcome else { return };
        let greedy = question
            .generated
            .map_or(0, |text| rules::decoded_tokens(&text));
        self.text(question.prompt_tokens, u64::from(greedy), 1);
        let draws = u64::from(asked.draws.drawn);
        self.text(question.prompt_tokens, asked.draws.decoded, draws);
    }

    /// `decoded` tokens in `texts` of about the same length behind one prompt.
    fn text(&mut self, prompt: u32, decoded: u64, texts: u64) {
        let each = decoded / texts.max(1);
        self.tokens = self.tokens.saturating_add(decoded);
        let mean = u64::from(prompt).saturating_add(each.saturating_add(1) / 2);
        self.before = self.before.saturating_add(decoded.saturating_mul(mean));
    }

    fn bytes(self, token: TokenWork) -> f64 {
        self.tokens as f64 * token.weights.0 as f64 + self.before as f64 * token.kv.0 as f64
    }
}

impl RooflineSummary {
    /// Of what the machine could do, if that was measured. `prefill_tps` is in tokens a second;
    /// decode took `decode_us` microseconds.
    pub(crate) fn of(
        machine: Option<Machine>,
        quantisation: &str,
        prefill_tps: Reading<f64>,
        work: DecodeWork,
        decode_us: u64,
    ) -> RooflineSummary {
        const OFF: Reading<f64> = Reading::Missing(Reason::Off);
        let row = machine.as_ref();
        let token = row.map_or(Reading::Missing(Reason::Off), |row| row.token);
        let done =
            prefill_tps.and_then(|tps| token.map(|token| 2.0 * token.multiplied as f64 * tps));
        let read = match decode_us {
            0 => Reading::Missing(Reason::NoRows),
            us => token.map(|token| work.bytes(token) * 1e6 / us as f64),
        };
        let peak = match quantisation {
            "F32" | "F16" | "BF16" | "all F32" => Peak::F32,
            _ => Peak::Int8,
        };
        let best = row.map_or(OFF, |row| match peak {
            Peak::Int8 => rate(row.int8),
            Peak::F32 => rate(row.f32),
        });
        let bandwidth = row.map_or(OFF, |row| rate(row.bandwidth));
        let share =
            |of: Reading<f64>, best: Reading<f64>| of.and_then(|of| best.map(|best| of / best));
        RooflineSummary {
            decode: share(read, bandwidth),
            prefill: share(done, best),
            peak,
            machine,
        }
    }
}

fn rate(rate: Reading<u64>) -> Reading<f64> {
    rate.map(|rate| rate as f64)
}

/// What the machine could do at best, what a token takes, and the shares that the run reached.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RooflineView {
    /// Threads that measured it.
    pub threads: Option<u16>,
    /// What was read again and again; where caches hold it, the bandwidth is theirs.
    pub buffer_bytes: Option<u64>,
    /// Memory read in a second.
    pub bandwidth_bytes_per_s: Figure<f64>,
    /// Operations on 8-bit integers.
    pub int8_operations_per_s: Figure<f64>,
    /// The instruction that reached it; empty without one.
    pub int8_instruction: Option<String>,
    /// Operations on 32-bit floats.
    pub f32_operations_per_s: Figure<f64>,
    /// The instruction that reached it; empty without one.
    pub f32_instruction: Option<String>,
    /// Weights that a token of a prompt is multiplied with.
    pub weights_multiplied_per_token: Figure<u64>,
    /// Bytes of weights read to decode a token.
    pub weight_bytes_per_token: Figure<u64>,
    /// Bytes that a token adds to the KV cache.
    pub kv_bytes_per_token: Figure<u64>,
    /// Bytes read a second of decode, of the bandwidth.
    pub decode_bandwidth_utilisation: Figure<f64>,
    /// Operations with weights a second of prefill, of the peak.
    pub prefill_arithmetic_utilisation: Figure<f64>,
    /// Which peak that is: of 8-bit integers for quantised weights.
    pub prefill_peak: Labelled<Peak>,
}

impl From<&RooflineSummary> for RooflineView {
    fn from(roofline: &RooflineSummary) -> RooflineView {
        let row = roofline.machine.as_ref();
        let per_second = |of: fn(&Machine) -> Reading<u64>| {
            Figure::from(row.map_or(Reading::Missing(Reason::Off), |row| rate(of(row))))
        };
        let count = |of: fn(TokenWork) -> u64| {
            let token = row.map_or(Reading::Missing(Reason::Off), |row| row.token);
            Figure::from(token.map(of))
        };
        RooflineView {
            threads: row.map(|row| row.threads),
            buffer_bytes: row.map(|row| row.buffer),
            bandwidth_bytes_per_s: per_second(|row| row.bandwidth),
            int8_operations_per_s: per_second(|row| row.int8),
            int8_instruction: row.map(|row| row.int8_instruction.clone()),
            f32_operations_per_s: per_second(|row| row.f32),
            f32_instruction: row.map(|row| row.f32_instruction.clone()),
            weights_multiplied_per_token: count(|token| token.multiplied),
            weight_bytes_per_token: count(|token| token.weights.0),
            kv_bytes_per_token: count(|token| token.kv.0),
            decode_bandwidth_utilisation: roofline.decode.into(),
            prefill_arithmetic_utilisation: roofline.prefill.into(),
            prefill_peak: Labelled(roofline.peak),
        }
    }
}
