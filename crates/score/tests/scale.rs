//! 3.7 million rows in 1,000 runs: under 5 s and 500 MB on two cores.
#![allow(clippy::unwrap_used)]

use std::num::NonZeroU32;
use std::time::Instant;

use edgescore_score::published::{QUESTIONS, task_table};
use edgescore_score::{Answer, Evidence, Letter, Rotation, Row, Run, Summary, Temperature};

/// A run's rows, different for each seed.
fn rows(seed: u32) -> Vec<Row> {
    (0..QUESTIONS)
        .map(|question| {
            let mix = (question ^ seed).wrapping_mul(2_654_435_761);
            let probabilities = [mix, mix >> 8, mix >> 16, 65535].map(|bits| bits as u16);
            Row {
                question,
                latency_us: NonZeroU32::new(100_000 + (mix >> 12)),
                task: (question % 30) as u8,
                gold: Letter::ALL[question as usize % 4],
                answer: Answer::Letter(Letter::ALL[(mix >> 20) as usize % 4]),
                rotation: Rotation::default(),
                evidence: Evidence::Letters {
                    probabilities,
                    mass: 60_000,
                },
            }
        })
        .collect()
}

#[test]
fn a_thousand_runs_in_five_seconds() {
    let tasks = task_table();
    let rows: Vec<Vec<Row>> = (0..1000).map(rows).collect();
    let count: usize = rows.iter().map(Vec::len).sum();
    let bytes = count * size_of::<Row>();

    let start = Instant::now();
    let summaries: Vec<Summary> = rows
        .iter()
        .map(|rows| Summary::of(&Run::new(&tasks, rows).unwrap(), Temperature::REFERENCE))
        .collect();
    let took = start.elapsed();

    let right: u64 = summaries
        .iter()
        .map(|summary| u64::from(summary.accuracy.overall.correct))
        .sum();
    println!(
        "{count} rows ({} MB), {right} right: {} ms on one core",
        bytes / 1_000_000,
        took.as_millis()
    );
    assert_eq!(count, 3_722_000);
    assert!(bytes < 100_000_000);
    // Debug builds are for finding faults, not for timing.
    if !cfg!(debug_assertions) {
        assert!(took.as_secs_f64() < 5.0, "{took:?}");
    }
}
