//! What is wrong with a wrong option.

use serde::{Deserialize, Serialize};

/// The fault of reasoning that leads to a wrong option. Hand-written and imported questions
/// do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Fault {
    /// Best if the present state goes on.
    Myopic,
    /// Best on average over the futures, but with a worse worst case.
    AverageCase,
    /// Best of all, but against the policy.
    PolicyBlind,
}

impl Fault {
    /// All faults.
    pub const ALL: [Fault; 3] = [Fault::Myopic, Fault::AverageCase, Fault::PolicyBlind];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Myopic => "myopic",
            Fault::AverageCase => "average-case",
            Fault::PolicyBlind => "policy-blind",
        }
    }
}
