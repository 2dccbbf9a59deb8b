//! How long it takes to open, verify and read a pack of 6G-Bench's size: 3,722 questions over
//! 488 episodes, with texts of the benchmark's lengths.
//!
//! Run with `cargo bench -p edgescore-taskpack`. Prints medians of 201 rounds.
#![allow(clippy::unwrap_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use edgescore_taskpack::{Draft, DraftEpisode, DraftKind, DraftQuestion, DraftTask, Letter, Pack};

const EPISODES: usize = 488;
const QUESTIONS: usize = 3722;

/// Characters of an episode's summary, a question, an option and a reason: the means of the
/// thirty questions and one episode that are public as a sample.
const LENGTHS: [usize; 4] = [3900, 900, 170, 500];

/// A text of `length` characters that no other `number` has.
fn text(kind: &str, number: usize, length: usize) -> String {
    let mut text = format!("{kind} {number} ");
    while text.len() < length {
        text.push_str("lorem ipsum ");
    }
    text.truncate(length);
    text
}

fn pack() -> Vec<u8> {
    let [summary, question, option, reason] = LENGTHS;
    Draft {
        name: "bench".into(),
        tasks: (1..=30)
            .map(|n| DraftTask {
                id: format!("T{n}"),
                definition: text("definition", n, 300),
                ..DraftTask::default()
            })
            .collect(),
        episodes: (0..EPISODES)
            .map(|n| DraftEpisode {
                id: format!("e{n}"),
                summary: text("summary", n, summary),
            })
            .collect(),
        questions: (0..QUESTIONS)
            .map(|n| DraftQuestion {
                episode: Some(n * EPISODES / QUESTIONS),
                task: n % 30,
                text: text("question", n, question),
                instruction: None,
                reason: text("reason", n, reason),
                kind: DraftKind::choice(
                    [0, 1, 2, 3].map(|i| text("option", 4 * n + i, option)),
                    Letter::A,
                ),
            })
            .collect(),
        ..Draft::default()
    }
    .to_bytes()
    .unwrap()
}

fn median(mut round: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..201)
        .map(|_| {
            let start = Instant::now();
            round();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() {
    let bytes = pack();
    println!("pack of {QUESTIONS} questions: {} bytes", bytes.len());
    println!(
        "open:     {:>10.1?}",
        median(|| {
            black_box(Pack::open(black_box(&bytes)).unwrap());
        })
    );
    let pack = Pack::open(&bytes).unwrap();
    println!("verify:   {:>10.1?}", median(|| pack.verify().unwrap()));
    println!(
        "read all: {:>10.1?}",
        median(|| {
            for index in 0..pack.question_count() {
                black_box(pack.question(index).unwrap());
            }
        })
    );
}
