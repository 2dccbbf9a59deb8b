//! What values mean, in the words of a page.

use edgescore_record::{Answer, AnswerKind, Found, Judged, Labels, Standing};
use edgescore_score::{AgainstChance, Estimate, Place};
use edgescore_summary::Warning;

/// A warning in a narrow column.
pub fn warning(warning: &Warning) -> String {
    match warning {
        Warning::Waited(_, share) => {
            format!(
                "{} {:.0} %",
                warning.label().replace('_', " "),
                100.0 * share
            )
        }
        other => other.label().replace('_', " "),
    }
}

/// The letter that was chosen, or what became of the answer.
pub fn answered(answer: Answer) -> &'static str {
    match answer {
        Answer::Choice(chosen) => match (chosen.choice, chosen.found) {
            (Some(letter), _) => letter.label(),
            (None, Found::Incomplete) => "incomplete",
            (None, _) => "unparsed",
        },
        Answer::Judged(judged) => match judged.standing {
            Standing::Right => "right",
            Standing::Wrong => "wrong",
            Standing::Unparsed => "unparsed",
            Standing::Incomplete => "incomplete",
        },
    }
}

/// What is wrong with a call, or with its absence, where that is known.
pub fn fault_of_call(judged: &Judged) -> Option<&'static str> {
    let is_call = matches!(judged.kind, AnswerKind::Tool | AnswerKind::Turns);
    let axes = judged.axes;
    (is_call && judged.standing == Standing::Wrong).then(|| {
        match (axes.well_formed(), axes.expected(), axes.called()) {
            (false, ..) => "no well-formed call",
            (_, true, false) => "no call where one is right",
            (_, false, true) => "a call where none is right",
            _ if !axes.function() => "another function",
            _ => "other arguments",
        }
    })
}

/// What was asked for, where that is no letter.
pub fn kind(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Number => "number",
        AnswerKind::Text => "text",
        AnswerKind::Tool => "tool",
        AnswerKind::Turns => "turns",
    }
}

/// Where an accuracy over `questions` lies against that of guessing, `chance`; nothing without options,
/// where there is nothing to guess.
pub fn against_chance(accuracy: &Estimate, chance: f64, questions: u32) -> Option<String> {
    let percent = 100.0 * chance;
    (chance > 0.0).then(|| match accuracy.against(chance) {
        AgainstChance::Above => format!("better than guessing ({percent:.0} %)"),
        AgainstChance::AtChance => {
            format!("no better than guessing, as far as {questions} questions show")
        }
        AgainstChance::Below => format!("worse than guessing ({percent:.0} %)"),
    })
}

/// A place against the Pareto front; `name` tells the model of an index.
pub fn place(place: Place, name: impl Fn(usize) -> String) -> String {
    match place {
        Place::Front => "front".to_owned(),
        Place::Dominated { by } => format!("beaten by {}", name(by)),
        Place::Excluded(_) => "left out".to_owned(),
    }
}
