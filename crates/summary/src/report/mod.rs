//! The report as JSON: its types and, from them, its schema (`docs/report.schema.json`).

mod run;
mod scores;

use edgescore_score::Place;
use schemars::JsonSchema;
use serde::Serialize;

pub use run::{EdgeScoresView, PlaceView, RunView, VerdictView};
pub use scores::{
    ByLetter, ComponentView, ConstantView, DebiasedView, Delta5View, EdgeScoreView, FaultsView,
    LatencyView, LettersView, PassAtKView, RotationView, TallyView,
};

use crate::figure::Entries;
use crate::modes::{AgreementView, ModePair};
use crate::plan_error::{PlanError, PlannedView};
use crate::published::{PublishedModel, PublishedView};
use crate::ranking::{RankedRun, order};

/// A value that was not measured is {"missing": "reason"}, never 0, -1 or null. All intervals
/// are 95 %.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "edgescore report --format json", deny_unknown_fields)]
pub struct Report {
    /// The runs in the order given.
    #[schemars(length(min = 1))]
    pub runs: Vec<RunView>,
    /// Files of the ranked runs: those that keep their budgets and the limits, most accurate first,
    /// or with --rank-by edge-score best chance-corrected Edge Score first.
    pub ranking: Vec<String>,
    /// Files of the runs on the Pareto front.
    pub pareto_front: Vec<String>,
    /// Letter and generate runs of one model on one pack.
    pub agreement: Vec<ModePairView>,
    /// With --against published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<PublishedView>")]
    pub published: Option<Vec<PublishedView>>,
    /// With --plan: what was planned beside what was measured, for memory (bytes), prefill and
    /// decode (tokens/s), a_question (s) and energy (J). Figures that the plan or the run lacks
    /// are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Entries<PlannedView>")]
    pub plan: Option<Entries<PlannedView>>,
}

/// Letter and generate mode of one model on one pack.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ModePairView {
    /// File of the letter run.
    pub letter: String,
    /// File of the generate run.
    pub generate: String,
    /// How far they agree.
    #[serde(flatten)]
    pub agreement: AgreementView,
}

impl Report {
    /// The report on `runs`; `pairs` are letter and generate runs among them.
    pub fn of(runs: &[RankedRun], pairs: &[ModePair]) -> Report {
        let file = |index: usize| {
            let run = runs.get(index).map(|ranked| ranked.run.file.clone());
            run.unwrap_or_default()
        };
        let is_ranked = |index: &usize| runs.get(*index).is_some_and(|run| run.rank.is_ok());
        let front = runs.iter().filter(|run| run.place == Place::Front);
        Report {
            runs: runs.iter().map(|run| RunView::of(run, runs)).collect(),
            ranking: order(runs)
                .into_iter()
                .filter(is_ranked)
                .map(file)
                .collect(),
            pareto_front: front.map(|ranked| ranked.run.file.clone()).collect(),
            agreement: pairs
                .iter()
                .map(|pair| ModePairView {
                    letter: file(pair.letter),
                    generate: file(pair.generate),
                    agreement: AgreementView::from(&pair.agreement),
                })
                .collect(),
            published: None,
            plan: None,
        }
    }

    /// The same with the published models.
    pub fn with_published(mut self, models: &[PublishedModel]) -> Report {
        self.published = Some(models.iter().map(PublishedView::from).collect());
        self
    }

    /// The same with the plan that the run was made of.
    pub fn with_plan(mut self, plan: &PlanError) -> Report {
        self.plan = Some(plan.view());
        self
    }
}
