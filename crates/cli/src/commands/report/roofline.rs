//! How close a run came to what its machine could do.

use edgescore_record::{Roofline, TokenWork};
use edgescore_score::{Reading, Reason};
use serde_json::{Value, json};

use super::asked::Asked;
use super::json::measured as or_missing;

/// The shares that a run reached, and the block of the JSON report.
pub struct RooflineFacts {
    /// Model-bandwidth utilisation: bytes of weights and KV cache read a second of decode, of
    /// the read bandwidth.
    pub decode: Reading<f64>,
    /// Arithmetic utilisation: operations with weights a second of prefill, of the peak.
    pub prefill: Reading<f64>,
    /// Which peak that is: `int8` for quantised weights, else `f32`.
    pub peak: &'static str,
    /// The block `roofline`.
    pub json: Value,
}

/// What decode read, summed over all generated tokens but the first of each text.
#[derive(Clone, Copy, Debug, Default)]
pub struct DecodeWork {
    /// Tokens decoded.
    tokens: u64,
    /// Tokens that stood before each of them, summed: what was read of the KV cache.
    before: u64,
}

impl DecodeWork {
    /// Adds the texts of a question.
    pub fn add(&mut self, asked: &Asked) {
        let Ok(question) = &asked.outcome else { return };
        let generated = question.generated.map_or(0, |text| text.tokens);
        self.text(
            question.prompt_tokens,
            u64::from(generated).saturating_sub(1),
            1,
        );
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

impl RooflineFacts {
    /// Of the row in a result, if it has one. `prefill_tps` is in tokens a second; decode took
    /// `decode_us` microseconds.
    pub fn of(
        row: Option<&Roofline>,
        quantisation: &str,
        prefill_tps: Reading<f64>,
        work: DecodeWork,
        decode_us: u64,
    ) -> RooflineFacts {
        const OFF: Reading<f64> = Reading::Missing(Reason::Off);
        let token = row.map_or(Reading::Missing(Reason::Off), |row| row.token);
        let quantised = !matches!(quantisation, "F32" | "F16" | "BF16" | "all F32");
        let int8 = row.map_or(OFF, |row| rate(row.int8.map(|rate| rate.0)));
        let f32 = row.map_or(OFF, |row| rate(row.f32.map(|rate| rate.0)));
        let bandwidth = row.map_or(OFF, |row| rate(row.bandwidth.map(|rate| rate.0)));
        let done =
            prefill_tps.and_then(|tps| token.map(|token| 2.0 * token.multiplied as f64 * tps));
        let read = match decode_us {
            0 => Reading::Missing(Reason::NoRows),
            us => token.map(|token| work.bytes(token) * 1e6 / us as f64),
        };
        let (peak, best) = match quantised {
            true => ("int8", int8),
            false => ("f32", f32),
        };
        let share =
            |of: Reading<f64>, best: Reading<f64>| of.and_then(|of| best.map(|best| of / best));
        let prefill = share(done, best);
        let decode = share(read, bandwidth);
        let number = |value: Reading<f64>| or_missing(value, |value| json!(value));
        let count = |f: fn(TokenWork) -> u64| or_missing(token, |token| json!(f(token)));
        RooflineFacts {
            decode,
            prefill,
            peak,
            json: json!({
                "threads": row.map(|row| row.threads),
                "buffer_bytes": row.map(|row| row.buffer.0),
                "bandwidth_bytes_per_s": number(bandwidth),
                "int8_operations_per_s": number(int8),
                "int8_instruction": row.map(|row| row.int8_instruction),
                "f32_operations_per_s": number(f32),
                "f32_instruction": row.map(|row| row.f32_instruction),
                "weights_multiplied_per_token": count(|token| token.multiplied),
                "weight_bytes_per_token": count(|token| token.weights.0),
                "kv_bytes_per_token": count(|token| token.kv.0),
                "decode_bandwidth_utilisation": number(decode),
                "prefill_arithmetic_utilisation": number(prefill),
                "prefill_peak": peak,
            }),
        }
    }
}

fn rate(rate: Reading<u64>) -> Reading<f64> {
    rate.map(|rate| rate as f64)
}
