//! The bytes of every message, written out. A change here is a change of the format: append
//! to an enum, or raise `CURRENT_VERSION` and say in docs/FORMATS.md how old files are read.
#![allow(clippy::unwrap_used)]

mod support;

use edgescore_probe::energy::Scope;
use edgescore_probe::survey::{Figure, Finding, Meaning, Topic};
use edgescore_probe::{
    Bytes, Hertz, Microseconds, Microwatts, MilliCelsius, Reading, Reason, Throttled,
};
use edgescore_record::*;
use edgescore_taskpack::{Hash, Layout};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use support::*;

/// Checks both directions. `hex` may hold spaces.
fn frozen<'a, T: Serialize + Deserialize<'a> + PartialEq + Debug>(
    message: T,
    hex: &str,
    buffer: &'a mut Vec<u8>,
) {
    let mut encoder = frame::Encoder::default();
    *buffer = encoder.encode(1, &message).unwrap().content.to_vec();
    let written: String = buffer[1..]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(written, hex.replace(' ', ""), "{message:?}");
    assert_eq!(frame::message::<T>(buffer), Some(message));
}

macro_rules! frozen {
    ($($name:ident: $message:expr => $hex:expr;)*) => {
        $(#[test]
        fn $name() {
            frozen($message, $hex, &mut Vec::new());
        })*
    };
}

const PLAN: Plan<'static> = Plan {
    pack: "p",
    model: "m",
    prompts: "f",
    mode: Mode::Generate,
    layout: Layout::Reference,
    order: Order::Shuffled,
    rotate: true,
    limit: 300,
    leg: Some(Leg {
        first: 24,
        questions: 36,
    }),
    repeat_for: Some(Microseconds(180_000_000)),
    seed: 1,
    draws: 5,
    scenario: Scenario::Offline,
    parallel: 3,
    temperature_milli: 700,
    max_tokens: 64,
    parser: Parser::Reference,
    keep_text: Some(true),
    threads: 4,
    context: 0,
    batch: 2048,
    ubatch: 512,
    calibrate: true,
    weights: Some(Weights::Mapped),
    reuse: true,
    flash: FlashAttention::Off,
    cache: CacheType::Q8_0,
    budgets: Budgets {
        power_source: "best",
        root: "/",
        power: Some(Microwatts(4_000_000)),
        power_window: Microseconds(1_000_000),
        power_scope: Some(Scope::BoardIn),
        time: None,
        cool_below: Some(MilliCelsius(60_000)),
        max_clock: Some(Hertz(1_500_000_000)),
        memory: Some(MemoryBudget {
            limit: Bytes(2 << 30),
            refuse: true,
        }),
    },
};

frozen! {
    session_start: Record::SessionStart(START) => "0005302e312e30026231064e454f4e3d3107444f5450524f4404506920350a436f727465782d41373606362e362e3331 \
        086f6e64656d616e64 00 80b0b4f808 80f2d6ca0606776f726b656411111111111111111111111111111111111111 \
        111111111111111111111111115a1e066d2e67677566222222222222222222222222222222222222 \
        222222222222222222222222222280c6868f01000000000705bc0540";
    task: Record::Task(TASK) => "01080254391654727573742d4177617265204f66666c6f6164696e670247330101";
    model_loaded: Record::ModelLoaded(LOADED) => "02045177656e057177656e320451345f3080afc9eb0180ecc1850101333333333333333333333333 \
        333333333333333333333333333333333333333304801480108004030101 0080c6868f01010201a0c21e0002";
    a_question: Record::Question(question()) => "03a4741d82010080ff3f00208f0500ec0e0080feac0d0080e8922600";
    a_question_of_three: Record::Question(of_three()) => "03 a674 1d f000 03 02 01 00 01 00 01 \
        ffffffff 03 808002 ff7f 808001 8f05 00 ec0e 00 80feac0d 00 80e89226 00";
    a_call: Record::Sample(call()) => "05 18 01 04 f001 02 01 0f 00 00 40 8092f401 00 80b6dc05";
    skipped: Record::Skipped(SKIPPED) => "0417040088278020";
    a_sample: Record::Sample(sample()) => "05180104d1408092f401 00 80b6dc05";
    memory: Record::Memory(MEMORY) => "0600808c8d9e020080c6868f01010200000080b9efa202010180e59a778087a70ec0a8a504";
    memory_start: Record::MemoryStart(MEMORY_START) => "0e03026e6f0180808080040180c6868f0180e59a778087a70ec0a8a50480dac409";
    prompts: Record::Prompts(PROMPTS) => "0f8010a09c01e0d403";
    a_reason: Reading::<u64>::Missing(Reason::Gaps) => "0105";
    verdict: Record::Verdict(VERDICT) => "0705026e6f";
    session_end: Record::SessionEnd(end(Hash([0x44; 32]))) => "081d01010180c4c59003444444444444444444444444444444444444444444444444444444444444 \
        4444";
    power_start: Record::PowerStart(POWER_START) => "09047261706c03010a0199010352414d097061636b6167652d3000e0e5a4010103018092f401c0843de0e1c90340";
    power: Record::Power(POWER) => "0ac0843d008092f401";
    power_end: Record::PowerEnd(POWER_END) => "0b8095f52a00f0c3f30100e0e6f70100808ece1c00f0b3a501840701d08603ac02";
    conditions: Record::Conditions(CONDITIONS) => "0c00d8f205010000008080108095f52a00c0843d00000101";
    roofline: Record::Roofline(ROOFLINE) => "0d0480808080010080acc7f0370080f092cbdd080453444f5401010000e0bdd4aa0180ecc185018060";
    sustained_load: Record::SustainedLoad(SustainedLoad { length: Microseconds(180_000_000) }) => "17 80aaea55";
    timed: Record::Timed(TIMED) => "18 a474 03 8095f52a 80feac0d 00 80e89226";
    vitals: Record::Vitals(VITALS) => "19 8095f52a 00 80dea0cb05 00 d8f205 0101";
    tools: Record::Tools(ToolsPlace::System) => "1a 01";
    constrained: Record::Constrained(Constrain::Tools) => "1b 01";
    turned: Record::Turned(Turned { questions: 300 }) => "1c ac02";
    together: Record::Together(Together { scenario: Scenario::SingleStream, texts: 5 }) => "1d 00 05";
    server: Record::Server(ServerRow { url: "u", model: "m", software: "s", process: "p", unmeasured: "" }) => "1e 0175 016d 0173 0170 00";
    server_end: Record::ServerEnd(ServerEnd { requests: 300, retries: 2, by_text: 1, cpu: Reading::Value(Microseconds(300)) }) => "1f ac02 02 01 00 ac02";
    engine: Record::Engine(EngineRow { name: "n", version: "v", on: "o" }) => "20 016e 0176 016f";
    lost: Record::Lost => "21";
    hello: Command::Hello { version: 1 } => "0001";
    run: Command::Run { run: RunId(300), linger: 60, plan: PLAN } => "01ac023c \
        0170016d016601000101ac02 01 18 24 01 80aaea55 01 050103bc054001010104008010800401 01000102 01 \
        0462657374012f018092f401c0843d01020001c0a907 01 80dea0cb05 01808080800801";
    abort: Command::Abort { run: RunId(1), stop: Stop::Interrupted } => "020100";
    have: Command::Have { hash: Hash([0x55; 32]), whole: Hash([0x77; 32]), bytes: 300, name: "m.gguf" } => "03 \
        5555555555555555555555555555555555555555555555555555555555555555 \
        7777777777777777777777777777777777777777777777777777777777777777 ac02066d2e67677566";
    put: Command::Put { hash: Hash([0x55; 32]), offset: 256, bytes: b"GG" } => "04 \
        5555555555555555555555555555555555555555555555555555555555555555 8002024747";
    ack: Command::Ack { run: RunId(1), next: 300 } => "0501ac02";
    resend: Command::Resend { run: RunId(1), from: 5, to: 7, round: 2 } => "0601050702";
    list: Command::List => "07";
    put_zeros: Command::PutZeros { hash: Hash([0x55; 32]), offset: 256, bytes: 300 } => "09 \
        5555555555555555555555555555555555555555555555555555555555555555 8002ac02";
    identity: Control::Identity { version: 1, runtime: "0.1.0", engine: "b1", board: "" } => "000105302e312e3002623100";
    log: Control::Log { level: Level::Warn, text: "hot" } => "010103686f74";
    refused: Control::Refused { kind: RefusalKind::Data, detail: "no pack" } => "0201076e6f207061636b";
    state: Control::State { run: RunId(1), rows: 300, sent: 7, phase: Phase::Ended, round: 2 } => "0301ac02070102";
    need: Control::Need { hash: Hash([0x55; 32]), offset: 256 } => "04 \
        5555555555555555555555555555555555555555555555555555555555555555 8002";
    stored: Control::Stored { hash: Hash([0x55; 32]), path: "/m" } => "05 \
        5555555555555555555555555555555555555555555555555555555555555555 022f6d";
    kept: Control::Kept { index: 0, of: 1, run: RunId(1), rows: 9, phase: Phase::CutOff, collected: true,
        unix_time_s: 300, model: "m" } => "06000101090301ac02016d";
    survey: Command::Survey { round: 300, root: "/" } => "08ac02012f";
    power_found: found(FOUND) => "07ac02021e0450692035047261706c 00 047261706c 00 00 8092f401 \
        097061636b6167652d30 00 01 03 01 0a 01 9901 0352414d";
    temperature_found: found(of(Topic::Heat, Figure::Temperature(MilliCelsius(-1)))) => "07ac02021e0450692035047261706c 01 0173 00 01 01 00 0172 00";
    clock_found: found(of(Topic::Clocks, Figure::Clock(Hertz(300)))) => "07ac02021e0450692035047261706c 02 0173 00 02 ac02 00 0172 00";
    share_found: found(of(Topic::Clocks, Figure::PerMille(123))) => "07ac02021e0450692035047261706c 02 0173 00 03 7b 00 0172 00";
    memory_found: found(of(Topic::Memory, Figure::Memory(Bytes(300)))) => "07ac02021e0450692035047261706c 03 0173 00 04 ac02 00 0172 00";
    time_found: found(of(Topic::Memory, Figure::Time(Microseconds(300)))) => "07ac02021e0450692035047261706c 03 0173 00 05 ac02 00 0172 00";
    flags_found: found(of(Topic::Clocks, Figure::Throttled(Throttled(5)))) => "07ac02021e0450692035047261706c 02 0173 00 06 05 00 0172 00";
    text_found: found(of(Topic::Memory, Figure::Text("off"))) => "07ac02021e0450692035047261706c 03 0173 00 07 036f6666 00 0172 00";
    nothing_found: found(Finding { state: Reading::Missing(Reason::Denied), ..of(Topic::Heat, Figure::PerMille(0)) }) => "07ac02021e0450692035047261706c 01 0173 01 02 00 0172 00";
}

/// A message with `finding`.
const fn found(finding: Finding<&str>) -> Control<'_> {
    Control::Finding {
        round: 300,
        index: 2,
        of: 30,
        board: "Pi 5",
        best: "rapl",
        finding,
    }
}

const FOUND: Finding<&str> = Finding {
    topic: Topic::Power,
    subject: "rapl",
    state: Reading::Value(Figure::Power(Microwatts(4_000_000))),
    detail: "package-0",
    remedy: "",
    meaning: Some(Meaning {
        scope: Scope::CpuPackage,
        measured: true,
        max_rate_hz: 10,
        resolution: Some(Microwatts(153)),
        omits: "RAM",
    }),
};

/// A finding without more than a figure.
fn of(topic: Topic, figure: Figure<&str>) -> Finding<&str> {
    Finding {
        topic,
        subject: "s",
        state: Reading::Value(figure),
        detail: "",
        remedy: "r",
        meaning: None,
    }
}

#[test]
fn file_header() {
    assert_eq!(&file::header(), b"EDGESCOR\x04\x00");
}
