//! Confidence sequences looked at after every question, on simulated runs of 3,722.
#![allow(clippy::unwrap_used)]

use edgescore_score::{ConfidenceSequence, Decision, Regime};
use edgescore_taskpack::SplitMix64;

const PACK: u32 = 3722;

/// Outcomes of a whole run: independent, or a random order of a pack with exactly the
/// share right.
fn outcomes(regime: Regime, share: f64, random: &mut SplitMix64) -> impl Iterator<Item = bool> {
    let mut right = (share * f64::from(PACK)).round();
    (0..PACK).map(move |asked| match regime {
        Regime::Independent => random.unit() < share,
        Regime::Pack { questions } => {
            let correct = random.unit() < right / f64::from(questions - asked);
            right -= f64::from(u8::from(correct));
            correct
        }
    })
}

/// The truth a sequence speaks about.
fn truth(regime: Regime, share: f64) -> f64 {
    match regime {
        Regime::Independent => share,
        Regime::Pack { questions } => (share * f64::from(questions)).round() / f64::from(questions),
    }
}

/// Whether the truth was outside the interval at any of the 3,722 looks.
///
/// `decided` at the truth and just above it tells without computing 3,722 intervals: the
/// truth is out exactly when it is called too high or too low.
fn ever_outside(regime: Regime, share: f64, random: &mut SplitMix64) -> bool {
    let truth = truth(regime, share);
    let just_above = match regime {
        Regime::Independent => truth,
        Regime::Pack { questions } => truth + 1.0 / f64::from(questions),
    };
    let mut sequence = ConfidenceSequence::new(regime, 0.05).unwrap();
    for correct in outcomes(regime, share, random) {
        sequence.update(correct).unwrap();
        let too_high = sequence.decided(just_above) == Decision::AtLeast;
        let too_low = sequence.decided(truth) == Decision::Below;
        if too_high || too_low {
            let interval = sequence.interval();
            assert!(!interval.contains(truth), "{interval:?} {truth}");
            return true;
        }
    }
    assert!(sequence.interval().contains(truth));
    false
}

#[test]
fn coverage_holds_when_peeking_after_every_question() {
    // The exact miss rates are in the unit tests; 4,000 runs measure them to 0.3 points.
    const RUNS: u32 = 4000;
    for regime in [Regime::Independent, Regime::Pack { questions: PACK }] {
        for share in [0.05, 0.25, 0.5, 0.8] {
            let mut random = SplitMix64::new(u64::from(PACK));
            let missed = (0..RUNS)
                .filter(|_| ever_outside(regime, share, &mut random))
                .count();
            let coverage = 1.0 - missed as f64 / f64::from(RUNS);
            println!("{regime:?}, accuracy {share}: coverage {coverage:.3} over {RUNS} runs");
            assert!(coverage >= 0.95);
        }
    }
}

/// A 95 % Wilson interval looked at after every question misses far more often than 5 %:
/// the reason why a gate needs a confidence sequence.
#[test]
fn wilson_does_not_survive_peeking() {
    let mut random = SplitMix64::new(1);
    let missed = (0..300)
        .filter(|_| {
            let mut right = 0;
            let regime = Regime::Independent;
            outcomes(regime, 0.5, &mut random)
                .zip(1..)
                .any(|(correct, asked)| {
                    right += u32::from(correct);
                    let proportion = edgescore_score::Proportion::new(right, asked);
                    !proportion.value().unwrap().wilson().contains(0.5)
                })
        })
        .count();
    println!("Wilson, peeking: {missed} of 300 runs miss the truth at some look");
    assert!(missed > 90);
}

#[test]
fn a_gate_saves_most_of_the_pack() {
    const RUNS: u32 = 200;
    let regime = Regime::Pack { questions: PACK };
    let threshold = 0.5;
    println!("gate: accuracy at least {threshold}; pack of {PACK}; {RUNS} runs each");
    println!("true accuracy  mean asked  90th percentile  saved  wrong");
    for share in [0.25, 0.3, 0.4, 0.45, 0.48, 0.52, 0.55, 0.6, 0.7, 0.8] {
        let mut random = SplitMix64::new(77);
        let expected = match share >= threshold {
            true => Decision::AtLeast,
            false => Decision::Below,
        };
        let mut wrong = 0;
        let mut asked: Vec<u32> = (0..RUNS)
            .map(|_| {
                let mut sequence = ConfidenceSequence::new(regime, 0.05).unwrap();
                for correct in outcomes(regime, share, &mut random) {
                    sequence.update(correct).unwrap();
                    let decision = sequence.decided(threshold);
                    if decision != Decision::Open {
                        wrong += u32::from(decision != expected);
                        break;
                    }
                }
                sequence.asked()
            })
            .collect();
        asked.sort_unstable();
        let mean = f64::from(asked.iter().sum::<u32>()) / f64::from(RUNS);
        let saved = 1.0 - mean / f64::from(PACK);
        let p90 = asked[asked.len() * 9 / 10];
        println!(
            "{share:13.2} {mean:11.0} {p90:16} {:5.1}% {wrong:6}",
            saved * 100.0
        );
        assert!(wrong <= RUNS / 20, "{wrong} of {RUNS} wrong at {share}");
        // A model 10 points off is known after a tenth of the pack.
        if (share - threshold).abs() > 0.099 {
            assert!(saved > 0.85, "{saved} at {share}");
        }
    }
}
