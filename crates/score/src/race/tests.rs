//! Races of stand-ins: models of known accuracy and cost, whose answers are drawn here.

use super::*;
use edgescore_taskpack::SplitMix64;

const QUESTIONS: u32 = 3722;

/// A stand-in.
#[derive(Clone, Copy)]
struct StandIn {
    /// Probability of a right answer, apart from how hard a question is for all.
    accuracy: f64,
    /// Seconds an answer.
    seconds: f64,
    /// Seconds to load it.
    load: f64,
}

const fn stand_in(accuracy: f64, seconds: f64, load: f64) -> StandIn {
    StandIn {
        accuracy,
        seconds,
        load,
    }
}

/// Twelve, from 135M to 7B: the small ones are at chance, and the two best are too slow for 2 s.
const TWELVE: [StandIn; 12] = [
    stand_in(0.25, 0.10, 0.2),
    stand_in(0.26, 0.12, 0.3),
    stand_in(0.30, 0.20, 0.4),
    stand_in(0.34, 0.25, 0.6),
    stand_in(0.37, 0.40, 1.0),
    stand_in(0.40, 0.45, 1.1),
    stand_in(0.46, 0.70, 1.6),
    stand_in(0.53, 0.90, 2.0),
    stand_in(0.47, 1.10, 2.4),
    stand_in(0.48, 1.70, 3.5),
    stand_in(0.57, 3.20, 6.0),
    stand_in(0.60, 4.10, 8.0),
];

const RIGHT_ONE: usize = 7;

struct Raced {
    standing: Standing,
    race: Race,
    /// Board time over that of asking all models everything.
    share: f64,
}

fn race(stand_ins: &[StandIn], goal: Goal, seed: u64) -> Raced {
    let mut random = SplitMix64::new(seed);
    // Each question is easier or harder for all of them, so their answers are correlated.
    let answers: Vec<Vec<Attempt>> = (0..QUESTIONS)
        .map(|_| {
            let ease = (random.unit() - 0.5) * 0.4;
            let attempt = |of: &StandIn| Attempt {
                correct: random.unit() < of.accuracy + ease,
                // Prompts are of several lengths.
                seconds: Some(of.seconds * (0.8 + 0.4 * random.unit())),
            };
            stand_ins.iter().map(attempt).collect()
        })
        .collect();
    let mut race = Race::new(stand_ins.len(), QUESTIONS, goal).unwrap();
    let mut spent = 0.0;
    let mut standing = Standing::Open;
    while let (Standing::Open, Some(round)) = (&standing, race.next_round()) {
        let places: Vec<usize> = race.left_over().collect();
        for &place in &places {
            let of = stand_ins[place];
            spent += of.load + of.seconds * f64::from(round.questions);
        }
        for answers in &answers[round.first as usize..][..round.questions as usize] {
            let mut attempts = vec![None; stand_ins.len()];
            for &place in &places {
                attempts[place] = Some(answers[place]);
            }
            race.take(&attempts).unwrap();
        }
        standing = race.judge();
    }
    let all: f64 = stand_ins
        .iter()
        .map(|of| of.load + of.seconds * f64::from(QUESTIONS))
        .sum();
    Raced {
        standing,
        race,
        share: spent / all,
    }
}

const GOAL: Goal = Goal {
    error_rate: 0.05,
    margin: 0.01,
    min_accuracy: None,
    max_latency_s: Some(2.0),
};

#[test]
fn of_twelve_the_right_one_is_chosen_in_a_part_of_the_time() {
    let seeds = 100;
    let (mut right, mut shares) = (0, Vec::new());
    for seed in 0..seeds {
        let raced = race(&TWELVE, GOAL, seed);
        right += u32::from(
            matches!(raced.standing, Standing::Chosen { winner, .. } if winner == RIGHT_ONE),
        );
        assert_eq!(raced.race.left(11), Some(Left::TooSlow));
        shares.push(raced.share);
    }
    shares.sort_by(f64::total_cmp);
    let (median, most) = (shares[seeds as usize / 2], shares[seeds as usize - 1]);
    println!(
        "right in {right} of {seeds}; share of the board time: median {median:.3}, most {most:.3}"
    );
    assert!(right >= 95, "{right}");
    assert!(most <= 0.4, "{most}");
}

#[test]
fn limits_on_accuracy_empty_the_field() {
    let goal = Goal {
        min_accuracy: Some(0.7),
        ..GOAL
    };
    let raced = race(&TWELVE, goal, 1);
    assert_eq!(raced.standing, Standing::NoneLeft);
    assert_eq!(raced.race.left(RIGHT_ONE), Some(Left::TooInaccurate));
    assert!(raced.share < 0.1, "{}", raced.share);
}

#[test]
fn equals_are_not_told_apart_and_the_quicker_is_chosen_at_the_end() {
    let twins = [stand_in(0.5, 1.0, 1.0), stand_in(0.5, 0.5, 1.0)];
    let raced = race(
        &twins,
        Goal {
            margin: 0.1,
            ..GOAL
        },
        3,
    );
    let Standing::Chosen { beside, .. } = &raced.standing else {
        panic!("{:?}", raced.standing);
    };
    assert_eq!(beside.len(), 1);
    assert!(raced.race.asked() < 1500, "{}", raced.race.asked());

    // Alike to the question: only the time tells them apart.
    let mut race = Race::new(2, 30, GOAL).unwrap();
    let attempt = |seconds| {
        Some(Attempt {
            correct: true,
            seconds: Some(seconds),
        })
    };
    for _ in 0..30 {
        race.take(&[attempt(1.0), attempt(0.5)]).unwrap();
    }
    let chosen = Standing::Chosen {
        winner: 1,
        beside: vec![0],
    };
    assert_eq!(race.judge(), chosen);
    assert_eq!(race.next_round(), None);
}

#[test]
fn who_may_break_a_limit_puts_nobody_out() {
    // The better one's time is close to the limit, so it is not yet sure to keep it.
    let mut race = Race::new(2, 400, GOAL).unwrap();
    for i in 0..60 {
        let close = if i % 2 == 0 { 1.0 } else { 2.9 };
        let better = Attempt {
            correct: true,
            seconds: Some(close),
        };
        let worse = Attempt {
            correct: false,
            seconds: Some(0.1),
        };
        race.take(&[Some(better), Some(worse)]).unwrap();
    }
    assert_eq!(race.judge(), Standing::Open);
    assert_eq!(race.left_over().count(), 2);
    race.withdraw(0);
    assert_eq!(
        race.judge(),
        Standing::Chosen {
            winner: 1,
            beside: Vec::new()
        }
    );
    assert_eq!(race.left(0), Some(Left::Withdrawn));
}

#[test]
fn rounds_grow_by_half() {
    let mut race = Race::new(1, 100, GOAL).unwrap();
    let mut sizes = Vec::new();
    while let Some(round) = race.next_round() {
        assert_eq!(round.first, race.asked());
        sizes.push(round.questions);
        for _ in 0..round.questions {
            race.take(&[Some(Attempt {
                correct: true,
                seconds: None,
            })])
            .unwrap();
        }
    }
    assert_eq!(sizes, [24, 24, 24, 28]);
}
