//! Against synthetic runs of which everything is known in closed form.

use edgescore_taskpack::SplitMix64;

use super::*;
use crate::{Estimate, Reading, Reason};

/// The large model's accuracy, and what each model takes on average.
const LARGE: f64 = 0.9;
const SMALL_S: f64 = 0.1;
const LARGE_S: f64 = 1.0;

/// Confidences evenly over 1/4 to 1 and exact; the large model is right in `LARGE` whatever the
/// small one does. Times vary by half.
fn synthetic(questions: u32, seed: u64) -> Vec<Escalable> {
    let mut random = SplitMix64::for_purpose(seed, 0xE5C);
    let mut answered = |share: f64, seconds: f64| {
        let time = seconds * (0.5 + random.unit());
        Answered {
            correct: random.unit() < share,
            seconds: Reading::Value(time),
            joules: Reading::Value(2.0 * time),
        }
    };
    let mut confidences = SplitMix64::for_purpose(seed, 0xC0F);
    (0..questions)
        .map(|number| {
            let confidence = 0.25 + 0.75 * confidences.unit();
            Escalable {
                // Other questions of a pack in each seed, so that the halves differ too.
                question: number + 10_000 * seed as u32,
                confidence,
                small: answered(confidence, SMALL_S),
                large: answered(LARGE, LARGE_S),
            }
        })
        .collect()
}

/// Share escalated, accuracy and seconds of all questions that there could be.
fn truth(threshold: f64) -> (f64, f64, f64) {
    let t = threshold.clamp(0.25, 1.0);
    let escalated = (t - 0.25) / 0.75;
    let small = (1.0 - t * t) / 2.0 / 0.75;
    (
        escalated,
        escalated * LARGE + small,
        SMALL_S + escalated * LARGE_S,
    )
}

fn near(estimate: Estimate, truth: f64, within: f64) {
    assert!(
        (estimate.value - truth).abs() < within,
        "{estimate:?} {truth}"
    );
}

#[test]
fn the_curve_is_the_analytic_one() {
    let curve = curve(&synthetic(100_000, 1));
    assert_eq!(curve.len(), 21);
    for (step, (threshold, point)) in (0..).zip(&curve) {
        let (escalated, accuracy, seconds) = truth(*threshold);
        assert!(
            (point.escalated - f64::from(step) / 20.0).abs() < 1e-3,
            "{point:?}"
        );
        assert!((point.escalated - escalated).abs() < 0.01);
        near(point.accuracy, accuracy, 0.006);
        near(point.seconds.value().unwrap(), seconds, 0.01);
        near(point.joules.value().unwrap(), 2.0 * seconds, 0.02);
    }
}

const NOT_HALF_A_SECOND: CostLimits = CostLimits {
    seconds: Some(0.5),
    joules: None,
};

/// How many of 400 seeds do `what`.
fn of_400(what: impl Fn(u64) -> bool) -> u32 {
    (0..400).map(|seed| u32::from(what(seed))).sum()
}

/// The promise of a limit: the mean of the other half is within it. With 600 questions the limit
/// binds: it allows 40 % escalated, and by how much the halves differ decides.
#[test]
fn a_limit_holds_on_the_other_half_in_95_of_100_seeds() {
    let mut escalated = 0.0;
    let choices: Vec<Choice> = (0..400)
        .map(|seed| choose(&synthetic(600, seed), Some(NOT_HALF_A_SECOND)).unwrap())
        .collect();
    let kept = choices.iter().filter(|choice| choice.kept).count();
    for choice in &choices {
        let seconds = choice.stated.seconds.value().unwrap();
        assert_eq!(choice.kept, seconds.value <= 0.5);
        escalated += choice.stated.escalated / 400.0;
    }
    assert!(kept >= 380, "{kept} of 400");
    // And not by leaving the limit unused.
    assert!(escalated > 0.25, "{escalated}");
}

/// The promise without a limit: the accuracy of the other half is at most the margin below the large
/// model's.
#[test]
fn no_less_accuracy_than_the_large_model_in_95_of_100_seeds() {
    let (mut kept, mut cheaper, mut escalated) = (0, 0, 0.0);
    for seed in 0..400 {
        let choice = choose(&synthetic(1500, seed), None).unwrap();
        let Goal::AsGoodAsLarge(AsGoodAsLarge { margin }) = choice.goal else {
            panic!("{:?}", choice.goal);
        };
        let lost = choice.large.accuracy.value - choice.stated.accuracy.value;
        assert_eq!(choice.kept, lost <= margin + 1e-12);
        kept += u32::from(choice.kept);
        cheaper += u32::from(choice.threshold < 1.0);
        escalated += choice.stated.escalated / 400.0;
    }
    assert!(kept >= 380, "{kept} of 400");
    // And not by always asking the large model.
    assert!(cheaper > 380, "{cheaper}");
    assert!(escalated < 0.9, "{escalated}");
}

/// The intervals stated on the other half are 95 % intervals of the threshold that was chosen.
/// 380 of 400 are expected, with a standard deviation of 4.4.
#[test]
fn stated_intervals_cover_the_truth_of_the_chosen_threshold() {
    let covers = |estimate: Estimate, truth| estimate.interval.value().unwrap().contains(truth);
    let at = |seed| choose(&synthetic(600, seed), Some(NOT_HALF_A_SECOND)).unwrap();
    let accuracy = of_400(|seed| {
        let choice = at(seed);
        covers(choice.stated.accuracy, truth(choice.threshold).1)
    });
    let seconds = of_400(|seed| {
        let choice = at(seed);
        covers(
            choice.stated.seconds.value().unwrap(),
            truth(choice.threshold).2,
        )
    });
    let difference = of_400(|seed| {
        let choice = at(seed);
        covers(choice.difference, truth(choice.threshold).1 - LARGE)
    });
    for covered in [accuracy, seconds, difference] {
        assert!(
            (367..=393).contains(&covered),
            "{accuracy} {seconds} {difference}"
        );
    }
}

/// What the fixed sequence and the wider bound are for: the best threshold by the mean of its own half
/// breaks the limit on the other half about every second time.
#[test]
fn the_mean_of_its_own_half_would_promise_too_much() {
    let broken = of_400(|seed| {
        let asked = synthetic(600, seed);
        let (mine, other) = asked.split_at(300);
        let within = |point: &EscalationPoint| point.seconds.value().unwrap().value <= 0.5;
        let below = curve(mine).into_iter().rfind(|(_, point)| within(point));
        let (threshold, _) = below.unwrap();
        !within(&EscalationPoint::at(other, threshold).value().unwrap())
    });
    assert!(broken > 80, "{broken} of 400");
}

#[test]
fn the_order_of_the_questions_makes_no_difference() {
    let mut asked = synthetic(600, 7);
    let here = choose(&asked, None).unwrap();
    SplitMix64::new(1).shuffle(&mut asked);
    let there = choose(&asked, None).unwrap();
    assert_eq!(here.threshold, there.threshold);
    assert_eq!(here.stated.accuracy, there.stated.accuracy);
    assert_eq!(here.chosen_on + here.stated.questions, 600);
    // About half of them.
    assert!((250..350).contains(&here.chosen_on), "{}", here.chosen_on);
}

#[test]
fn what_cannot_be_chosen_has_its_reason() {
    let asked = synthetic(600, 2);
    let limit = |seconds| {
        Some(CostLimits {
            seconds: Some(seconds),
            joules: None,
        })
    };
    assert_eq!(choose(&asked, limit(0.05)), Err(NoChoice::OverLimit));
    // A limit that everything keeps: the most accurate threshold, which escalates most questions.
    let free = choose(&asked, limit(100.0)).unwrap();
    assert!(free.kept && free.stated.escalated > 0.5, "{free:?}");
    assert!(matches!(
        choose(&asked[..40], None),
        Err(NoChoice::TooFew(..30))
    ));
    let unmetered: Vec<Escalable> = asked
        .iter()
        .map(|one| Escalable {
            large: Answered {
                joules: Reading::Missing(Reason::Off),
                ..one.large
            },
            ..*one
        })
        .collect();
    let joules = CostLimits {
        seconds: None,
        joules: Some(1e3),
    };
    assert_eq!(
        choose(&unmetered, Some(joules)),
        Err(NoChoice::NotMeasured(Reason::Off))
    );
    // Without the limit the energy is a reason in the place of a value.
    let stated = choose(&unmetered, None).unwrap().stated;
    assert_eq!(stated.joules, Reading::Missing(Reason::Off));
}

/// Where most questions must be escalated, asking both models costs more than the large one alone.
#[test]
fn escalation_that_costs_more_than_the_large_model_is_told() {
    let pays = |small_s: f64| {
        let mut asked = synthetic(1500, 4);
        asked.iter_mut().for_each(|one| {
            one.small.seconds = Reading::Value(small_s);
            one.small.joules = Reading::Value(2.0 * small_s);
        });
        !choose(&asked, None).unwrap().large_serves_as_well()
    };
    // About two in three are escalated: that saves a third of the large model's second.
    assert!(pays(0.01));
    assert!(!pays(0.9));
    let limit = |seconds| {
        let limits = CostLimits {
            seconds: Some(seconds),
            joules: None,
        };
        choose(&synthetic(1500, 4), Some(limits)).unwrap()
    };
    assert!(!limit(0.5).large_serves_as_well());
    // Perfectly free: the large model alone has 90 %, and asking both where unsure more than that.
    assert!(!limit(100.0).large_serves_as_well());
}

/// All of one confidence: it is all or nothing.
#[test]
fn equal_confidences_are_not_set_apart() {
    let mut asked = synthetic(200, 1);
    asked.iter_mut().for_each(|one| one.confidence = 0.5);
    let thresholds: Vec<f64> = curve(&asked)
        .iter()
        .map(|(threshold, _)| *threshold)
        .collect();
    assert_eq!(thresholds, [0.0, ESCALATE_ALL]);
}
