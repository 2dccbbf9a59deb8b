//! Questions of a pack, for people.

use edgescore_taskpack::{Kind, Matching, Tolerance};

/// What is right, where that is no letter.
pub fn right_answer(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Choice(_) => return None,
        Kind::Number(number) => {
            let within = match number.tolerance {
                Tolerance::Absolute(by) => format!("{by}"),
                Tolerance::Relative(by) => format!("{} %", 100.0 * by),
            };
            let unit = [" ", number.unit].concat();
            format!(
                "right: {}{}, within {within}",
                number.value,
                unit.trim_end()
            )
        }
        Kind::Text(wording) => {
            let how = match wording.matching {
                Matching::Exact => "exactly",
                Matching::Normalised => "in any case and spacing",
                Matching::Pattern => "as a pattern",
            };
            format!("right, {how}: {}", wording.accepted.join(" | "))
        }
        Kind::Tool(tool) => format!("right: {}", calls(tool.calls)),
        Kind::Turns(turns) => {
            let steps = turns.steps.iter().map(|step| calls(step.calls));
            format!(
                "right, step by step: {}",
                steps.collect::<Vec<_>>().join("; ")
            )
        }
    })
}

fn calls(calls: &str) -> &str {
    match calls.trim() {
        "[]" => "no call",
        calls => calls,
    }
}
