//! Why a model is said not to have decided, in words.

use edgescore_score::Indecision;

/// In one clause: `answered A 30 of 30 times: did not decide`.
pub fn describe(indecision: &Indecision) -> String {
    match indecision {
        Indecision::OneLetter(habit) => format!(
            "answered {} {} of {} times: did not decide",
            habit.letter, habit.count, habit.letters
        ),
        Indecision::SameLetterInAllOrders { count, questions } => format!(
            "kept its letter on {count} of {questions} questions however the options were turned: \
             did not decide"
        ),
        Indecision::OneText { count, answers } => {
            format!("gave the same answer {count} of {answers} times: did not decide")
        }
        Indecision::HeldBack { count, questions } => format!(
            "called nothing in {count} of {questions} questions that need a call: did not decide"
        ),
        Indecision::LikeShuffled {
            correct,
            expected,
            questions,
            p,
        } => format!(
            "{correct} of {questions} right, and its letters shuffled over the questions have \
             {expected:.1} (p = {p:.2}): not shown to decide"
        ),
    }
}
