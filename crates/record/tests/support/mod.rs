//! One example of every message, used by the frozen bytes and by the file tests.
#![allow(dead_code, clippy::unwrap_used)]

use edgescore_probe::energy::Scope;
use edgescore_probe::{
    Bytes, BytesPerSecond, Hertz, Microjoules, Microseconds, Microwatts, MilliCelsius,
    OperationsPerSecond, Reading, Reason, Throttled,
};
use edgescore_record::*;
use edgescore_taskpack::{Hash, Layout, Letter, Rotation};

pub const START: SessionStart<'static> = SessionStart {
    runtime: "0.1.0",
    llama: "b1",
    features: "NEON=1",
    unused_features: "DOTPROD",
    board: "Pi 5",
    cpu: "Cortex-A76",
    kernel: "6.6.31",
    governor: "ondemand",
    clock: Reading::Value(Hertz(2_400_000_000)),
    unix_time_s: 1_767_225_600,
    pack: "worked",
    pack_hash: Hash([0x11; 32]),
    pack_questions: 90,
    asks: 30,
    model_file: "m.gguf",
    model_hash: Hash([0x22; 32]),
    model_bytes: Bytes(300_000_000),
    mode: Mode::Letter,
    layout: Layout::Reference,
    order: Order::Pack,
    rotate: false,
    seed: 7,
    draws: 5,
    temperature_milli: 700,
    max_tokens: 64,
};

pub const TASK: TaskRow<'static> = TaskRow {
    index: 8,
    id: "T9",
    name: "Trust-Aware Offloading",
    group: "G3",
    pass_at_k: true,
    asks: 1,
};

pub const LOADED: ModelLoaded<'static> = ModelLoaded {
    name: "Qwen",
    architecture: "qwen2",
    quantisation: "Q4_0",
    parameters: 494_032_768,
    tensor_bytes: Bytes(280_000_000),
    origin: Origin::Synthetic,
    template_hash: Hash([0x33; 32]),
    threads: 4,
    context: 2560,
    batch: 2048,
    ubatch: 512,
    tuning: Tuning::Kept,
    weights: Weights::Repacked,
    chosen_with: Some(Reading::Value(Bytes(300_000_000))),
    reuse: true,
    flash: FlashAttention::Off,
    cache: CacheType::Q8_0,
    load: Microseconds(500_000),
    warm_up: Microseconds(0),
    flash_used: FlashAttention::Off,
};

pub const ROOFLINE: Roofline<'static> = Roofline {
    threads: 4,
    buffer: Bytes(268_435_456),
    bandwidth: Reading::Value(BytesPerSecond(15_000_000_000)),
    int8: Reading::Value(OperationsPerSecond(300_000_000_000)),
    int8_instruction: "SDOT",
    f32: Reading::Missing(Reason::Unsupported),
    f32_instruction: "",
    token: Reading::Value(TokenWork {
        multiplied: 357_900_000,
        weights: Bytes(280_000_000),
        kv: Bytes(12_288),
    }),
};

pub fn question() -> Question {
    Question {
        ask: Ask::new(3721, Rotation::new(0)),
        task: 29,
        answer: Answer::new(4, Letter::C, Some((Letter::A, Found::Logits)))
            .with_fault(Some(edgescore_taskpack::Fault::PolicyBlind)),
        probabilities: Probabilities::new(&[0.5, 0.25, 0.125, 0.125], 0.01),
        prompt_tokens: 1900,
        cached_tokens: 0,
        generated: None,
        prefill: Microseconds(28_000_000),
        energy: Reading::Value(QuestionEnergy {
            prefill: Microjoules(80_000_000),
            decode: Microjoules(0),
        }),
    }
}

/// Of three options.
pub fn of_three() -> Question {
    Question {
        ask: Ask::new(3721, Rotation::new(2)),
        answer: Answer::new(3, Letter::C, Some((Letter::A, Found::Json))),
        probabilities: Probabilities::new(&[0.5, 0.25, 0.25], 0.01),
        ..question()
    }
}

/// A wrong call.
pub fn call() -> Sample {
    Sample {
        answer: Answer::Judged(Judged {
            kind: AnswerKind::Tool,
            standing: Standing::Wrong,
            axes: CallAxes::new(true, true, true, true, false),
            right_steps: 0,
            steps: 0,
        }),
        ..sample()
    }
}

pub const SKIPPED: Skipped = Skipped {
    ask: Ask::new(5, Rotation::new(3)),
    task: 4,
    why: WhySkipped::PromptTooLong {
        needed: 5000,
        context: 4096,
    },
};

pub fn sample() -> Sample {
    Sample {
        ask: Ask::new(6, Rotation::new(0)),
        task: 1,
        draw: 4,
        answer: Answer::new(4, Letter::B, None),
        generated: Generated {
            tokens: 64,
            decode: Microseconds(4_000_000),
        },
        energy: Reading::Value(Microjoules(12_000_000)),
    }
}

pub const MEMORY: Memory = Memory {
    rss_peak: Reading::Value(Bytes(600_000_000)),
    rss_anon: Reading::Value(Bytes(300_000_000)),
    rss_file: Reading::Missing(Reason::Denied),
    major_faults: Reading::Value(0),
    cgroup_peak: Reading::Value(Bytes(610_000_000)),
    refaults: Reading::Missing(Reason::Unsupported),
    repacked: Bytes(250_000_000),
    kv: Bytes(30_000_000),
    compute: Bytes(9_000_000),
};

pub const PROMPTS: Prompts = Prompts {
    longest: 2048,
    tokens: 20_000,
    cached: 60_000,
};

pub const MEMORY_START: MemoryStart<'static> = MemoryStart {
    limiter: MemoryLimiter::Watchdog,
    why: "no",
    limit: Some(Bytes(1 << 30)),
    estimate: Some(MemoryEstimate {
        file: Bytes(300_000_000),
        repacked: Bytes(250_000_000),
        kv: Bytes(30_000_000),
        compute: Bytes(9_000_000),
        runtime: Bytes(20_000_000),
    }),
};

pub const POWER_START: PowerStart<'static> = PowerStart {
    source: "rapl",
    scope: Scope::CpuPackage,
    measured: true,
    rate_hz: 10,
    resolution: Some(Microwatts(153)),
    omits: "RAM",
    found: "package-0",
    idle: Reading::Value(Microwatts(2_700_000)),
    load: Reading::Missing(Reason::Stale),
    budget: Some(PowerBudget {
        power: Microwatts(4_000_000),
        window: Microseconds(1_000_000),
        active: Microwatts(7_500_000),
        piece: 64,
    }),
};

pub const POWER: Power = Power {
    at: Microseconds(1_000_000),
    mean: Reading::Value(Microwatts(4_000_000)),
};

pub const POWER_END: PowerEnd = PowerEnd {
    length: Microseconds(90_000_000),
    mean: Reading::Value(Microwatts(3_990_000)),
    worst: Reading::Value(Microwatts(4_060_000)),
    over: Microseconds(0),
    rested: Microseconds(60_000_000),
    idle: Reading::Value(Microwatts(2_710_000)),
    samples: 900,
    failed: 1,
    lost: Microseconds(50_000),
    latest: Microseconds(300),
};

pub const CONDITIONS: Conditions = Conditions {
    start: Reading::Value(MilliCelsius(48_300)),
    end: Reading::Missing(Reason::Off),
    cooled: Microseconds(0),
    throttled: Reading::Value(Throttled(0x40000)),
    stalls: Stalls {
        over: Microseconds(90_000_000),
        cpu: Reading::Value(Microseconds(1_000_000)),
        memory: Reading::Value(Microseconds(0)),
        io: Reading::Missing(Reason::Unsupported),
    },
};

pub const TIMED: Timed = Timed {
    ask: Ask::new(3721, Rotation::new(0)),
    pass: 3,
    at: Microseconds(90_000_000),
    time: Microseconds(28_000_000),
    energy: Reading::Value(Microjoules(80_000_000)),
};

pub const VITALS: Vitals = Vitals {
    at: Microseconds(90_000_000),
    clock: Reading::Value(Hertz(1_500_000_000)),
    temperature: Reading::Value(MilliCelsius(48_300)),
    throttled: Reading::Missing(Reason::Unsupported),
};

pub const VERDICT: Verdict<'static> = Verdict {
    kind: VerdictKind::EngineFailed,
    detail: "no",
};

pub fn end(chain: Hash) -> SessionEnd {
    SessionEnd {
        answered: 29,
        skipped: 1,
        stop: Some(Stop::Decided),
        elapsed: Microseconds(840_000_000),
        chain,
    }
}

/// A whole run with every kind of row, and its running hash.
pub fn rows() -> Vec<Record<'static>> {
    vec![
        Record::SessionStart(START),
        Record::Task(TASK),
        Record::Prompts(PROMPTS),
        Record::MemoryStart(MEMORY_START),
        Record::ModelLoaded(LOADED),
        Record::PowerStart(POWER_START),
        Record::Question(question()),
        Record::Skipped(SKIPPED),
        Record::Sample(sample()),
        Record::Power(POWER),
        Record::PowerEnd(POWER_END),
        Record::Conditions(CONDITIONS),
        Record::Memory(MEMORY),
        Record::Verdict(VERDICT),
    ]
}

/// The bytes of a result file with `rows` and, if `ended`, a last row.
pub fn file(rows: &[Record], ended: bool) -> Vec<u8> {
    let mut encoder = frame::Encoder::default();
    let mut chain = Chain::default();
    let mut bytes = file::header().to_vec();
    for (number, row) in rows.iter().enumerate() {
        let encoded = encoder.encode(number as u32, row).unwrap();
        chain.add(encoded.content);
        bytes.extend_from_slice(encoded.frame);
    }
    if ended {
        let last = Record::SessionEnd(end(chain.hash()));
        let encoded = encoder.encode(rows.len() as u32, &last).unwrap();
        bytes.extend_from_slice(encoded.frame);
    }
    bytes
}
