//! Against distributions of confidence for which everything is known in closed form.

use edgescore_taskpack::SplitMix64;
use proptest::prelude::*;

use super::*;
use crate::{Probabilities, Rotation, ScoredTask};

/// Confidences evenly over 1/4 to 1; an answer is right with probability `confidence - over`.
fn uniform(questions: u32, over: f64, seed: u64) -> Vec<ConfidentAnswer> {
    let mut random = SplitMix64::new(seed);
    let answer = |_| {
        let confidence = 0.25 + 0.75 * random.unit();
        ConfidentAnswer {
            confidence,
            correct: random.unit() < confidence - over,
        }
    };
    (0..questions).map(answer).collect()
}

fn of(answers: Vec<ConfidentAnswer>) -> Confidence {
    let mut brier = Moments::default();
    answers.iter().for_each(|_| brier.push(0.0));
    match Confidence::of_answers(answers, brier) {
        Reading::Value(confidence) => confidence,
        Reading::Missing(reason) => panic!("{reason}"),
    }
}

fn reliability(confidence: Confidence) -> Reliability {
    confidence.reliability.value().unwrap()
}

#[test]
fn exact_confidences_have_an_ece_of_noise_alone() {
    // Over seeds its mean is what is stated, and it passes the stated limit in 5 of 100.
    for questions in [300, 3000] {
        let (mut sum, mut stated, mut above) = (0.0, 0.0, 0);
        for seed in 0..400 {
            let found = reliability(of(uniform(questions, 0.0, seed)));
            assert_eq!(found.bins.len(), 10);
            sum += found.ece / 400.0;
            stated += found.ece_if_exact / 400.0;
            above += u32::from(found.is_shown());
        }
        assert!(
            (sum / stated - 1.0).abs() < 0.03,
            "{questions}: {sum} {stated}"
        );
        // 20 of 400 are expected, with a standard deviation of 4.4.
        assert!((7..=35).contains(&above), "{questions}: {above}");
    }
    // And it vanishes with the number of questions.
    assert!(reliability(of(uniform(200_000, 0.0, 1))).ece < 0.005);
}

#[test]
fn overconfidence_is_found_by_its_amount() {
    let found = of(uniform(100_000, 0.15, 3));
    let over = found.overconfidence;
    assert!((over.value - 0.15).abs() < 0.005, "{over:?}");
    assert!(over.interval.value().unwrap().contains(0.15));
    let found = reliability(found);
    // Every bin lies below the diagonal by the same distance, so ECE is that distance.
    assert!((found.ece - 0.15).abs() < 0.005, "{}", found.ece);
    assert!(found.is_shown());
    for bin in &found.bins {
        let distance = bin.confidence - bin.accuracy.value;
        assert!((distance - 0.15).abs() < 0.02, "{bin:?}");
        assert!(bin.low <= bin.confidence && bin.confidence <= bin.high);
        assert_eq!(bin.questions, 10_000);
    }
    assert!(found.bins.is_sorted_by(|a, b| a.high < b.low));
    // With 1,000 questions the interval covers it in 95 of 100 seeds.
    let covers = |seed: &u64| {
        let over = of(uniform(1000, 0.15, *seed)).overconfidence;
        over.interval.value().unwrap().contains(0.15)
    };
    let covered = (0..400u64).filter(covers).count();
    assert!((367..=393).contains(&covered), "{covered} of 400");
}

/// Confidence evenly over 1/4 to 1 and exact: the surest share c is above 1 - 3c/4, its mean is
/// 1 - 3c/8, so its risk is 3c/8; the mean of that over c is 3/16.
#[test]
fn risk_along_coverage_is_the_analytic_one() {
    let found = of(uniform(100_000, 0.0, 5));
    assert_eq!(found.risk.points.len(), 20);
    for point in &found.risk.points {
        assert!(
            (point.risk.value - 0.375 * point.coverage).abs() < 0.01,
            "{point:?}"
        );
        assert!(
            (point.threshold - (1.0 - 0.75 * point.coverage)).abs() < 0.01,
            "{point:?}"
        );
    }
    assert!(
        (found.risk.aurc - 3.0 / 16.0).abs() < 0.003,
        "{}",
        found.risk.aurc
    );
    // All wrong answers last: (e + (1-e) ln(1-e)) for a share e of wrong answers.
    let e = 0.375f64;
    let perfect = e + (1.0 - e) * (1.0 - e).ln();
    assert!((found.risk.aurc_if_perfect - perfect).abs() < 0.003);
    let at = |percent| found.risk.at(percent).unwrap();
    assert_eq!(
        (at(100).answered, at(80).answered, at(50).answered),
        (100_000, 80_000, 50_000)
    );
    // Right answers have the density c, wrong ones 1-c, over 1/4 to 1: the right one is surer in 23/30.
    let area = found.auroc.value().unwrap();
    assert!((area.value - 23.0 / 30.0).abs() < 0.005, "{area:?}");
    assert!(area.interval.value().unwrap().contains(23.0 / 30.0));
}

#[test]
fn answers_of_one_confidence_are_taken_together() {
    let answer = |correct| ConfidentAnswer {
        confidence: 0.5,
        correct,
    };
    let answers: Vec<_> = (0..120).map(|n| answer(n % 3 == 0)).collect();
    let found = of(answers);
    // There is no half of them that is surer: coverage 50 % is all, and the order says nothing.
    let half = found.risk.at(50).unwrap();
    assert_eq!((half.answered, found.risk.points.len()), (120, 1));
    assert!((found.risk.aurc - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!(found.auroc.value().unwrap().value, 0.5);
    let found = reliability(found);
    assert_eq!(found.bins.len(), 1);
    assert!((found.ece - (0.5 - 1.0 / 3.0)).abs() < 1e-12);
}

#[test]
fn too_few_questions_are_a_reason() {
    let few = of(uniform(99, 0.0, 1));
    let reason = Reason::Insufficient {
        have: 99,
        need: 100,
    };
    assert_eq!(few.reliability, Reading::Missing(reason));
    let all_right = of(vec![
        ConfidentAnswer {
            confidence: 1.0,
            correct: true
        };
        3
    ]);
    assert_eq!(all_right.auroc, Reading::Missing(Reason::NoRows));
    assert_eq!(
        (all_right.risk.aurc, all_right.risk.aurc_if_perfect),
        (0.0, 0.0)
    );
}

#[test]
fn rows_without_probabilities_are_left_out() {
    const TASKS: [ScoredTask; 1] = [ScoredTask {
        group: 1,
        pass_k: false,
    }];
    let letters = Probabilities::new(&[0.7, 0.1, 0.1, 0.1], 0.5).unwrap();
    let row = |question, answer, evidence| Row {
        question,
        latency_us: None,
        task: 0,
        options: 4,
        key: Letter::A,
        answer,
        call: None,
        rotation: Rotation::default(),
        evidence,
    };
    let chosen = Outcome::Letter(Letter::A);
    let rows = [
        row(0, chosen, Evidence::Letters(letters)),
        row(1, chosen, Evidence::None),
        row(2, Outcome::Skipped, Evidence::None),
        Row {
            rotation: Rotation::new(1),
            ..row(0, chosen, Evidence::Letters(letters))
        },
    ];
    let of = |rows| Confidence::of(&Run::new(&TASKS, rows).unwrap());
    let found = of(&rows).value().unwrap();
    assert_eq!(found.questions, 1);
    // 0.3^2 + 3 * 0.1^2; what lies outside the letters does not count.
    assert!((found.brier.value - 0.12).abs() < 1e-4, "{:?}", found.brier);
    assert!((found.overconfidence.value + 0.3).abs() < 1e-4);
    assert_eq!(of(&rows[1..3]), Reading::Missing(Reason::NoProbabilities));
    assert_eq!(of(&rows[2..3]), Reading::Missing(Reason::NoRows));
}

proptest! {
    #[test]
    fn the_order_of_asking_does_not_matter(
        (answers, shuffled) in prop::collection::vec((0u32..8, any::<bool>()), 100..200)
            .prop_map(|list| {
                list.into_iter()
                    .map(|(eighths, correct)| ConfidentAnswer {
                        confidence: f64::from(eighths) / 8.0,
                        correct,
                    })
                    .collect::<Vec<_>>()
            })
            .prop_flat_map(|answers| (Just(answers.clone()), Just(answers).prop_shuffle())),
    ) {
        let (here, there) = (of(answers), of(shuffled));
        prop_assert_eq!(&here.risk, &there.risk);
        prop_assert_eq!(&here.auroc, &there.auroc);
        let (here, there) = (reliability(here), reliability(there));
        prop_assert!((here.ece - there.ece).abs() < 1e-12);
        let counted: u32 = here.bins.iter().map(|bin| bin.questions).sum();
        prop_assert!((100..200).contains(&counted));
        prop_assert!((0.0..=1.0).contains(&here.ece));
    }
}
