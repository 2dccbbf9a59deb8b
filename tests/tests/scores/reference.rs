//! Real runs of the reference models, and their questions with confidences.

use edgescore_tests::Sandbox;
use serde_json::Value;

/// A sandbox with `MODEL.esr` for each of `models`, on `per_task` questions of each of the thirty tasks.
pub fn reference(models: &[&str], per_task: u32) -> Sandbox {
    let sandbox = Sandbox::default();
    sandbox.done(&format!(
        "pack build --seed 77 --per-task {per_task} --level 1 --split test -o test.pack"
    ));
    for model in models {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tasks/models");
        sandbox.done(&format!(
            "run --model {folder}/reference-{model}.gguf --pack test.pack -t 1 -o {model}.esr"
        ));
    }
    sandbox
}

/// A question of a run.
pub struct Confident {
    /// Its index in the pack.
    pub question: u64,
    /// Probability of the letter that was chosen.
    pub confidence: f64,
    /// Whether it was right.
    pub correct: bool,
    /// Squared distance of the probabilities from those of the key.
    pub brier: f64,
    /// Time of the answer.
    pub seconds: f64,
}

/// The questions of a run in letter mode, from the table of questions.
pub fn confident(sandbox: &Sandbox, file: &str) -> Vec<Confident> {
    let printed = sandbox.done(&format!("report --format jsonl --questions {file}"));
    let rows = printed.lines();
    rows.map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        let letter = |name: &str| "ABCD".find(row[name].as_str().unwrap()).unwrap();
        let probabilities = ["p_a", "p_b", "p_c", "p_d"].map(|p| row[p].as_f64().unwrap());
        let distance = (0..4).map(|index| {
            let key = f64::from(u8::from(index == letter("key")));
            (probabilities[index] - key).powi(2)
        });
        Confident {
            question: row["question"].as_u64().unwrap(),
            confidence: probabilities[letter("choice")],
            correct: row["correct"] == true,
            brier: distance.sum(),
            seconds: row["latency_us"].as_f64().unwrap() / 1e6,
        }
    })
    .collect()
}
