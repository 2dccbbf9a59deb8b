//! Results that no board made: known answers, so that a report's figures are known too.

use edgescore_probe::{Bytes, Microjoules, Microseconds, Reading, Reason};
use edgescore_record::*;
use edgescore_score::published::TASKS;
use edgescore_taskpack::{self as taskpack, Hash, Layout, Letter, Rotation};

/// A result to make: all 3,722 questions of the benchmark's task table.
pub struct Made {
    pub model: &'static str,
    /// Of 100 questions, so many are right.
    pub right: u32,
    pub median_ms: u32,
    pub memory_mib: u64,
    pub mode: Mode,
    pub pack: u8,
    pub template: u8,
    /// Which questions are right, and the times, depend on it.
    pub seed: u32,
    pub verdict: VerdictKind,
    /// Power while answering, if a meter saw it.
    pub milliwatts: Option<u64>,
}

impl Default for Made {
    fn default() -> Made {
        Made {
            model: "made-1b.gguf",
            right: 53,
            median_ms: 1200,
            memory_mib: 900,
            mode: Mode::Letter,
            pack: 1,
            template: 1,
            seed: 0,
            verdict: VerdictKind::Ok,
            milliwatts: None,
        }
    }
}

impl Made {
    /// The bytes of the result file.
    pub fn file(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.row(&Record::SessionStart(self.start()));
        let ids: Vec<String> = (1..=TASKS.len())
            .map(|number| format!("T{number}"))
            .collect();
        for (index, task) in (0..).zip(TASKS) {
            writer.row(&Record::Task(TaskRow {
                index,
                id: &ids[index as usize],
                name: "A task",
                group: ["", "G1", "G2", "G3", "G4", "G5"][usize::from(task.group)],
                pass_at_k: task.pass_k,
                asks: u32::from(task.questions),
            }));
        }
        writer.row(&Record::ModelLoaded(self.loaded()));
        let tasks = (0..).zip(TASKS);
        let tasks = tasks.flat_map(|(index, task)| (0..task.questions).map(move |_| index));
        for (number, task) in (0..).zip(tasks) {
            self.answer(number, task, &mut writer);
        }
        self.finish(writer)
    }

    /// The bytes of a file with the last rows behind those that are written.
    pub fn finish(&self, mut writer: Writer) -> Vec<u8> {
        writer.row(&Record::Memory(Memory {
            rss_peak: Reading::Value(Bytes(self.memory_mib << 20)),
            rss_anon: Reading::Missing(Reason::Denied),
            rss_file: Reading::Missing(Reason::Denied),
            major_faults: Reading::Value(0),
            cgroup_peak: Reading::Missing(Reason::Unsupported),
            refaults: Reading::Missing(Reason::Unsupported),
            repacked: Bytes(0),
            kv: Bytes(1 << 20),
            compute: Bytes(1 << 20),
        }));
        writer.row(&Record::Verdict(Verdict {
            kind: self.verdict,
            detail: "",
        }));
        writer.end()
    }

    pub fn start(&self) -> SessionStart<'static> {
        SessionStart {
            runtime: "0.1.0",
            llama: "b1",
            features: "NEON=1",
            unused_features: "",
            board: "Board <5>",
            cpu: "Cortex-A76",
            kernel: "6.6.31",
            governor: "performance",
            clock: Reading::Missing(Reason::Unsupported),
            unix_time_s: 1_767_225_600,
            pack: "6g-bench",
            pack_hash: Hash([self.pack; 32]),
            pack_questions: 3722,
            asks: 3722,
            model_file: self.model,
            model_hash: Hash::of(self.model.as_bytes()),
            model_bytes: Bytes(self.memory_mib << 19),
            mode: self.mode,
            layout: Layout::Reference,
            order: Order::Pack,
            rotate: false,
            seed: 0,
            draws: 5,
            temperature_milli: 700,
            max_tokens: 64,
        }
    }

    pub fn loaded(&self) -> ModelLoaded<'static> {
        ModelLoaded {
            name: "Made",
            architecture: "qwen2",
            quantisation: "Q4_0",
            parameters: 1_000_000_000,
            tensor_bytes: Bytes(self.memory_mib << 19),
            origin: Origin::Given,
            template_hash: Hash([self.template; 32]),
            threads: 4,
            context: 2560,
            batch: 2048,
            ubatch: 512,
            tuning: Tuning::Given,
            weights: Weights::Repacked,
            chosen_with: None,
            reuse: true,
            flash: FlashAttention::Auto,
            flash_used: FlashAttention::Auto,
            cache: CacheType::F16,
            load: Microseconds(500_000),
            warm_up: Microseconds(0),
        }
    }

    pub fn answer(&self, number: u32, task: u32, writer: &mut Writer) {
        let mix = mixed(number, self.seed);
        let key = Letter::ALL[number as usize % 4];
        let is_right = (mix >> 4) % 100 < self.right;
        let given = match is_right {
            true => key,
            false => Rotation::new(1).original(key, 4),
        };
        let (probabilities, found) = match self.mode {
            Mode::Letter => (probabilities(given, mix), Found::Logits),
            Mode::Generate => (None, Found::Json),
        };
        let ask = Ask::new(number, Rotation::default());
        let median = u64::from(self.median_ms) * 1000;
        // 0.8 to 1.2 medians, evenly.
        let prefill = Microseconds(median * (800 + u64::from(mix % 401)) / 1000);
        writer.row(&Record::Question(Question {
            ask,
            task,
            answer: Answer::new(4, key, Some((given, found)))
                .with_fault(taskpack::Fault::ALL.get(number as usize % 4).copied()),
            probabilities,
            prompt_tokens: 1900,
            cached_tokens: 400,
            generated: (self.mode == Mode::Generate).then_some(Generated {
                tokens: 8,
                decode: Microseconds(median / 4),
            }),
            prefill,
            energy: match self.milliwatts {
                None => Reading::Missing(Reason::Off),
                Some(power) => Reading::Value(QuestionEnergy {
                    prefill: Microjoules(power * prefill.0 / 1000),
                    decode: Microjoules(match self.mode {
                        Mode::Letter => 0,
                        Mode::Generate => power * median / 4000,
                    }),
                }),
            },
        }));
        if self.mode == Mode::Generate && TASKS[task as usize].pass_k {
            for draw in 0..5 {
                let right = mixed(number + 7919 * u32::from(draw), self.seed).is_multiple_of(2);
                let given = if right {
                    key
                } else {
                    Rotation::new(2).original(key, 4)
                };
                writer.row(&Record::Sample(Sample {
                    ask,
                    task,
                    draw,
                    answer: Answer::new(4, key, Some((given, Found::Json))),
                    generated: Generated {
                        tokens: 8,
                        decode: Microseconds(median / 4),
                    },
                    energy: Reading::Missing(Reason::Off),
                }));
            }
        }
    }
}

/// More than half on the letter chosen, so that it is the greedy one.
fn probabilities(given: Letter, mix: u32) -> Option<Probabilities> {
    let mut letters = [0.1; 4];
    letters[given.index()] = 0.5 + (mix % 1000) as f32 / 1000.0;
    Probabilities::new(&letters, 0.02)
}

fn mixed(number: u32, seed: u32) -> u32 {
    let mix = (number ^ seed.wrapping_mul(0x9E37_79B9)).wrapping_mul(0x85EB_CA6B);
    (mix ^ (mix >> 13)).wrapping_mul(0xC2B2_AE35) >> 5
}

pub struct Writer {
    encoder: Box<frame::Encoder>,
    chain: Chain,
    bytes: Vec<u8>,
    rows: u32,
    answered: u32,
}

impl Writer {
    pub fn new() -> Writer {
        Writer {
            encoder: Box::default(),
            chain: Chain::default(),
            bytes: file::header().to_vec(),
            rows: 0,
            answered: 0,
        }
    }

    pub fn row(&mut self, record: &Record) {
        self.answered += u32::from(matches!(record, Record::Question(_)));
        let encoded = self.encoder.encode(self.rows, record).unwrap();
        self.chain.add(encoded.content);
        self.bytes.extend_from_slice(encoded.frame);
        self.rows += 1;
    }

    fn end(mut self) -> Vec<u8> {
        let end = SessionEnd {
            answered: self.answered,
            skipped: 0,
            stop: None,
            elapsed: Microseconds(60_000_000),
            chain: self.chain.hash(),
        };
        self.row(&Record::SessionEnd(end));
        self.bytes
    }
}
