//! Whether calls are the right ones.

use super::call::Call;
use super::function::{Function, expected};
use super::parse::{Parsed, parse};
use crate::value::{self, Value};

/// What is right and wrong with what a model answered where functions were offered.
///
/// A fault counts once: where there are no calls to compare, `function` and `arguments` hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToolJudgement {
    /// The text is plain text, or calls in a known dialect.
    pub well_formed: bool,
    /// A function was called, or that was attempted.
    pub called: bool,
    /// The functions called are those expected, each as often.
    pub function: bool,
    /// The arguments are those expected.
    pub arguments: bool,
    /// A call was expected.
    pub expected: bool,
}

impl ToolJudgement {
    /// Whether all of it is right: the calls are the expected ones in any order, or none was made where
    /// none is right.
    pub fn is_right(&self) -> bool {
        self.well_formed && self.called == self.expected && self.function && self.arguments
    }
}

/// Judges `text` by the functions that were offered and the right calls, both as a pack has them (see
/// [`edgescore_taskpack::ToolUse`]). `None` where these cannot be read, which [`super::check()`] tells
/// before.
pub fn judge(text: &str, functions: &[&str], calls: &str) -> Option<ToolJudgement> {
    let mut offered = Vec::new();
    for function in functions {
        offered.push(Function::read(function)?);
    }
    let right = expected(calls)?;
    let (well_formed, called, made) = match parse(text) {
        Parsed::Calls(_, calls) => (true, true, calls),
        Parsed::None => (true, false, Vec::new()),
        Parsed::Broken => (false, true, Vec::new()),
    };
    let compare = !made.is_empty() && !right.is_empty();
    let same_name = |call: &Call, right: &Call| call.name == right.name;
    let function = !compare || pair(&made, &right, same_name);
    // With a wrong function the arguments are compared all the same, so that one fault is one.
    let arguments = !compare
        || pair(&made, &right, |call, right| {
            (!function || same_name(call, right)) && same_arguments(call, right, &offered)
        });
    Some(ToolJudgement {
        well_formed,
        called,
        function,
        arguments,
        expected: !right.is_empty(),
    })
}

/// Whether each of `made` is `alike` another one of `right`, and none is left.
fn pair(made: &[Call], right: &[Call], alike: impl Fn(&Call, &Call) -> bool) -> bool {
    let mut left: Vec<&Call> = right.iter().collect();
    let all = made.iter().all(|call| {
        let place = left.iter().position(|right| alike(call, right));
        place.map(|place| left.swap_remove(place)).is_some()
    });
    all && left.is_empty()
}

/// Whether both give the same arguments. One that only one of them gives is the function's default.
fn same_arguments(call: &Call, right: &Call, functions: &[Function]) -> bool {
    let function = functions
        .iter()
        .find(|function| function.name == right.name);
    let default = |name: &str| function?.argument(name)?.get("default");
    let within = |one: &Call, other: &Call| {
        one.arguments.iter().all(|(name, value)| {
            let other: Option<&Value> =
                value::find(&other.arguments, name).or_else(|| default(name));
            other.is_some_and(|other| value.same(other))
        })
    };
    within(call, right) && within(right, call)
}
