//! The gate: limits in, a table of what holds and what does not out.

use serde::{Deserialize, Serialize};

use crate::{GateMonitor, Limits, Reading};

/// What was measured, in the units of [`Limits`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measurements {
    /// pass@1 over all questions.
    pub accuracy: Reading<f64>,
    /// Delta_5 as published.
    pub delta_5: Reading<f64>,
    /// Median latency in seconds.
    pub latency_s: Reading<f64>,
    /// Peak memory in GiB.
    pub memory_gib: Reading<f64>,
    /// Power in watts.
    pub power_w: Reading<f64>,
    /// Joules a question.
    pub energy_j: Reading<f64>,
    /// Edge Score.
    pub edge_score: Reading<f64>,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// pass@1 over all questions.
    Accuracy,
    /// Delta_5 as published.
    Delta5,
    /// Median latency.
    Latency,
    /// Peak memory.
    Memory,
    /// Power.
    Power,
    /// Energy a question.
    Energy,
    /// Edge Score.
    EdgeScore,
}

impl Quantity {
    /// The unit of limit, measured value and margin.
    pub const fn unit(self) -> &'static str {
        match self {
            Quantity::Accuracy | Quantity::Delta5 => "1",
            Quantity::Latency => "s",
            Quantity::Memory => "GiB",
            Quantity::Power => "W",
            Quantity::Energy => "J",
            // Which score, and so which unit, is the caller's to say.
            Quantity::EdgeScore => "score",
        }
    }
}

/// Which side of the limit is allowed. The limit itself is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The limit or more.
    AtLeast,
    /// The limit or less.
    AtMost,
}

/// One limit and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What it is about.
    pub quantity: Quantity,
    /// Which side is allowed.
    pub bound: Bound,
    /// The limit.
    pub limit: f64,
    /// What was measured, or why it was not. Without a value the line fails.
    pub measured: Reading<f64>,
    /// Distance from the limit, positive on the allowed side.
    pub margin: Reading<f64>,
    /// Whether the limit holds.
    pub pass: bool,
    /// The number of questions after which a watch settled the line, if it did; otherwise the
    /// measured value was compared as it is.
    pub decided_after: Option<u32>,
}

/// All lines of a gate. There is at least one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// One line a limit, in the order of [`Limits`].
    pub lines: Vec<Line>,
}

impl Verdict {
    /// Whether every line passes.
    pub fn pass(&self) -> bool {
        self.lines.iter().all(|line| line.pass)
    }
}

/// Limits that can't be a gate.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum GateError {
    /// No limit at all, which everything would pass.
    #[error("the gate has no limit: give at least one, such as --min-accuracy 0.5")]
    NoLimit,
    /// A limit that is no number.
    #[error("the limit on {0:?} is not a finite number")]
    NotFinite(Quantity),
}

/// Holds `measurements` against `limits`.
///
/// `watch`, if given, has seen the rows of a run that stopped early: a line that it settled
/// keeps that decision, with its error rate, because the values of such a run are not those
/// of the whole pack.
pub fn gate(
    limits: &Limits,
    measurements: &Measurements,
    watch: Option<&GateMonitor>,
) -> Result<Verdict, GateError> {
    use Bound::{AtLeast, AtMost};
    let m = measurements;
    let rows = [
        (Quantity::Accuracy, AtLeast, limits.min_accuracy, m.accuracy),
        (Quantity::Delta5, AtMost, limits.max_delta_5, m.delta_5),
        (Quantity::Latency, AtMost, limits.max_latency_s, m.latency_s),
        (
            Quantity::Memory,
            AtMost,
            limits.max_memory_gib,
            m.memory_gib,
        ),
        (Quantity::Power, AtMost, limits.max_power_w, m.power_w),
        (Quantity::Energy, AtMost, limits.max_energy_j, m.energy_j),
        (
            Quantity::EdgeScore,
            AtLeast,
            limits.min_edge_score,
            m.edge_score,
        ),
    ];
    let mut lines = Vec::with_capacity(rows.len());
    for (quantity, bound, limit, measured) in rows {
        let Some(limit) = limit else { continue };
        if !limit.is_finite() {
            return Err(GateError::NotFinite(quantity));
        }
        let mut line = line(quantity, bound, limit, measured);
        let settled = match quantity {
            Quantity::Accuracy => watch.and_then(GateMonitor::accuracy),
            Quantity::Latency => watch.and_then(GateMonitor::latency),
            _ => None,
        };
        if let Some(settled) = settled {
            line.pass = settled.pass;
            line.decided_after = Some(settled.after);
        }
        lines.push(line);
    }
    if lines.is_empty() {
        return Err(GateError::NoLimit);
    }
    Ok(Verdict { lines })
}

fn line(quantity: Quantity, bound: Bound, limit: f64, measured: Reading<f64>) -> Line {
    let measured = measured.finite();
    let margin = measured.map(|value| match bound {
        Bound::AtLeast => value - limit,
        Bound::AtMost => limit - value,
    });
    Line {
        quantity,
        bound,
        limit,
        measured,
        margin,
        pass: margin.value().is_some_and(|margin| margin >= 0.0),
        decided_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Letter, Outcome, Reason, Rotation, Row};
    use proptest::prelude::*;

    fn row(question: u32, correct: bool) -> Row {
        Row {
            question,
            latency_us: None,
            task: 0,
            options: 4,
            key: Letter::A,
            answer: Outcome::Letter(if correct { Letter::A } else { Letter::B }),
            call: None,
            rotation: Rotation::default(),
            evidence: Evidence::None,
        }
    }

    fn measurements() -> Measurements {
        Measurements {
            accuracy: Reading::Value(0.53),
            delta_5: Reading::Value(0.14),
            latency_s: Reading::Value(1.5),
            memory_gib: Reading::Value(1.8),
            power_w: Reading::Missing(Reason::Unsupported),
            energy_j: Reading::Missing(Reason::Off),
            edge_score: Reading::Value(0.14),
        }
    }

    #[test]
    fn the_table_says_which_line_failed_and_why() {
        let limits = Limits {
            min_accuracy: Some(0.5),
            max_delta_5: Some(0.14),
            max_latency_s: Some(1.0),
            max_power_w: Some(4.0),
            ..Limits::default()
        };
        let verdict = gate(&limits, &measurements(), None).unwrap();
        assert!(!verdict.pass());
        let rows: Vec<_> = verdict
            .lines
            .iter()
            .map(|line| (line.quantity, line.pass))
            .collect();
        assert_eq!(
            rows,
            [
                (Quantity::Accuracy, true),
                // The limit itself is allowed.
                (Quantity::Delta5, true),
                (Quantity::Latency, false),
                (Quantity::Power, false),
            ]
        );
        assert_eq!(verdict.lines[2].margin, Reading::Value(-0.5));
        // Not measured is a failure that says so, not a pass.
        assert_eq!(
            verdict.lines[3].measured,
            Reading::Missing(Reason::Unsupported)
        );
    }

    #[test]
    fn no_limit_and_no_number_are_errors() {
        assert_eq!(
            gate(&Limits::default(), &measurements(), None),
            Err(GateError::NoLimit)
        );
        let limits = Limits {
            max_memory_gib: Some(f64::NAN),
            ..Limits::default()
        };
        assert_eq!(
            gate(&limits, &measurements(), None),
            Err(GateError::NotFinite(Quantity::Memory))
        );
        let mut broken = measurements();
        broken.memory_gib = Reading::Value(f64::NAN);
        let limits = Limits {
            max_memory_gib: Some(2.0),
            ..Limits::default()
        };
        assert!(!gate(&limits, &broken, None).unwrap().pass());
    }

    #[test]
    fn an_early_decision_is_the_lines() {
        let limits = Limits {
            min_accuracy: Some(0.5),
            ..Limits::default()
        };
        let mut watch = GateMonitor::new(&limits, 3722).unwrap();
        let mut asked = 0;
        while watch.certain().is_none() {
            watch.update(&row(asked, asked % 10 < 3)).unwrap();
            asked += 1;
        }
        // What was seen so far may look good: the decision stands.
        let line = gate(&limits, &measurements(), Some(&watch)).unwrap().lines[0];
        assert!(!line.pass);
        assert_eq!(line.decided_after, Some(asked));
        assert!(asked < 150, "{asked}");

        // Before the decision the measured value is compared as it is.
        let fresh = GateMonitor::new(&limits, 3722).unwrap();
        let line = gate(&limits, &measurements(), Some(&fresh)).unwrap().lines[0];
        assert!(line.pass);
        assert_eq!(line.decided_after, None);
    }

    #[test]
    fn a_misspelt_limit_is_refused() {
        assert!(serde_json::from_str::<Limits>(r#"{"min_accuracy":0.5}"#).is_ok());
        assert!(serde_json::from_str::<Limits>(r#"{"min_acuracy":0.5}"#).is_err());
    }

    proptest! {
        #[test]
        fn loosening_a_limit_never_fails_a_passing_gate(
            value in 0.0..10.0f64, limit in 0.0..10.0f64, slack in 0.0..5.0f64,
        ) {
            let mut m = measurements();
            m.latency_s = Reading::Value(value);
            m.accuracy = Reading::Value(value);
            let passes = |min, max| {
                let limits = Limits { min_accuracy: min, max_latency_s: max, ..Limits::default() };
                gate(&limits, &m, None).unwrap().pass()
            };
            prop_assert!(!passes(None, Some(limit)) || passes(None, Some(limit + slack)));
            prop_assert!(!passes(Some(limit), None) || passes(Some(limit - slack), None));
        }
    }
}
