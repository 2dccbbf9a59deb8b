//! Every other result against the first.

use edgescore_record::{Mode, Scenario};
use edgescore_score::{
    Agreement, Bootstrap, Comparison, Estimate, Reading, Reason, Tally, agreement, compare,
    compare_tasks, holm, latency_ratio, unpaired_difference,
};
use serde::Serialize;

use crate::error::Error;
use crate::figure::{Entries, EstimateView, Figure};
use crate::labels::Labelled;
use crate::modes::AgreementView;
use crate::provenance::FactPair;
use crate::run::RunSummary;

/// Resamples for one task: a task has some 120 questions, and there are thirty.
const TASK_REPLICATES: u32 = 2000;

/// Differences found by chance alone stay below this share of such comparisons.
const LEVEL: f64 = 0.05;

/// A result set against the first.
#[derive(Debug)]
pub struct Against<'a> {
    /// The result.
    pub run: &'a RunSummary,
    /// All questions.
    pub overall: Tested,
    /// Task by task, in the order of the first result's tasks; only those both asked.
    pub tasks: Vec<(String, Tested)>,
    /// How many times longer the first took; `None` when the questions are not the same.
    pub latency_ratio: Option<Reading<Estimate>>,
    /// Whether letter and generate mode agree, when these are the two.
    pub agreement: Option<Agreement>,
    /// What is not the same in the provenance of both.
    pub differs: Vec<(&'static str, FactPair)>,
}

/// A difference in accuracy, first minus other.
#[derive(Clone, Debug)]
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

/// What a test shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The first is better.
    Better,
    /// The first is worse.
    Worse,
    /// Neither is shown.
    Nothing,
    /// There is no difference to test.
    Untested,
}

edgescore_record::labels! {
    Finding {
        Better = "first is better",
        Worse = "first is worse",
        Nothing = "no difference shown",
        Untested = "",
    }
}

impl Tested {
    /// What it shows: by the corrected p, or, without pairs, by the interval.
    pub fn finding(&self) -> Finding {
        let Some(difference) = self.difference.value() else {
            return Finding::Untested;
        };
        let shown = match self.adjusted_p {
            Some(p) => p < LEVEL,
            None => {
                let interval = difference.interval.value();
                interval.is_some_and(|interval| !interval.contains(0.0))
            }
        };
        match (shown, difference.value > 0.0) {
            (false, _) => Finding::Nothing,
            (true, true) => Finding::Better,
            (true, false) => Finding::Worse,
        }
    }
}

/// Sets each of `others` against `first`.
///
/// # Errors
/// Runs of one pack whose answer keys contradict each other.
pub fn compare_all<'a>(
    first: &RunSummary,
    others: &'a [RunSummary],
) -> Result<Vec<Against<'a>>, Error> {
    let mut all = others
        .iter()
        .map(|other| match first.pack_hash() == other.pack_hash() {
            true => paired(first, other),
            false => Ok(unpaired(first, other)),
        })
        .collect::<Result<Vec<_>, _>>()?;
    adjust(all.iter_mut().map(|against| &mut against.overall))?;
    let tasks = all.iter_mut().flat_map(|against| &mut against.tasks);
    adjust(tasks.map(|(_, tested)| tested))?;
    Ok(all)
}

fn adjust<'a>(tested: impl Iterator<Item = &'a mut Tested>) -> Result<(), Error> {
    let mut tested: Vec<_> = tested.filter(|tested| tested.paired.is_some()).collect();
    let p: Vec<f64> = tested
        .iter()
        .filter_map(|tested| Some(tested.paired?.mcnemar.mid_p))
        .collect();
    for (tested, p) in tested.iter_mut().zip(holm(&p)?) {
        tested.adjusted_p = Some(p);
    }
    Ok(())
}

fn paired<'a>(first: &RunSummary, other: &'a RunSummary) -> Result<Against<'a>, Error> {
    let (a, b) = (first.run()?, other.run()?);
    let how = Bootstrap::default();
    let overall = compare(&a, &b, how)?;
    let tasks = Bootstrap {
        replicates: TASK_REPLICATES,
        ..how
    };
    let tasks = compare_tasks(&a, &b, tasks)?;
    let tested = |comparison: Comparison, first, other| Tested {
        first,
        other,
        difference: comparison.difference,
        paired: Some(comparison),
        adjusted_p: None,
    };
    let theirs = &other.scores.accuracy.tasks;
    let tallies = first.scores.accuracy.tasks.iter().zip(theirs);
    let modes = match (first.start.mode, other.start.mode) {
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
                let tested = tested(comparison, a.accuracy(), b.accuracy());
                (task.id.clone(), tested)
            })
            .collect(),
        latency_ratio: Some(
            match [first, other]
                .iter()
                .any(|run| run.scenario == Scenario::Offline)
            {
                true => Reading::Missing(Reason::Shared),
                false => latency_ratio(&a, &b, how)?,
            },
        ),
        agreement: match modes {
            Some((letter, generate)) => Some(agreement(&letter, &generate)?),
            None => None,
        },
        differs: first.provenance.differences(&other.provenance),
    })
}

/// Other questions: differences of independent shares, tasks matched by their ids, no p.
fn unpaired<'a>(first: &RunSummary, other: &'a RunSummary) -> Against<'a> {
    let tested = |a: &Tally, b: &Tally| Tested {
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
        differs: first.provenance.differences(&other.provenance),
    }
}

/// A comparison for programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonView {
    /// The first result.
    pub first: ComparedRun,
    /// The others.
    pub others: Vec<AgainstView>,
}

/// A result that is compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedRun {
    /// The result file, as it was named.
    pub file: String,
    /// Name of the model.
    pub model: String,
    /// Quantisation as llama.cpp names it.
    pub quantisation: String,
    /// Name of the pack.
    pub pack: String,
    /// How answers were obtained.
    pub mode: Labelled<Mode>,
}

/// A result against the first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgainstView {
    /// The result.
    #[serde(flatten)]
    pub run: ComparedRun,
    /// All questions.
    pub accuracy: TestedView,
    /// By task id.
    pub tasks: Entries<TestedView>,
    /// How many times longer the first took.
    pub latency_ratio: Figure<EstimateView>,
    /// Whether letter and generate mode agree, when these are the two.
    pub agreement: Option<AgreementView>,
    /// What is not the same in the provenance of both.
    pub differs: Entries<FactPair>,
}

/// A difference in accuracy, first minus other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestedView {
    /// Accuracy of the first.
    pub first: Figure<EstimateView>,
    /// Accuracy of the other.
    pub other: Figure<EstimateView>,
    /// The difference.
    pub difference: Figure<EstimateView>,
    /// p by Holm's correction; null without pairs.
    pub p_holm: Option<f64>,
    /// What it shows.
    pub verdict: Labelled<Finding>,
    /// The pairs behind it.
    #[serde(flatten)]
    pub pairs: Option<PairsView>,
}

/// The pairs of questions behind a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairsView {
    /// p of the exact test.
    pub p_exact: f64,
    /// McNemar's mid-p.
    pub p_mid: f64,
    /// Right in both.
    pub both: u32,
    /// Right in the first only.
    pub only_first: u32,
    /// Right in the other only.
    pub only_other: u32,
    /// Right in neither.
    pub neither: u32,
    /// Questions that count in one result only.
    pub unpaired: u32,
}

impl ComparisonView {
    /// `all` against `first`.
    pub fn of(first: &RunSummary, all: &[Against]) -> ComparisonView {
        ComparisonView {
            first: ComparedRun::from(first),
            others: all.iter().map(AgainstView::from).collect(),
        }
    }
}

impl From<&RunSummary> for ComparedRun {
    fn from(run: &RunSummary) -> ComparedRun {
        ComparedRun {
            file: run.file.clone(),
            model: run.model().to_owned(),
            quantisation: run.quantisation().to_owned(),
            pack: run.start.pack.clone(),
            mode: Labelled(run.start.mode),
        }
    }
}

impl From<&Against<'_>> for AgainstView {
    fn from(against: &Against) -> AgainstView {
        let tasks = against.tasks.iter();
        let differs = against.differs.iter();
        AgainstView {
            run: ComparedRun::from(against.run),
            accuracy: TestedView::from(&against.overall),
            tasks: tasks
                .map(|(id, tested)| (id.clone(), TestedView::from(tested)))
                .collect(),
            latency_ratio: match against.latency_ratio {
                Some(ratio) => ratio.into(),
                None => Figure::missing("the questions are not the same"),
            },
            agreement: against.agreement.as_ref().map(AgreementView::from),
            differs: differs
                .map(|(name, pair)| ((*name).to_owned(), pair.clone()))
                .collect(),
        }
    }
}

impl From<&Tested> for TestedView {
    fn from(tested: &Tested) -> TestedView {
        TestedView {
            first: tested.first.into(),
            other: tested.other.into(),
            difference: tested.difference.into(),
            p_holm: tested.adjusted_p,
            verdict: Labelled(tested.finding()),
            pairs: tested.paired.map(|pairs| PairsView {
                p_exact: pairs.mcnemar.exact,
                p_mid: pairs.mcnemar.mid_p,
                both: pairs.both,
                only_first: pairs.discordance.only_first,
                only_other: pairs.discordance.only_second,
                neither: pairs.neither,
                unpaired: pairs.unpaired,
            }),
        }
    }
}
