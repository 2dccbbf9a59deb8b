//! Delta_5: how much five tries gain over one.

use serde::Serialize;

use crate::moments::{Moments, normal_interval};
use crate::pass_at_k::row_pass_at_k;
use crate::{Estimate, Reading, Reason, Run, Temperature};

/// pass@5 of a uniform guesser among four options: 1 - 0.75^5 = 0.763.
pub const GUESSER_PASS_5: f64 = 1.0 - 0.75 * 0.75 * 0.75 * 0.75 * 0.75;

/// Delta_5 of a uniform guesser: 0.763 - 0.25 = 0.513. A model near it has learnt nothing
/// that five tries could bring out.
pub const GUESSER_DELTA_5: f64 = GUESSER_PASS_5 - crate::CHANCE;

/// Delta_5 = pass@5 - pass@1, twice.
///
/// Both means are over questions, not over tasks: that is what reproduces the published
/// figures (see [`crate::published`]).
///
/// Intervals: Delta_5 is a linear combination of two stratum means (the flagged questions
/// and the others), so its standard error has a closed form and needs no bootstrap, which
/// would estimate the same number with noise of its own. The same question's pass@5 and
/// pass@1 enter as one value, so their correlation is accounted for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Delta5 {
    /// As published: pass@5 over the flagged tasks minus pass@1 over all tasks. Two
    /// different sets of questions.
    pub published: Reading<Estimate>,
    /// Like for like: pass@5 minus pass@1 over the same flagged questions.
    pub like_for_like: Reading<Estimate>,
    /// The uniform guesser's value of the second: [`GUESSER_DELTA_5`] where all questions have four
    /// options.
    pub guesser: f64,
}

impl Delta5 {
    /// Delta_5 of the headline rows of `run`. Missing, with the reason, as soon as one
    /// counted question of a flagged task has no usable evidence: dropping such questions
    /// would change the set that the published figure is about.
    pub fn of(run: &Run, temperature: Temperature) -> Delta5 {
        let counted = run.counted().count() as f64;
        let flagged = run.counted().filter(|row| run.is_pass_k(row)).count() as f64;
        let others = counted - flagged;

        let mut gain = Moments::default();
        let mut share = Moments::default();
        let mut other = Moments::default();
        for row in run.counted() {
            let pass_1 = f64::from(u8::from(row.is_correct()));
            if run.is_pass_k(row) {
                match row_pass_at_k(row, temperature, 5) {
                    Reading::Value(pass_5) => {
                        gain.push(pass_5 - pass_1);
                        // The question's part in the published difference: its pass@5 as
                        // one of the flagged, its pass@1 as one of all.
                        share.push(pass_5 - pass_1 * flagged / counted);
                    }
                    Reading::Missing(reason) => return Delta5::missing(reason, guesser(run)),
                }
            } else {
                other.push(pass_1);
            }
        }

        let published = share.mean().map(|share_mean| {
            let weight = others / counted;
            let value = share_mean - weight * other.mean().value().unwrap_or(0.0);
            let others_error = if others == 0.0 {
                Reading::Value(0.0)
            } else {
                other.squared_error()
            };
            let squared_error = share.squared_error().and_then(|flagged_error| {
                others_error.map(|error| flagged_error + weight * weight * error)
            });
            Estimate {
                value,
                interval: squared_error.map(|error| normal_interval(value, error, -1.0, 1.0)),
            }
        });
        Delta5 {
            published,
            like_for_like: gain.estimate(-1.0, 1.0),
            guesser: guesser(run),
        }
    }

    fn missing(reason: Reason, guesser: f64) -> Delta5 {
        Delta5 {
            published: Reading::Missing(reason),
            like_for_like: Reading::Missing(reason),
            guesser,
        }
    }
}

/// Delta_5 of a uniform guesser over the questions of the flagged tasks that count;
/// [`GUESSER_DELTA_5`] without any.
fn guesser(run: &Run) -> f64 {
    let flagged = run.counted().filter(|row| run.is_pass_k(row));
    let (mut sum, mut count, mut four) = (0.0, 0u32, true);
    for row in flagged {
        let chance = row.chance();
        sum += 1.0 - (1.0 - chance).powi(5) - chance;
        count += 1;
        four &= row.options == 4;
    }
    match four {
        // The mean of many equal numbers is that number but for its last digits.
        true => GUESSER_DELTA_5,
        false => sum / f64::from(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Letter, Outcome, Rotation, Row, ScoredTask, bootstrap_mean};
    use edgescore_taskpack::SplitMix64;

    const TASKS: [ScoredTask; 2] = [
        ScoredTask {
            group: 1,
            pass_k: true,
        },
        ScoredTask {
            group: 1,
            pass_k: false,
        },
    ];

    fn row(question: u32, task: u8, right: bool, evidence: Evidence) -> Row {
        Row {
            question,
            latency_us: None,
            task,
            options: 4,
            key: Letter::A,
            answer: Outcome::Letter(if right { Letter::A } else { Letter::B }),
            call: None,
            rotation: Rotation::default(),
            evidence,
        }
    }

    fn draws(hit: bool) -> Evidence {
        Evidence::Draws {
            drawn: 5,
            correct: u8::from(hit),
        }
    }

    /// 40 flagged questions: 30 pass at 5, 12 at 1. 60 others: 33 right.
    fn rows() -> Vec<Row> {
        (0..40)
            .map(|i| row(i, 0, i % 10 < 3, draws(i % 4 != 3)))
            .chain((40..100).map(|i| row(i, 1, i % 20 < 11, Evidence::None)))
            .collect()
    }

    #[test]
    fn both_definitions_by_hand() {
        let rows = rows();
        let delta = Delta5::of(&Run::new(&TASKS, &rows).unwrap(), Temperature::REFERENCE);
        // 30/40 - (12 + 33)/100, and 30/40 - 12/40.
        assert!((delta.published.value().unwrap().value - 0.30).abs() < 1e-12);
        assert!((delta.like_for_like.value().unwrap().value - 0.45).abs() < 1e-12);
        assert!((delta.guesser - 0.512_695_312_5).abs() < 1e-12);
    }

    #[test]
    fn a_flagged_question_without_evidence_is_a_reason() {
        let mut rows = rows();
        rows[3].evidence = Evidence::None;
        let delta = Delta5::of(&Run::new(&TASKS, &rows).unwrap(), Temperature::REFERENCE);
        assert_eq!(delta.published, Reading::Missing(Reason::NoEvidence));
        rows[3].evidence = Evidence::Draws {
            drawn: 3,
            correct: 0,
        };
        let delta = Delta5::of(&Run::new(&TASKS, &rows).unwrap(), Temperature::REFERENCE);
        assert_eq!(
            delta.like_for_like,
            Reading::Missing(Reason::Insufficient { have: 3, need: 5 })
        );
    }

    #[test]
    fn no_flagged_question_is_a_reason() {
        let rows = [row(0, 1, true, Evidence::None)];
        let delta = Delta5::of(&Run::new(&TASKS, &rows).unwrap(), Temperature::REFERENCE);
        assert_eq!(delta.published, Reading::Missing(Reason::NoRows));
    }

    /// A guesser's measured Delta_5 is the guesser's value.
    #[test]
    fn a_simulated_guesser_has_the_guessers_value() {
        let mut random = SplitMix64::new(5);
        let rows: Vec<Row> = (0..20_000)
            .map(|i| {
                let correct = (0..5).filter(|_| random.below(4) == 0).count() as u8;
                let evidence = Evidence::Draws { drawn: 5, correct };
                row(i, (i % 4 != 0).into(), random.below(4) == 0, evidence)
            })
            .collect();
        let delta = Delta5::of(&Run::new(&TASKS, &rows).unwrap(), Temperature::REFERENCE);
        for estimate in [delta.published, delta.like_for_like] {
            let estimate = estimate.value().unwrap();
            assert!((estimate.value - GUESSER_DELTA_5).abs() < 0.02);
            assert!(estimate.interval.value().unwrap().contains(GUESSER_DELTA_5));
        }
    }

    #[test]
    fn the_closed_form_agrees_with_a_bootstrap() {
        let rows = rows();
        let delta = Delta5::of(&Run::new(&TASKS, &rows).unwrap(), Temperature::REFERENCE);
        let gains: Vec<f64> = rows
            .iter()
            .filter(|row| row.task == 0)
            .map(|row| {
                let pass_5 = row_pass_at_k(row, Temperature::REFERENCE, 5)
                    .value()
                    .unwrap();
                pass_5 - f64::from(u8::from(row.is_correct()))
            })
            .collect();
        let analytic = delta
            .like_for_like
            .value()
            .unwrap()
            .interval
            .value()
            .unwrap();
        let resampled = bootstrap_mean(&gains, Default::default())
            .value()
            .and_then(|estimate| estimate.interval.value())
            .unwrap();
        assert!(
            (analytic.low - resampled.low).abs() < 0.02,
            "{analytic:?} {resampled:?}"
        );
        assert!(
            (analytic.high - resampled.high).abs() < 0.02,
            "{analytic:?} {resampled:?}"
        );
    }
}
