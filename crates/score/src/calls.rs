//! What is right of the calls that a model makes.

use edgescore_record::CallAxes;
use serde::Serialize;

use crate::{Estimate, Proportion, Reading, Run};

/// Calls of functions over the counted headline rows that ask for one or for none, each axis apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Calls {
    /// Questions.
    pub questions: u32,
    /// Of them, those where a call is right.
    pub expected: u32,
    /// Share of the answers that are a call in a known form, or plainly none.
    pub well_formed: Reading<Estimate>,
    /// Of the questions where a call is right, the share that call the right function.
    pub function: Reading<Estimate>,
    /// Of the questions where a call is right, the share that call it with the right arguments.
    pub arguments: Reading<Estimate>,
    /// Of the questions where no call is right, the share without one.
    pub abstained: Reading<Estimate>,
    /// Of the questions where a call is right, the share without one.
    pub held_back: Reading<Estimate>,
}

impl Calls {
    /// Of `run`; none where nothing asks for a call.
    pub fn of(run: &Run) -> Option<Calls> {
        let axes: Vec<CallAxes> = run.counted().filter_map(|row| row.call).collect();
        let (expected, none): (Vec<CallAxes>, Vec<CallAxes>) =
            axes.iter().partition(|axes| axes.expected());
        let share = |of: &[CallAxes], is: fn(CallAxes) -> bool| {
            let count = of.iter().filter(|axes| is(**axes)).count();
            Proportion::new(count as u32, of.len() as u32).map(Proportion::estimate)
        };
        let no_call = |axes: CallAxes| axes.well_formed() && !axes.called();
        (!axes.is_empty()).then(|| Calls {
            questions: axes.len() as u32,
            expected: expected.len() as u32,
            well_formed: share(&axes, CallAxes::well_formed),
            function: share(&expected, CallAxes::function),
            arguments: share(&expected, CallAxes::arguments),
            abstained: share(&none, no_call),
            held_back: share(&expected, no_call),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Evidence, Letter, Outcome, Rotation, Row, ScoredTask};

    #[test]
    fn each_axis_has_its_own_share() {
        // Expected, well-formed, called, function, arguments.
        let all = [
            [true, true, true, true, true],
            [true, true, true, true, false],
            [true, true, true, false, false],
            [true, true, false, false, false],
            [true, false, false, false, false],
            [false, true, false, true, true],
            [false, true, true, false, false],
        ];
        let rows: Vec<Row> = (0..)
            .zip(all)
            .map(|(question, [a, b, c, d, e])| Row {
                question,
                latency_us: None,
                task: 0,
                options: 0,
                key: Letter::A,
                answer: Outcome::Other { right: d && e },
                call: Some(CallAxes::new(a, b, c, d, e)),
                rotation: Rotation::default(),
                evidence: Evidence::None,
            })
            .collect();
        let tasks = [ScoredTask {
            group: 0,
            pass_k: false,
        }];
        let run = Run::new(&tasks, &rows).unwrap();
        let calls = Calls::of(&run).unwrap();
        let value = |share: Reading<Estimate>| share.value().unwrap().value;
        assert_eq!((calls.questions, calls.expected), (7, 5));
        assert_eq!(value(calls.well_formed), 6.0 / 7.0);
        assert_eq!(value(calls.function), 0.4);
        assert_eq!(value(calls.arguments), 0.2);
        assert_eq!(value(calls.abstained), 0.5);
        assert_eq!(value(calls.held_back), 0.2);
        assert_eq!(run.chance(), 0.0);
        assert_eq!(Calls::of(&Run::new(&tasks, &[]).unwrap()), None);
    }
}
