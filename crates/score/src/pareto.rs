//! The Pareto front: models that no other model beats on every axis.

use serde::Serialize;

use crate::{AgainstChance, Energy, Estimate, Reading, Reason};

/// One model on the four axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Higher is better.
    pub accuracy: Reading<Estimate>,
    /// Accuracy of a guess.
    pub chance: f64,
    /// Median latency in seconds; lower is better.
    pub latency_s: Reading<f64>,
    /// Peak memory in GiB; lower is better.
    pub memory_gib: Reading<f64>,
    /// Energy of a question; lower is better. Simulated energy counts as missing.
    pub energy: Reading<Energy>,
}

/// Why a model is not compared at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// Its accuracy is missing.
    NoAccuracy(Reason),
    /// Its accuracy has not been shown to be above chance. A guesser without any model costs
    /// nothing and would dominate it.
    NotAboveChance,
}

/// A model's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// On the front.
    Front,
    /// Beaten by this one (an index into the points), itself on the front; the first such.
    Dominated {
        /// Index of the model that beats it.
        by: usize,
    },
    /// Not compared.
    Excluded(Exclusion),
}

/// The place of each point, in the order given.
///
/// A dominates B when A has a value on every axis on which B has one, is nowhere worse on
/// these, and better on at least one. So a model whose energy was not measured can't beat
/// one whose energy was, and can't hide behind the gap either: leaving an axis unmeasured
/// never improves a place. The relation is transitive, missing axes included.
pub fn pareto_front(points: &[Point]) -> Vec<Place> {
    let axes: Vec<Result<[Option<f64>; 4], Exclusion>> = points.iter().map(axes).collect();
    let beats = |a: usize, b: usize| match (axes.get(a), axes.get(b)) {
        (Some(Ok(a)), Some(Ok(b))) => dominates(a, b),
        _ => false,
    };
    let all = 0..points.len();
    let front: Vec<usize> = all
        .clone()
        .filter(|&b| !all.clone().any(|a| beats(a, b)))
        .collect();
    axes.iter()
        .enumerate()
        .map(|(b, axes)| match axes {
            Err(exclusion) => Place::Excluded(*exclusion),
            Ok(_) => match front.iter().find(|&&a| beats(a, b)) {
                Some(&by) => Place::Dominated { by },
                None => Place::Front,
            },
        })
        .collect()
}

/// Values such that higher is better on every axis.
fn axes(point: &Point) -> Result<[Option<f64>; 4], Exclusion> {
    let accuracy = match point.accuracy {
        Reading::Missing(reason) => return Err(Exclusion::NoAccuracy(reason)),
        Reading::Value(accuracy) => accuracy,
    };
    if accuracy.against(point.chance) != AgainstChance::Above {
        return Err(Exclusion::NotAboveChance);
    }
    let joules = point.energy.and_then(|energy| {
        if energy.simulated {
            Reading::Missing(Reason::Simulated)
        } else {
            Reading::Value(energy.joules)
        }
    });
    let cost = |measured: Reading<f64>| measured.positive().value().map(|cost| -cost);
    Ok([
        Some(accuracy.value),
        cost(point.latency_s),
        cost(point.memory_gib),
        cost(joules),
    ])
}

fn dominates(a: &[Option<f64>; 4], b: &[Option<f64>; 4]) -> bool {
    let mut better = false;
    for (a, b) in a.iter().zip(b) {
        match (a, b) {
            (_, None) => {}
            (None, Some(_)) => return false,
            (Some(a), Some(b)) if a < b => return false,
            (Some(a), Some(b)) => better |= a > b,
        }
    }
    better
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Proportion;
    use proptest::prelude::*;

    fn point(correct: u32, latency: f64, memory: f64, joules: Option<f64>) -> Point {
        Point {
            chance: crate::CHANCE,
            accuracy: Proportion::new(correct, 1000).map(Proportion::estimate),
            latency_s: Reading::Value(latency),
            memory_gib: Reading::Value(memory),
            energy: joules.map_or(Reading::Missing(Reason::Unsupported), |joules| {
                Reading::Value(Energy {
                    joules,
                    simulated: false,
                })
            }),
        }
    }

    #[test]
    fn missing_energy_neither_wins_nor_hides() {
        let places = pareto_front(&[
            point(600, 1.0, 1.0, Some(5.0)),
            // Better on all shown axes, but its energy is unknown: no proof.
            point(700, 0.9, 0.9, None),
            // Worse on all shown axes; the missing energy is no shelter.
            point(500, 2.0, 2.0, None),
            point(200, 0.01, 0.01, Some(0.01)),
        ]);
        assert_eq!(
            places,
            [
                Place::Front,
                Place::Front,
                Place::Dominated { by: 0 },
                Place::Excluded(Exclusion::NotAboveChance),
            ]
        );
    }

    #[test]
    fn simulated_energy_is_missing() {
        let mut simulated = point(600, 1.0, 1.0, Some(1.0));
        simulated.energy = Reading::Value(Energy {
            joules: 1.0,
            simulated: true,
        });
        let metered = point(600, 1.0, 1.0, Some(5.0));
        assert_eq!(
            pareto_front(&[simulated, metered]),
            [Place::Front, Place::Front]
        );
    }

    #[test]
    fn equals_share_the_front_and_no_accuracy_is_out() {
        let twin = point(600, 1.0, 1.0, None);
        let mut unknown = twin;
        unknown.accuracy = Reading::Missing(Reason::NoRows);
        assert_eq!(
            pareto_front(&[twin, twin, unknown]),
            [
                Place::Front,
                Place::Front,
                Place::Excluded(Exclusion::NoAccuracy(Reason::NoRows))
            ]
        );
    }

    fn any_point() -> impl Strategy<Value = Point> {
        // Few distinct values, so that ties and dominance are common.
        (3u32..7, 1u32..4, 1u32..4, prop::option::of(1u32..4))
            .prop_map(|(a, l, m, j)| point(a * 100, f64::from(l), f64::from(m), j.map(f64::from)))
    }

    proptest! {
        #[test]
        fn every_dominated_model_is_beaten_from_the_front(
            points in prop::collection::vec(any_point(), 1..20),
        ) {
            let places = pareto_front(&points);
            prop_assert!(places.contains(&Place::Front));
            for (index, place) in places.iter().enumerate() {
                if let Place::Dominated { by } = place {
                    prop_assert_eq!(places[*by], Place::Front);
                    let (a, b) = (axes(&points[*by]).unwrap(), axes(&points[index]).unwrap());
                    prop_assert!(dominates(&a, &b) && !dominates(&b, &a));
                }
            }
            // Order of the models does not matter.
            let reversed: Vec<Point> = points.iter().rev().copied().collect();
            let mut again = pareto_front(&reversed);
            again.reverse();
            for (a, b) in places.iter().zip(&again) {
                prop_assert_eq!(*a == Place::Front, *b == Place::Front);
            }
        }
    }
}
