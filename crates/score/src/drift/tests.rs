//! Made rows: what a board did is known, so what is said of it is, too.

use edgescore_probe::{Hertz, Throttled};
use edgescore_taskpack::{Rotation, SplitMix64};

use super::*;

const MINUTES: f64 = 60.0;
const SEEDS: u64 = 500;

/// A load of `length_s`: each of `questions` takes its own time, half a second to one and a half,
/// times `slower` at its moment, with noise of a standard deviation of 2 %.
fn made(seed: u64, questions: u32, length_s: f64, slower: impl Fn(f64) -> f64) -> Vec<TimedAnswer> {
    let mut random = SplitMix64::new(seed);
    let own: Vec<f64> = (0..questions).map(|_| 0.5 + random.unit()).collect();
    let (mut answers, mut now) = (Vec::new(), 0.0);
    for (question, own) in (0..).zip(own).cycle() {
        // Irwin and Hall: twelve uniform numbers less 6 are nearly a standard normal one.
        let normal = (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
        let value = own * slower(now) * (1.0 + 0.02 * normal);
        answers.push(TimedAnswer {
            ask: Ask::new(question, Rotation::default()),
            began_s: now,
            value,
        });
        now += value;
        if now >= length_s {
            return answers;
        }
    }
    answers
}

/// From eight minutes on answers take `factor` times as long.
fn after_eight_minutes(factor: f64) -> impl Fn(f64) -> f64 {
    move |now| if now < 8.0 * MINUTES { 1.0 } else { factor }
}

#[test]
fn a_board_that_slows_by_44_percent_is_reported_within_2_points() {
    for seed in 0..SEEDS {
        for questions in [1, 30, 300] {
            let answers = made(seed, questions, 30.0 * MINUTES, after_eight_minutes(1.44));
            let drift = Drift::of(&answers, 30.0 * MINUTES).unwrap();
            let change = drift.change.value;
            assert!((change - 0.44).abs() < 0.02, "{seed} {questions}: {change}");
            assert!(!drift.is_none());
        }
    }
}

/// Slower by 44 % in answers a second.
#[test]
fn a_rate_that_falls_by_44_percent_is_too() {
    for seed in 0..SEEDS {
        let answers = made(seed, 30, 30.0 * MINUTES, after_eight_minutes(1.0 / 0.56));
        let drift = Drift::of(&answers, 30.0 * MINUTES).unwrap();
        let rate = 1.0 / (1.0 + drift.change.value) - 1.0;
        assert!((rate + 0.44).abs() < 0.02, "{seed}: {rate}");
    }
}

#[test]
fn a_flat_board_shows_no_drift() {
    for seed in 0..SEEDS {
        for questions in [1, 30, 300] {
            let answers = made(seed, questions, 30.0 * MINUTES, |_| 1.0);
            let drift = Drift::of(&answers, 30.0 * MINUTES).unwrap();
            assert!(drift.is_none(), "{seed} {questions}: {drift:?}");
        }
    }
}

#[test]
fn the_interval_covers_the_truth() {
    for questions in [1, 30] {
        let covered = (0..SEEDS).filter(|seed| {
            let slower = after_eight_minutes(1.1);
            let answers = made(*seed, questions, 30.0 * MINUTES, slower);
            let change = Drift::of(&answers, 30.0 * MINUTES).unwrap().change;
            change.interval.value().unwrap().contains(0.1)
        });
        // 475 are expected; 456 are four standard deviations less.
        let covered = covered.count();
        assert!(covered >= 456, "{questions}: {covered} of {SEEDS}");
    }
}

/// Long questions first: the first minute has other questions than the steady state, and their
/// plain means differ by a half.
#[test]
fn the_mix_of_questions_is_no_drift() {
    let mut random = SplitMix64::new(3);
    let (mut answers, mut now) = (Vec::new(), 0.0);
    while now < 10.0 * MINUTES {
        let question = answers.len() as u32 % 120;
        let own = if question < 30 { 2.0 } else { 1.0 };
        let value = own * (1.0 + 0.02 * (random.unit() - 0.5));
        answers.push(TimedAnswer {
            ask: Ask::new(question, Rotation::default()),
            began_s: now,
            value,
        });
        now += value;
    }
    let plain = Windows::of(10.0 * MINUTES)
        .unwrap()
        .means(answers.iter().map(|answer| (answer.began_s, answer.value)))
        .value()
        .unwrap();
    assert!(plain.steady / plain.first < 0.7, "{plain:?}");
    assert!(Drift::of(&answers, 10.0 * MINUTES).unwrap().is_none());
}

#[test]
fn what_cannot_be_said_has_a_reason() {
    let short = made(1, 3, 100.0, |_| 1.0);
    assert_eq!(Drift::of(&short, 100.0), Err(NoDrift::TooShort));
    assert_eq!(Drift::of(&[], 180.0), Err(NoDrift::NoPair(1)));
    // Ten minutes are not enough for a second pass.
    let once = made(1, 3000, 600.0, |_| 1.0);
    let Err(NoDrift::NoPair(limit)) = Drift::of(&once, 600.0) else {
        panic!("pairs in one pass");
    };
    let of_first = once.iter().filter(|answer| answer.began_s < 60.0).count();
    assert_eq!(limit as usize, of_first);
    // Half a minute an answer.
    let slow = made(1, 1, 600.0, |_| 30.0);
    let drift = Drift::of(&slow, 600.0).unwrap();
    assert!(drift.change.interval.missing().is_some(), "{drift:?}");
}

#[test]
fn first_minute_and_last_third_do_not_overlap() {
    let windows = |length_s| Windows::of(length_s).unwrap();
    assert_eq!(windows(1800.0).steady_from_s, 1200.0);
    assert_eq!(windows(180.0).steady_from_s, 120.0);
    assert_eq!(windows(120.0).steady_from_s, 60.0);
    assert_eq!(Windows::of(119.9), Err(NoDrift::TooShort));
}

fn board(points: &[(f64, Option<u64>, Option<u32>)]) -> Vec<BoardPoint> {
    let reading = Reading::Missing(Reason::Unsupported);
    points
        .iter()
        .map(|(at_s, megahertz, flags)| BoardPoint {
            at_s: *at_s,
            clock: megahertz.map_or(reading, |clock| Reading::Value(Hertz(clock * 1_000_000))),
            throttled: flags.map_or(Reading::Missing(Reason::Denied), |flags| {
                Reading::Value(Throttled(flags))
            }),
        })
        .collect()
}

#[test]
fn throttling_is_told_by_flags_or_clock() {
    let told = |after_s, told_by| Reading::Value(Some(Throttling { after_s, told_by }));
    // Flags of before the run do not count; new ones do.
    let pi = board(&[
        (0.0, Some(2400), Some(0x50000)),
        (1.0, Some(2400), Some(0x50000)),
        (480.0, Some(2400), Some(0x5_0008)),
        (481.0, Some(1500), Some(0xd_0008)),
    ]);
    assert_eq!(time_to_throttle(&pi), told(480.0, ToldBy::Flags));
    assert_eq!(time_to_throttle(&pi[..2]), Reading::Value(None));

    // One low reading is a governor's; three are not.
    let jetson = board(&[
        (0.0, Some(1700), None),
        (1.0, Some(1700), None),
        (2.0, Some(700), None),
        (3.0, Some(1700), None),
        (4.0, Some(1200), None),
        (5.0, Some(1200), None),
        (6.0, Some(1190), None),
    ]);
    assert_eq!(time_to_throttle(&jetson), told(4.0, ToldBy::Clock));
    assert_eq!(time_to_throttle(&jetson[..6]), Reading::Value(None));

    let neither = board(&[(0.0, None, None), (1.0, None, None)]);
    let denied = Reading::Missing(Reason::Denied);
    assert_eq!(time_to_throttle(&neither), denied);
    assert_eq!(time_to_throttle(&[]), Reading::Missing(Reason::NoRows));
}
