//! Every other result against the first.

use edgescore_score::{
    Agreement, Bootstrap, Comparison, Estimate, Reading, agreement, compare, compare_tasks, holm,
    latency_ratio, unpaired_difference,
};

use crate::commands::report::RunSummary;
use crate::failure::Failure;
use edgescore_record::Mode;

/// Resamples for one task: a task has some 120 questions, and there are thirty.
const TASK_REPLICATES: u32 = 2000;

/// A result set against the first.
pub struct Against<'a> {
    /// The result.
    pub run: &'a RunSummary,
    /// All questions.
    pub overall: Tested,
    /// Task by task, in the order of the first result's tasks; only those both asked.
    pub tasks: Vec<(String, Tested)>,
    /// How many times longer the first took; missing when the questions are not the same.
    pub latency_ratio: Option<Reading<Estimate>>,
    /// Whether letter and generate mode agree, when these are the two.
    pub agreement: Option<Agreement>,
}

/// A difference in accuracy, first minus other.
pub struct Tested {
    /// Accuracy of the first.
    pub first: Reading<Estimate>,
    /// Accuracy of the other.
    pub other: Reading<Estimate>,
    /// The difference with its interval.
    pub difference: Reading<Estimate>,
    /// The pairs behind it; `None` when the questions are not the same.
    pub paired: Option<Comparison>,
    /// p corrected for all results of this command (overall) or all their tasks; `None`
    /// without pairs.
    pub adjusted_p: Option<f64>,
}

/// Sets each of `others` against `first`.
pub fn all<'a>(first: &RunSummary, others: &'a [RunSummary]) -> Result<Vec<Against<'a>>, Failure> {
    let mut all = others
        .iter()
        .map(|other| {
            if first.pack_hash == other.pack_hash {
                paired(first, other)
            } else {
                Ok(unpaired(first, other))
            }
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    adjust(all.iter_mut().map(|against| &mut against.overall))?;
    let tasks = all.iter_mut().flat_map(|against| &mut against.tasks);
    adjust(tasks.map(|(_, tested)| tested))?;
    Ok(all)
}

fn adjust<'a>(tested: impl Iterator<Item = &'a mut Tested>) -> Result<(), Failure> {
    let mut tested: Vec<_> = tested.filter(|tested| tested.paired.is_some()).collect();
    let p: Vec<f64> = tested
        .iter()
        .filter_map(|tested| Some(tested.paired?.mcnemar.mid_p))
        .collect();
    let adjusted = holm(&p).map_err(Failure::data)?;
    for (tested, p) in tested.iter_mut().zip(adjusted) {
        tested.adjusted_p = Some(p);
    }
    Ok(())
}

fn paired<'a>(first: &RunSummary, other: &'a RunSummary) -> Result<Against<'a>, Failure> {
    let (a, b) = (first.run()?, other.run()?);
    let how = Bootstrap::default();
    let overall = compare(&a, &b, how).map_err(Failure::data)?;
    let tasks = Bootstrap {
        replicates: TASK_REPLICATES,
        ..how
    };
    let tasks = compare_tasks(&a, &b, tasks).map_err(Failure::data)?;
    let tested = |comparison: Comparison, first, other| Tested {
        first,
        other,
        difference: comparison.difference,
        paired: Some(comparison),
        adjusted_p: None,
    };
    let tallies = first
        .scores
        .accuracy
        .tasks
        .iter()
        .zip(&other.scores.accuracy.tasks);
    let modes = match (first.mode, other.mode) {
        (Mode::Letter, Mode::Generate) => Some((a, b)),
        (Mode::Generate, Mode::Letter) => Some((b, a)),
        _ => None,
    };
    Ok(Against {
        run: other,
        overall: tested(overall, first.pass_at_1, other.pass_at_1),
        tasks: first
            .tasks
            .iter()
            .zip(tallies)
            .zip(tasks)
            .filter(|(_, comparison)| comparison.difference.value().is_some())
            .map(|((task, (a, b)), comparison)| {
                (
                    task.id.clone(),
                    tested(comparison, a.accuracy(), b.accuracy()),
                )
            })
            .collect(),
        latency_ratio: Some(latency_ratio(&a, &b, how).map_err(Failure::data)?),
        agreement: match modes {
            Some((letter, generate)) => Some(agreement(&letter, &generate).map_err(Failure::data)?),
            None => None,
        },
    })
}

/// Other questions: differences of independent shares, tasks matched by their ids, no p.
fn unpaired<'a>(first: &RunSummary, other: &'a RunSummary) -> Against<'a> {
    let tested = |a: &edgescore_score::Tally, b: &edgescore_score::Tally| Tested {
        first: a.accuracy(),
        other: b.accuracy(),
        difference: a
            .proportion()
            .and_then(|a| b.proportion().map(|b| unpaired_difference(a, b))),
        paired: None,
        adjusted_p: None,
    };
    let theirs = || other.tasks.iter().zip(&other.scores.accuracy.tasks);
    let ours = first.tasks.iter().zip(&first.scores.accuracy.tasks);
    Against {
        run: other,
        overall: tested(
            &first.scores.accuracy.overall,
            &other.scores.accuracy.overall,
        ),
        tasks: ours
            .filter_map(|(task, a)| {
                let (_, b) = theirs().find(|(other, _)| other.id == task.id)?;
                let tested = tested(a, b);
                tested.difference.value()?;
                Some((task.id.clone(), tested))
            })
            .collect(),
        latency_ratio: None,
        agreement: None,
    }
}
