//! Known answers, exact miss rates and properties of the confidence sequence.

use super::*;
use proptest::prelude::*;

fn after(regime: Regime, outcomes: impl IntoIterator<Item = bool>) -> ConfidenceSequence {
    let mut sequence = ConfidenceSequence::new(regime, 0.05).unwrap();
    for correct in outcomes {
        sequence.update(correct).unwrap();
    }
    sequence
}

#[test]
fn independent_draws_by_hand() {
    let none = after(Regime::Independent, []);
    assert_eq!(
        none.interval(),
        Interval {
            low: 0.0,
            high: 1.0
        }
    );
    assert_eq!(none.decided(0.5), Decision::Open);

    // One right answer: (1/2) / p < 20, so p > 1/40.
    let one = after(Regime::Independent, [true]).interval();
    assert!((one.low - 0.025).abs() < 1e-12, "{one:?}");
    assert_eq!(one.high, 1.0);

    // Ten right answers: (1/11) / p^10 < 20, so p > 220^(-1/10).
    let ten = after(Regime::Independent, [true; 10]).interval();
    assert!((ten.low - 220f64.powf(-0.1)).abs() < 1e-12, "{ten:?}");

    // One right and one wrong, in either order: (1/6) / (p (1 - p)) < 20, so
    // p (1 - p) > 1/120.
    let two = after(Regime::Independent, [false, true]).interval();
    let root = (1.0 - (1.0f64 - 4.0 / 120.0).sqrt()) / 2.0;
    assert!((two.low - root).abs() < 1e-12, "{two:?}");
    assert!((two.high - (1.0 - root)).abs() < 1e-12, "{two:?}");
}

#[test]
fn a_pack_by_hand() {
    // Four questions, two right, then done: nothing but 2/4 is left.
    let regime = Regime::Pack { questions: 4 };
    let mut done = after(regime, [true, false, false, true]);
    assert_eq!(
        done.interval(),
        Interval {
            low: 0.5,
            high: 0.5
        }
    );
    assert_eq!(done.decided(0.5), Decision::AtLeast);
    assert_eq!(done.decided(0.51), Decision::Below);
    assert_eq!(
        done.update(true),
        Err(SequenceError::PackExhausted { questions: 4 })
    );
    // Two right of four: at least 2/4 whatever comes.
    assert_eq!(after(regime, [true, true]).decided(0.5), Decision::AtLeast);
    assert_eq!(after(regime, [true]).decided(0.5), Decision::Open);
    // Three wrong: 2/4 is out of reach.
    assert_eq!(after(regime, [false; 3]).decided(0.5), Decision::Below);

    // 100 questions, ten right: totals N with (1/11) / L(N) < 20 remain, where L(N) is
    // N (N-1) ... (N-9) over 100 * 99 * ... * 91.
    let ten = after(Regime::Pack { questions: 100 }, [true; 10]).interval();
    let likelihood =
        |total: u32| (0..10).fold(1.0, |l, i| l * f64::from(total - i) / f64::from(100 - i));
    let lowest = (10..=100)
        .find(|&n| 1.0 / 11.0 / likelihood(n) < 20.0)
        .unwrap();
    assert_eq!(ten.low, f64::from(lowest) / 100.0);
    assert_eq!(ten.high, 1.0);
}

#[test]
fn thresholds_are_exact_counts() {
    let regime = Regime::Pack { questions: 100 };
    let seven = after(regime, (0..100).map(|i| i < 7));
    assert_eq!(seven.decided(0.07), Decision::AtLeast);
    assert_eq!(seven.decided(0.071), Decision::Below);
    assert_eq!(seven.decided(0.0), Decision::AtLeast);
    assert_eq!(seven.decided(1.1), Decision::Below);
}

#[test]
fn error_rates_are_checked() {
    for bad in [0.0, 1.0, -0.1, f64::NAN] {
        assert!(ConfidenceSequence::new(Regime::Independent, bad).is_err());
    }
}

/// Exact probability that the truth is ruled out at any of `looks` looks: a walk over
/// (asked, correct) that stops where it is. `share` is the truth for independent draws,
/// `share` times the questions for a pack.
fn ever_wrong(regime: Regime, share: f64, looks: u32) -> f64 {
    let ln_factorials = ConfidenceSequence::new(
        Regime::Pack {
            questions: looks + 1,
        },
        0.05,
    )
    .unwrap()
    .ln_factorials;
    let total = |questions: u32| (share * f64::from(questions)).round() as u32;
    let mut sequence = ConfidenceSequence::new(regime, 0.05).unwrap();
    let mut alive = vec![1.0];
    let mut wrong = 0.0;
    for asked in 1..=looks {
        let mut next = vec![0.0; alive.len() + 1];
        for (correct, probability) in alive.iter().enumerate() {
            let right = match regime {
                Regime::Independent => share,
                Regime::Pack { questions } => {
                    let right_left = f64::from(total(questions)) - correct as f64;
                    (right_left / f64::from(questions - asked + 1)).clamp(0.0, 1.0)
                }
            };
            next[correct] += probability * (1.0 - right);
            next[correct + 1] += probability * right;
        }
        for (correct, probability) in next.iter_mut().enumerate() {
            // Below 1e-12 a state adds less than 1e-5 over 7 million states; counted as
            // wrong, it can only make the test stricter.
            if *probability < 1e-12 {
                wrong += *probability;
                *probability = 0.0;
                continue;
            }
            // The state after these counts, in closed form: correct! wrong! / (asked + 1)!.
            sequence.asked = asked;
            sequence.correct = correct as u32;
            sequence.ln_mixture = ln_factorials[correct] + ln_factorials[asked as usize - correct]
                - ln_factorials[asked as usize + 1];
            let ruled_out = match regime {
                Regime::Independent => sequence.rules_out_share(share),
                Regime::Pack { questions } => sequence.rules_out_total(total(questions), questions),
            };
            if ruled_out {
                wrong += *probability;
                *probability = 0.0;
            }
        }
        alive = next;
    }
    wrong
}

#[test]
fn never_wrong_more_often_than_it_says_in_a_small_pack() {
    let regime = Regime::Pack { questions: 60 };
    let misses = (0..=60).map(|total| ever_wrong(regime, f64::from(total) / 60.0, 60));
    let worst = misses.fold(0.0, f64::max);
    println!("pack of 60, peeking after every question: worst miss rate {worst:.4}");
    // And it is not vacuous: some truth is ruled out now and then.
    assert!(worst > 0.005 && worst <= 0.05, "{worst}");
}

#[test]
fn never_wrong_more_often_than_it_says_over_3722_questions() {
    for regime in [Regime::Independent, Regime::Pack { questions: 3722 }] {
        for share in [0.05, 0.25, 0.5, 0.8] {
            let wrong = ever_wrong(regime, share, 3722);
            println!("{regime:?}, accuracy {share}: exact miss rate {wrong:.4}");
            assert!(wrong <= 0.05, "{regime:?} {share}: {wrong}");
        }
    }
}

proptest! {
    #[test]
    fn decisions_agree_with_intervals_and_order_does_not_matter(
        outcomes in prop::collection::vec(any::<bool>(), 1..80),
        extra in 0u32..200,
        threshold in 0.0..=1.0f64,
    ) {
        let questions = outcomes.len() as u32 + extra;
        for regime in [Regime::Independent, Regime::Pack { questions }] {
            let sequence = after(regime, outcomes.iter().copied());
            let interval = sequence.interval();
            prop_assert!(0.0 <= interval.low && interval.low <= interval.high);
            prop_assert!(interval.high <= 1.0);

            let reversed = after(regime, outcomes.iter().rev().copied()).interval();
            prop_assert!((reversed.low - interval.low).abs() < 1e-9);
            prop_assert!((reversed.high - interval.high).abs() < 1e-9);

            let flipped = after(regime, outcomes.iter().map(|o| !o)).interval();
            prop_assert!((flipped.low - (1.0 - interval.high)).abs() < 1e-9);

            match sequence.decided(threshold) {
                Decision::AtLeast => prop_assert!(interval.low >= threshold - 1e-9),
                Decision::Below => prop_assert!(interval.high < threshold),
                Decision::Open => prop_assert!(
                    interval.low < threshold && threshold <= interval.high + 1e-9
                ),
            }
        }
    }
}

/// A stopped run has the value it saw and the sequence's interval, over counted rows only.
#[test]
fn a_stopped_run_keeps_its_sequence() {
    use crate::{Evidence, Letter, Outcome, Row, ScoredTask};
    let tasks = [ScoredTask {
        group: 1,
        pass_k: false,
    }];
    let mut rows: Vec<Row> = (0..40)
        .map(|question| Row {
            question,
            latency_us: None,
            task: 0,
            options: 4,
            key: Letter::A,
            answer: Outcome::Letter(Letter::ALL[question as usize % 2]),
            call: None,
            rotation: Default::default(),
            evidence: Evidence::None,
        })
        .collect();
    rows[0].answer = Outcome::Skipped;
    let run = Run::new(&tasks, &rows).unwrap();
    let got = stopped_accuracy(&run, 100).unwrap().value().unwrap();
    assert!((got.value - 19.0 / 39.0).abs() < 1e-12);
    let seen = (1..40).map(|question| question % 2 == 0);
    let expected = after(Regime::Pack { questions: 100 }, seen).interval();
    assert_eq!(got.interval, Reading::Value(expected));
    // Wider than Wilson's, which holds at a fixed number of questions only.
    let wilson = Proportion::new(19, 39).value().unwrap().wilson();
    assert!(expected.half_width() > wilson.half_width());
    assert!(stopped_accuracy(&run, 10).is_err());
}
