//! Which faults of reasoning the wrong answers stand for.

use edgescore_taskpack::Fault;
use serde::Serialize;

use crate::{Reading, Reason};

/// Wrong answers by their fault. A guesser makes each equally often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Faults {
    /// Best if the present state goes on.
    pub myopic: u32,
    /// Best on average.
    pub average_case: u32,
    /// Against the policy.
    pub policy_blind: u32,
    /// Wrong, but the pack does not say why.
    pub unknown: u32,
}

impl Faults {
    /// Counts `wrong`: for each wrong letter its fault, if known. [`Reason::NoRows`] without
    /// wrong letters; [`Reason::NoFaults`] if no fault is known.
    pub fn of(wrong: impl IntoIterator<Item = Option<Fault>>) -> Reading<Faults> {
        let mut faults = Faults::default();
        for fault in wrong {
            *match fault {
                Some(Fault::Myopic) => &mut faults.myopic,
                Some(Fault::AverageCase) => &mut faults.average_case,
                Some(Fault::PolicyBlind) => &mut faults.policy_blind,
                None => &mut faults.unknown,
            } += 1;
        }
        match (faults.known(), faults.unknown) {
            (0, 0) => Reading::Missing(Reason::NoRows),
            (0, _) => Reading::Missing(Reason::NoFaults),
            _ => Reading::Value(faults),
        }
    }

    /// Wrong answers whose fault is known.
    pub fn known(&self) -> u32 {
        self.myopic + self.average_case + self.policy_blind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_counted_or_missing_with_a_reason() {
        let wrong = [
            Some(Fault::Myopic),
            None,
            Some(Fault::PolicyBlind),
            Some(Fault::Myopic),
        ];
        let faults = Faults {
            myopic: 2,
            average_case: 0,
            policy_blind: 1,
            unknown: 1,
        };
        assert_eq!(Faults::of(wrong), Reading::Value(faults));
        assert_eq!(Faults::of([]), Reading::Missing(Reason::NoRows));
        assert_eq!(Faults::of([None]), Reading::Missing(Reason::NoFaults));
    }
}
