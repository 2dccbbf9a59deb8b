//! Two runs over the same questions.

use serde::Serialize;

use crate::{
    Answer, Bootstrap, Discordance, Estimate, McNemar, Measured, Row, Run, bootstrap_mean, mcnemar,
};

/// Runs that are not over the same questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// The runs disagree on the right letter.
    #[error("question {question} has another right letter in each run: compare runs of one pack")]
    Gold {
        /// The question.
        question: u32,
    },
}

/// The rows of the questions that count in both runs.
pub(crate) struct Pairs<'a> {
    pub(crate) rows: Vec<(&'a Row, &'a Row)>,
    /// Questions that count in one of the runs only.
    pub(crate) unpaired: u32,
}

pub(crate) fn pair<'a>(first: &Run<'a>, second: &Run<'a>) -> Result<Pairs<'a>, PairError> {
    let sorted = |run: &Run<'a>| {
        let mut rows: Vec<&'a Row> = run.counted().collect();
        rows.sort_unstable_by_key(|row| row.question);
        rows
    };
    let (first, second) = (sorted(first), sorted(second));
    let mut rows = Vec::with_capacity(first.len().min(second.len()));
    let mut others = second.iter().copied().peekable();
    for &row in &first {
        while others
            .next_if(|other| other.question < row.question)
            .is_some()
        {}
        if let Some(other) = others.next_if(|other| other.question == row.question) {
            if other.gold != row.gold {
                return Err(PairError::Gold {
                    question: row.question,
                });
            }
            rows.push((row, other));
        }
    }
    Ok(Pairs {
        unpaired: (first.len() + second.len() - 2 * rows.len()) as u32,
        rows,
    })
}

/// Two models on the questions that both answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Questions right in both runs.
    pub both: u32,
    /// Questions right in one of them.
    pub discordance: Discordance,
    /// Questions right in neither.
    pub neither: u32,
    /// Questions that count in one run only. They are left out.
    pub unpaired: u32,
    /// First accuracy minus second, with a paired bootstrap interval.
    pub difference: Measured<Estimate>,
    /// p-values against equal accuracy. Comparing several models, adjust them with
    /// [`crate::holm`].
    pub mcnemar: McNemar,
}

/// Compares the accuracies of two runs over the questions that count in both. An unparsed
/// answer is wrong.
pub fn compare(first: &Run, second: &Run, how: Bootstrap) -> Result<Comparison, PairError> {
    let pairs = pair(first, second)?;
    let (mut both, mut neither) = (0, 0);
    let mut discordance = Discordance {
        only_first: 0,
        only_second: 0,
    };
    let mut differences = Vec::with_capacity(pairs.rows.len());
    for (a, b) in &pairs.rows {
        let (count, difference) = match (a.is_correct(), b.is_correct()) {
            (true, true) => (&mut both, 0.0),
            (true, false) => (&mut discordance.only_first, 1.0),
            (false, true) => (&mut discordance.only_second, -1.0),
            (false, false) => (&mut neither, 0.0),
        };
        *count += 1;
        differences.push(difference);
    }
    Ok(Comparison {
        both,
        discordance,
        neither,
        unpaired: pairs.unpaired,
        difference: bootstrap_mean(&differences, how),
        mcnemar: mcnemar(discordance),
    })
}

/// Whether two rows gave the same letter; unparsed agrees with nothing.
pub(crate) fn same_letter(a: &Row, b: &Row) -> bool {
    matches!(a.answer, Answer::Letter(_)) && a.answer == b.answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Letter, Missing, Task};

    const TASKS: [Task; 1] = [Task {
        group: 1,
        pass_k: false,
    }];

    fn row(question: u32, answer: Answer) -> Row {
        Row {
            question,
            latency_us: None,
            task: 0,
            gold: Letter::A,
            answer,
            rotation: 0,
            evidence: Evidence::None,
        }
    }

    const RIGHT: Answer = Answer::Letter(Letter::A);
    const WRONG: Answer = Answer::Letter(Letter::B);

    #[test]
    fn pairs_by_question_whatever_the_order() {
        let first = [
            row(9, RIGHT),
            row(2, WRONG),
            row(4, RIGHT),
            row(5, Answer::Skipped),
            row(7, RIGHT),
        ];
        let second = [
            row(5, RIGHT),
            row(4, Answer::Unparsed),
            row(9, RIGHT),
            row(2, WRONG),
            row(3, RIGHT),
        ];
        let first = Run::new(&TASKS, &first).unwrap();
        let second = Run::new(&TASKS, &second).unwrap();
        let got = compare(&first, &second, Bootstrap::default()).unwrap();
        // Paired: 9 both right, 4 first only, 2 neither. Unpaired: 7 of the first, 3 and 5
        // of the second.
        assert_eq!((got.both, got.neither, got.unpaired), (1, 1, 3));
        assert_eq!(
            got.discordance,
            Discordance {
                only_first: 1,
                only_second: 0
            }
        );
        assert!((got.difference.value().unwrap().value - 1.0 / 3.0).abs() < 1e-12);

        let back = compare(&second, &first, Bootstrap::default()).unwrap();
        assert_eq!(back.mcnemar, got.mcnemar);
        assert!((back.difference.value().unwrap().value + 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_in_common_and_another_pack() {
        let (one, two) = ([row(1, RIGHT)], [row(2, RIGHT)]);
        let one = Run::new(&TASKS, &one).unwrap();
        let got = compare(&one, &Run::new(&TASKS, &two).unwrap(), Bootstrap::default()).unwrap();
        assert_eq!(got.difference, Measured::Missing(Missing::NoRows));
        assert_eq!(got.mcnemar.exact, 1.0);

        let mut other = row(1, RIGHT);
        other.gold = Letter::C;
        let other = [other];
        assert_eq!(
            compare(
                &one,
                &Run::new(&TASKS, &other).unwrap(),
                Bootstrap::default()
            ),
            Err(PairError::Gold { question: 1 })
        );
    }
}
