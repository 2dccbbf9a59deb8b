//! What a prompt shares with the one before it stays in the session: less work, the same
//! answers to the bit, for every kind of memory a model has, as runs are by default (flash
//! attention on, weights repacked).
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_tests::{Rows, Sandbox, SmallTasks};

/// A KV cache, one with biases, a recurrent state, and both in one model.
const SHAPES: [&str; 4] = [
    "arch=llama,embd=64,layers=2,heads=4,kv=2,ff=192,vocab=288,ctx=8192",
    "arch=qwen2,embd=64,layers=2,heads=2,kv=1,ff=128,vocab=288,ctx=8192",
    "arch=mamba,embd=64,layers=2,vocab=288,ctx=8192",
    "arch=lfm2,embd=64,layers=4,heads=2,kv=1,ff=128,vocab=288,ctx=8192",
];

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 3,
    });
    for (i, shape) in SHAPES.iter().enumerate() {
        sandbox.done(&format!("synth --shape {shape} -o {i}.gguf"));
    }
    sandbox
}

/// The rows of a run with reuse and of one without.
fn both(sandbox: &Sandbox, model: usize, options: &str) -> [Rows; 2] {
    ["", "--no-reuse"].map(|reuse| {
        sandbox.done(&format!(
            "run --model {model}.gguf --pack small.pack --force -o run.esr -t 1 {options} {reuse}"
        ));
        sandbox.rows("run.esr")
    })
}

fn cached(rows: &Rows) -> f64 {
    let sum = |of: fn(&edgescore_record::Question) -> u32| {
        rows.questions.iter().map(of).map(f64::from).sum::<f64>()
    };
    sum(|q| q.cached_tokens) / sum(|q| q.prompt_tokens)
}

#[test]
fn reuse_gives_the_same_answers_to_the_bit() {
    let sandbox = sandbox();
    for (model, shape) in SHAPES.iter().enumerate() {
        for options in [
            "--layout reference",
            "--layout shared-prefix",
            "--layout reference --rotate",
            "--layout shared-prefix --rotate --ubatch 64",
        ] {
            let [reused, whole] = both(&sandbox, model, options);
            assert_eq!(whole.questions.len() % 12, 0);
            assert!(cached(&reused) > 0.0, "{shape} {options}");
            assert_eq!(cached(&whole), 0.0, "{shape} {options}");
            for (a, b) in reused.questions.iter().zip(&whole.questions) {
                assert_eq!((a.ask, a.answer), (b.ask, b.answer), "{shape} {options}");
                assert_eq!(a.probabilities, b.probabilities, "{shape} {options}");
            }
        }
    }
}

#[test]
fn generated_text_and_draws_are_the_same_too() {
    let sandbox = sandbox();
    for (model, shape) in SHAPES.iter().enumerate() {
        let options = "--mode generate --max-tokens 8 --layout shared-prefix";
        let [reused, whole] = both(&sandbox, model, options);
        assert!(!whole.samples.is_empty());
        let texts = |rows: &Rows| {
            let questions = rows.questions.iter();
            let questions = questions.map(|q| (q.answer, q.generated.unwrap().tokens));
            let samples = rows.samples.iter().map(|s| (s.answer, s.generated.tokens));
            questions.chain(samples).collect::<Vec<_>>()
        };
        assert_eq!(texts(&reused), texts(&whole), "{shape}");
    }
}

#[test]
fn the_shared_prefix_saves_prefill() {
    let sandbox = sandbox();
    for (model, shape) in SHAPES.iter().enumerate() {
        let [reference, shared, rotated] = [
            "--layout reference",
            "--layout shared-prefix",
            "--layout reference --rotate",
        ]
        .map(|options| cached(&both(&sandbox, model, options)[0]));
        println!("{shape}: cached {reference:.2}, {shared:.2}, rotated {rotated:.2}");
        assert!(reference > 0.0, "the system message is always shared");
        assert!(shared > reference, "{shape}");
        assert!(rotated > 0.5, "three of four rotations share the question");
    }
}

#[test]
fn a_quantised_kv_cache_is_recorded_and_reused_as_exactly() {
    let sandbox = sandbox();
    // A Q8_0 cache needs heads of 32; this shape has them.
    let [reused, whole] = both(&sandbox, 1, "--layout shared-prefix --cache-type q8_0");
    assert!(cached(&reused) > 0.0);
    for (a, b) in reused.questions.iter().zip(&whole.questions) {
        assert_eq!(
            (a.ask, a.answer, a.probabilities),
            (b.ask, b.answer, b.probabilities)
        );
    }
    assert_eq!(
        sandbox.report("run.esr")["provenance"]["cache_type"],
        "q8_0"
    );
    let [plain, _] = both(&sandbox, 1, "--layout shared-prefix");
    let differs = plain.questions.iter().zip(&whole.questions);
    let differs = differs.filter(|(a, b)| a.probabilities != b.probabilities);
    assert!(differs.count() > 0, "the type had no effect");
    assert_eq!(sandbox.report("run.esr")["provenance"]["cache_type"], "f16");
}
