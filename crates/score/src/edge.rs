//! The Edge Score: accuracy for what it costs.

use serde::{Deserialize, Serialize};

use crate::{AgainstChance, CHANCE, Estimate, Reading, Reason};

/// Which Edge Score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Formula {
    /// accuracy / (median latency * peak memory). As accuracy never falls much below
    /// chance, a small enough model wins by guessing fast.
    Literal,
    /// The same with (accuracy - chance) / (1 - chance) in place of accuracy, which for four options is
    /// (accuracy - 1/4) / (3/4); 0 at or below chance.
    ChanceCorrected,
    /// accuracy / (energy a question * peak memory).
    PerJoule,
}

/// Energy of one question, and whether a meter saw it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// Joules a question.
    pub joules: f64,
    /// From a model of the board instead of a meter: never ranked beside metered energy.
    pub simulated: bool,
}

/// What an Edge Score is made of. What was not measured is a reason.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EdgeInputs {
    /// pass@1, with the interval that is held against chance.
    pub accuracy: Reading<Estimate>,
    /// Accuracy of a guess.
    pub chance: f64,
    /// Median latency of a question in seconds.
    pub latency_s: Reading<f64>,
    /// Peak memory in GiB (2^30 bytes).
    pub memory_gib: Reading<f64>,
    /// Energy of a question.
    pub energy: Reading<Energy>,
}

/// The powers to which the components are raised. One each is the plain score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Exponents {
    accuracy: f64,
    cost: f64,
    memory: f64,
}

/// An exponent that would turn a cost into a virtue, or is not a number.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("exponent {0} is not usable: give finite numbers of at least 0, above 0 for accuracy")]
pub struct InvalidExponent(pub f64);

impl Default for Exponents {
    fn default() -> Exponents {
        Exponents {
            accuracy: 1.0,
            cost: 1.0,
            memory: 1.0,
        }
    }
}

impl Exponents {
    /// Exponents of accuracy (above 0), of latency or energy, whichever the formula has, and
    /// of memory (at least 0).
    pub fn new(accuracy: f64, cost: f64, memory: f64) -> Result<Exponents, InvalidExponent> {
        if !(accuracy.is_finite() && accuracy > 0.0) {
            return Err(InvalidExponent(accuracy));
        }
        for exponent in [cost, memory] {
            if !(exponent.is_finite() && exponent >= 0.0) {
                return Err(InvalidExponent(exponent));
            }
        }
        Ok(Exponents {
            accuracy,
            cost,
            memory,
        })
    }
}

/// One component of a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Component {
    /// Its name in the expression.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The power it is raised to.
    pub exponent: f64,
    /// Its value, or the reason that refuses the score.
    pub measured: Reading<f64>,
}

/// Why there is no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("no Edge Score: {component}: {reason}")]
pub struct Refusal {
    /// The first component without a valid value.
    pub component: &'static str,
    /// Its reason.
    pub reason: Reason,
}

/// Whether the score may be ranked beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It may.
    Ranked,
    /// The accuracy's interval contains chance.
    AtChance,
    /// The accuracy's interval lies below chance.
    BelowChance,
    /// The energy is simulated.
    SimulatedEnergy,
    /// There is no score.
    Refused,
}

/// An Edge Score with everything it was made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EdgeScore {
    /// Which score.
    pub formula: Formula,
    /// The formula in the components' names, exponents other than 1 written out.
    pub expression: String,
    /// The unit of the value.
    pub unit: String,
    /// Accuracy, latency or energy, memory, as measured.
    pub components: [Component; 3],
    /// The score, or why there is none.
    pub value: Result<f64, Refusal>,
    /// Whether it may be ranked.
    pub standing: Standing,
}

impl EdgeScore {
    /// The same, with no value where it may not be ranked: a number would be read as one.
    pub fn or_refused(mut self) -> EdgeScore {
        let because = match self.standing {
            Standing::Ranked | Standing::Refused => return self,
            Standing::AtChance => ("accuracy", Reason::AtChance),
            Standing::BelowChance => ("accuracy", Reason::BelowChance),
            Standing::SimulatedEnergy => ("energy_per_question", Reason::Simulated),
        };
        let (component, reason) = because;
        self.value = Err(Refusal { component, reason });
        self
    }

    /// The same of a model whose answers do not depend on the questions.
    pub fn of_undecided(mut self) -> EdgeScore {
        self.standing = Standing::Refused;
        self.value = Err(Refusal {
            component: "accuracy",
            reason: Reason::Undecided,
        });
        self
    }
}

/// The Edge Score of `inputs`. Refused, with the reason, when a component is missing, and
/// when a latency, memory peak or energy is not a finite number above 0.
pub fn edge_score(inputs: &EdgeInputs, formula: Formula, exponents: Exponents) -> EdgeScore {
    let accuracy = Component {
        name: "accuracy",
        unit: "1",
        exponent: exponents.accuracy,
        measured: inputs.accuracy.map(|accuracy| accuracy.value),
    };
    let cost = match formula {
        Formula::Literal | Formula::ChanceCorrected => Component {
            name: "median_latency",
            unit: "s",
            exponent: exponents.cost,
            measured: inputs.latency_s.positive(),
        },
        Formula::PerJoule => Component {
            name: "energy_per_question",
            unit: "J",
            exponent: exponents.cost,
            measured: inputs.energy.map(|energy| energy.joules).positive(),
        },
    };
    let memory = Component {
        name: "peak_memory",
        unit: "GiB",
        exponent: exponents.memory,
        measured: inputs.memory_gib.positive(),
    };
    let components = [accuracy, cost, memory];
    let value = value_of(&components, formula, inputs.chance);
    let quality = match formula {
        Formula::ChanceCorrected if inputs.chance == CHANCE => {
            "max(0, (accuracy - 1/4) / (3/4))".to_owned()
        }
        Formula::ChanceCorrected => {
            let chance = inputs.chance;
            format!("max(0, (accuracy - {chance:.3}) / (1 - {chance:.3}))")
        }
        Formula::Literal | Formula::PerJoule => accuracy.name.to_owned(),
    };
    EdgeScore {
        formula,
        expression: format!(
            "{} / ({} * {})",
            power(&quality, accuracy.exponent),
            power(cost.name, cost.exponent),
            power(memory.name, memory.exponent)
        ),
        unit: format!(
            "1/({}*{})",
            power(cost.unit, cost.exponent),
            power(memory.unit, memory.exponent)
        ),
        components,
        value,
        standing: match value {
            Ok(_) => standing(inputs, formula),
            Err(_) => Standing::Refused,
        },
    }
}

fn value_of(
    [accuracy, cost, memory]: &[Component; 3],
    formula: Formula,
    chance: f64,
) -> Result<f64, Refusal> {
    let valid = |component: &Component| match component.measured {
        Reading::Value(value) => Ok(value),
        Reading::Missing(reason) => Err(Refusal {
            component: component.name,
            reason,
        }),
    };
    let share = valid(accuracy)?;
    let quality = match formula {
        Formula::ChanceCorrected => ((share - chance) / (1.0 - chance)).max(0.0),
        Formula::Literal | Formula::PerJoule => share,
    };
    let score = quality.powf(accuracy.exponent)
        / (valid(cost)?.powf(cost.exponent) * valid(memory)?.powf(memory.exponent));
    // Extreme exponents can leave the range of f64.
    if score.is_finite() {
        Ok(score)
    } else {
        Err(Refusal {
            component: "exponents",
            reason: Reason::Invalid,
        })
    }
}

fn power(base: &str, exponent: f64) -> String {
    if exponent == 1.0 {
        base.to_owned()
    } else {
        format!("{base}^{exponent}")
    }
}

fn standing(inputs: &EdgeInputs, formula: Formula) -> Standing {
    match inputs
        .accuracy
        .map(|accuracy| accuracy.against(inputs.chance))
    {
        Reading::Missing(_) => Standing::Refused,
        Reading::Value(AgainstChance::AtChance) => Standing::AtChance,
        Reading::Value(AgainstChance::Below) => Standing::BelowChance,
        Reading::Value(AgainstChance::Above) => match (formula, inputs.energy) {
            (Formula::PerJoule, Reading::Value(energy)) if energy.simulated => {
                Standing::SimulatedEnergy
            }
            _ => Standing::Ranked,
        },
    }
}

/// Indices of the scores that have a value, best first, ranked or not; equal scores in their
/// given order. For showing what a formula alone would say.
pub fn order_by_value(scores: &[EdgeScore]) -> Vec<usize> {
    let mut order: Vec<(usize, f64)> = scores
        .iter()
        .enumerate()
        .filter_map(|(index, score)| score.value.ok().map(|value| (index, value)))
        .collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    order.into_iter().map(|(index, _)| index).collect()
}

/// Indices of the scores that may be ranked, best first.
pub fn ranking(scores: &[EdgeScore]) -> Vec<usize> {
    order_by_value(scores)
        .into_iter()
        .filter(|&index| {
            scores
                .get(index)
                .is_some_and(|score| score.standing == Standing::Ranked)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Proportion;
    use proptest::prelude::*;

    fn inputs(correct: u32, latency_s: f64, memory_gib: f64) -> EdgeInputs {
        EdgeInputs {
            accuracy: Proportion::new(correct, 1000).map(Proportion::estimate),
            chance: CHANCE,
            latency_s: Reading::Value(latency_s),
            memory_gib: Reading::Value(memory_gib),
            energy: Reading::Missing(Reason::Unsupported),
        }
    }

    fn plain(inputs: &EdgeInputs, formula: Formula) -> EdgeScore {
        edge_score(inputs, formula, Exponents::default())
    }

    #[test]
    fn by_hand() {
        let half = inputs(500, 2.0, 0.5);
        assert_eq!(plain(&half, Formula::Literal).value, Ok(0.5));
        let corrected = plain(&half, Formula::ChanceCorrected);
        assert!((corrected.value.unwrap() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(corrected.standing, Standing::Ranked);

        let mut metered = half;
        metered.energy = Reading::Value(Energy {
            joules: 4.0,
            simulated: false,
        });
        let per_joule = plain(&metered, Formula::PerJoule);
        assert_eq!(per_joule.value, Ok(0.25));
        assert_eq!(per_joule.standing, Standing::Ranked);

        let exponents = Exponents::new(2.0, 0.5, 1.0).unwrap();
        let score = edge_score(&inputs(500, 4.0, 0.5), Formula::Literal, exponents);
        assert_eq!(score.value, Ok(0.25));
        assert_eq!(
            score.expression,
            "accuracy^2 / (median_latency^0.5 * peak_memory)"
        );
        assert_eq!(score.unit, "1/(s^0.5*GiB)");
    }

    #[test]
    fn missing_and_impossible_components_refuse_the_score() {
        let score = plain(&inputs(500, 2.0, 0.5), Formula::PerJoule);
        assert_eq!(
            score.value,
            Err(Refusal {
                component: "energy_per_question",
                reason: Reason::Unsupported
            })
        );
        assert_eq!(score.standing, Standing::Refused);
        assert_eq!(
            score.value.unwrap_err().to_string(),
            "no Edge Score: energy_per_question: this board has no source for it"
        );
        for bad in [0.0, -1.0, f64::NAN] {
            let score = plain(&inputs(500, bad, 0.5), Formula::Literal);
            assert_eq!(
                score.value,
                Err(Refusal {
                    component: "median_latency",
                    reason: Reason::Invalid
                })
            );
        }
        let none = EdgeInputs {
            accuracy: Reading::Missing(Reason::NoRows),
            ..inputs(0, 1.0, 1.0)
        };
        assert_eq!(
            plain(&none, Formula::Literal).value.unwrap_err().component,
            "accuracy"
        );
    }

    #[test]
    fn chance_and_simulated_energy_are_not_ranked() {
        // 255 of 1000: the interval 0.229-0.283 contains 1/4. 200 of 1000 lies below.
        let at = plain(&inputs(255, 0.1, 0.1), Formula::Literal);
        let below = plain(&inputs(200, 0.1, 0.1), Formula::ChanceCorrected);
        assert_eq!(at.standing, Standing::AtChance);
        assert_eq!(below.standing, Standing::BelowChance);
        assert_eq!(below.value, Ok(0.0));

        let mut simulated = inputs(500, 1.0, 1.0);
        simulated.energy = Reading::Value(Energy {
            joules: 1.0,
            simulated: true,
        });
        let simulated = plain(&simulated, Formula::PerJoule);
        assert_eq!(simulated.value, Ok(0.5));
        assert_eq!(simulated.standing, Standing::SimulatedEnergy);

        let fair = plain(&inputs(500, 1.0, 1.0), Formula::Literal);
        let scores = [fair, at, below, simulated];
        assert_eq!(order_by_value(&scores), [1, 0, 3, 2]);
        assert_eq!(ranking(&scores), [0]);
    }

    #[test]
    fn exponents_are_checked() {
        assert_eq!(Exponents::new(0.0, 1.0, 1.0), Err(InvalidExponent(0.0)));
        assert_eq!(Exponents::new(1.0, -1.0, 1.0), Err(InvalidExponent(-1.0)));
        assert!(Exponents::new(1.0, 0.0, f64::NAN).is_err());
        let steep = Exponents::new(1.0, 1000.0, 1.0).unwrap();
        let score = edge_score(&inputs(500, 1e-9, 1.0), Formula::Literal, steep);
        assert_eq!(score.value.unwrap_err().component, "exponents");
    }

    #[test]
    fn json_carries_formula_units_and_components() {
        let score = plain(&inputs(500, 2.0, 0.5), Formula::Literal);
        let json: serde_json::Value = serde_json::to_value(&score).unwrap();
        assert_eq!(
            json["expression"],
            "accuracy / (median_latency * peak_memory)"
        );
        assert_eq!(json["unit"], "1/(s*GiB)");
        assert_eq!(json["components"][1]["measured"]["value"], 2.0);
        assert_eq!(json["standing"], "ranked");
    }

    proptest! {
        #[test]
        fn better_never_scores_less(
            correct in 0u32..1000, latency in 0.001..100.0f64, memory in 0.01..64.0f64,
            a in 0.1..3.0f64, l in 0.0..3.0f64, m in 0.0..3.0f64,
        ) {
            let exponents = Exponents::new(a, l, m).unwrap();
            for formula in [Formula::Literal, Formula::ChanceCorrected] {
                let of = |c, l, m| edge_score(&inputs(c, l, m), formula, exponents).value.unwrap();
                let here = of(correct, latency, memory);
                prop_assert!(here >= 0.0);
                prop_assert!(of(correct + 1, latency, memory) >= here);
                prop_assert!(of(correct, latency * 2.0, memory) <= here);
                prop_assert!(of(correct, latency, memory * 2.0) <= here);
            }
            // Literal and corrected agree at certainty and order the same at equal cost.
            let sure = inputs(1000, latency, memory);
            prop_assert_eq!(
                plain(&sure, Formula::Literal).value,
                plain(&sure, Formula::ChanceCorrected).value
            );
        }
    }
}
