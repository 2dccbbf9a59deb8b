//! What a prompt shares with the one before it may stay in the KV cache: less work, the same
//! answers.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_tests::{Rows, Sandbox, SmallTasks};

fn runs(options: &str) -> [Rows; 2] {
    let sandbox = Sandbox::with_small_pack(SmallTasks {
        tasks: 4,
        questions: 5,
    });
    ["", "--reuse"].map(|reuse| {
        sandbox.done(&format!(
            "run --model tiny.gguf --pack small.pack --force -o run.esr -t 1 {options} {reuse}"
        ));
        sandbox.rows("run.esr")
    })
}

#[test]
fn reuse_gives_the_same_answers() {
    // Without flash attention and repacked weights a kernel's rounding does not depend on how
    // many tokens are computed at once.
    for layout in ["reference", "shared-prefix"] {
        let options = format!("--layout {layout} --flash-attention off --weights mapped");
        let [whole, reused] = runs(&options);
        assert_eq!(whole.questions.len(), 20);
        for (a, b) in whole.questions.iter().zip(&reused.questions) {
            assert_eq!((a.ask, a.answer), (b.ask, b.answer), "{layout}");
            let [a, b] = [a, b].map(|row| row.probabilities.unwrap().letters());
            for (a, b) in a.into_iter().zip(b) {
                assert!((a - b).abs() <= 1e-4, "{layout}: {a} and {b}");
            }
        }
    }
}

#[test]
fn generated_text_and_draws_are_the_same_too() {
    let options = "--mode generate --max-tokens 8 --layout shared-prefix --flash-attention off --weights mapped";
    let [whole, reused] = runs(options);
    assert_eq!(whole.samples.len(), reused.samples.len());
    assert!(!whole.samples.is_empty());
    let answers = |rows: &Rows| {
        let questions = rows.questions.iter().map(|q| q.answer);
        let samples = rows.samples.iter().map(|s| s.answer);
        questions.chain(samples).collect::<Vec<_>>()
    };
    assert_eq!(answers(&whole), answers(&reused));
}

#[test]
fn the_shared_prefix_saves_prefill() {
    let cached = |layout: &str| {
        let [whole, reused] = runs(&format!("--layout {layout}"));
        assert!(whole.questions.iter().all(|q| q.cached_tokens == 0));
        let sum = |of: fn(&edgescore_record::Question) -> u32| {
            reused.questions.iter().map(of).map(f64::from).sum::<f64>()
        };
        sum(|q| q.cached_tokens) / sum(|q| q.prompt_tokens)
    };
    let (reference, shared) = (cached("reference"), cached("shared-prefix"));
    println!("cached: {reference:.2} of all tokens in reference, {shared:.2} in shared-prefix");
    assert!(reference > 0.0, "the system message is always shared");
    assert!(shared > reference);
}
