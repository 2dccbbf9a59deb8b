//! One run in the report.

use edgescore_record::{Mode, Origin, VerdictKind};
use edgescore_score::Place;
use edgescore_taskpack::Layout;
use schemars::JsonSchema;
use serde::Serialize;

use super::scores::{
    CallsView, DebiasedView, Delta5View, EdgeScoreView, FaultsView, LatencyView, LettersView,
    PassAtKView, RotationView, TallyView,
};
use crate::answers::AnswersView;
use crate::conditions::ConditionsView;
use crate::confidence::ConfidenceView;
use crate::energy::EnergyView;
use crate::figure::{Entries, EstimateView, Figure};
use crate::indecision::describe;
use crate::labels::Labelled;
use crate::memory::MemoryView;
use crate::power::PowerView;
use crate::provenance::Provenance;
use crate::ranking::RankedRun;
use crate::roofline::RooflineView;
use crate::sustained::{SustainedLoadView, SustainedSummary};
use crate::warnings::Warning;

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RunView {
    /// A result file, as it was named on the command line.
    pub file: String,
    /// First 16 digits of the SHA-256 of the result file: the column run of tables of questions.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    pub id: String,
    /// File name of the model without .gguf.
    pub model: String,
    /// Quantisation as llama.cpp names it; empty if the model was never loaded.
    pub quantisation: String,
    /// Of the weights. synthetic: random, answers are chance. reference: trained by Edgescore on
    /// generated questions, an instrument.
    pub origin: Labelled<Origin>,
    /// Name of the pack.
    pub pack: String,
    /// How answers were obtained.
    pub mode: Labelled<Mode>,
    /// Order of the prompt's parts.
    pub layout: Labelled<Layout>,
    /// The board and its CPU.
    pub board: String,
    /// Threads used; null if the model was never loaded.
    #[schemars(range(min = 1))]
    pub threads: Option<u16>,
    /// Planned, each once however many rotations are asked.
    pub questions: u32,
    /// Questions that count.
    pub answered: u32,
    /// Questions that could not be asked.
    pub skipped: u32,
    /// What is wrong with the file: rows that are missing, bits that were put right, a closing record that is
    /// missing. null: nothing.
    pub damage: Option<String>,
    /// What the figures do not show, the gravest first: damaged, mended, a verdict that is not ok, cut_off, unclosed, resumed,
    /// throttled, part_of_pack, waited_for_cpu, waited_for_memory, waited_for_disk, slow_build, not_calibrated,
    /// simulated_power.
    pub warnings: Vec<&'static str>,
    /// Ended by what it showed; the interval of pass_at_1 is then that of a confidence sequence,
    /// and otherwise Wilson's.
    pub stopped_early: bool,
    /// What speaks against a decision; groups, tasks and faults are then withheld. null: nothing.
    pub did_not_decide: Option<String>,
    /// Accuracy over all questions.
    pub pass_at_1: Figure<EstimateView>,
    /// Accuracy without the model's liking for letters; letter mode.
    pub debiased: Figure<DebiasedView>,
    /// pass@3 on the pass@k tasks.
    pub pass_at_3: PassAtKView,
    /// pass@5 on the pass@k tasks.
    pub pass_at_5: PassAtKView,
    /// pass^5 on the pass@k tasks: all of five answers right.
    pub pass_hat_5: PassAtKView,
    /// Calls of functions, each axis apart; null where none is asked for.
    pub calls: Option<CallsView>,
    /// Accuracy of a uniform guess: the mean over the questions of one in their options.
    pub chance: f64,
    /// pass@5 less pass@1.
    pub delta_5: Delta5View,
    /// By group id: mean of its tasks' accuracies.
    pub groups: Entries<Figure<EstimateView>>,
    /// By task id.
    pub tasks: Entries<TallyView>,
    /// Share of the answers from which no letter could be read.
    pub parse_failures: Figure<EstimateView>,
    /// Mean probability of the letters together at the answer position.
    pub format_mass: Figure<EstimateView>,
    /// How far its confidence can be trusted; only mode letter records it.
    pub confidence: Figure<ConfidenceView>,
    /// Wrong answers by the fault of reasoning that they stand for.
    pub faults: Figure<FaultsView>,
    /// How often each letter was right and was chosen.
    pub letters: LettersView,
    /// The same questions in all cyclic orders of their options.
    pub rotation: Figure<RotationView>,
    /// Time of an answer in milliseconds.
    pub latency_ms: LatencyView,
    /// Mean seconds of an answer with the rests for a power budget. With one, it is the latency of
    /// limits and Edge Scores.
    pub sustained_s: Figure<f64>,
    /// Questions answered in an hour, with their draws and the rests for a power budget.
    pub questions_per_hour: Figure<f64>,
    /// Tokens a second of prefill.
    pub prefill_tps: Figure<f64>,
    /// How generated answers were read; null where nothing was generated.
    pub answers: Option<AnswersView>,
    /// Tokens a second of decode.
    pub decode_tps: Figure<f64>,
    /// What the machine could do at best.
    pub roofline: RooflineView,
    /// Peak resident memory of the runtime.
    pub peak_memory_bytes: Figure<u64>,
    /// Memory.
    pub memory: MemoryView,
    /// Gross energy of a question.
    pub energy_per_question_j: Figure<f64>,
    /// Mean power over the questions.
    pub mean_power_w: Figure<f64>,
    /// Energy.
    pub energy: EnergyView,
    /// Power.
    pub power: PowerView,
    /// With --minutes; null where questions were asked once.
    pub sustained_load: Option<SustainedLoadView>,
    /// Heat, throttling and waiting over the run.
    pub conditions: Option<ConditionsView>,
    /// The three Edge Scores.
    pub edge_score: EdgeScoresView,
    /// Its place among the ranked runs; null when it is not ranked.
    #[schemars(range(min = 1))]
    pub rank: Option<usize>,
    /// Why it is not ranked; null when it is.
    pub not_ranked_because: Option<String>,
    /// Its place against the Pareto front of all runs.
    pub pareto: PlaceView,
    /// How the run ended.
    pub verdict: Figure<VerdictView>,
    /// Where, with what and how the run was made.
    pub provenance: Provenance,
}

/// The Edge Scores of a run.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EdgeScoresView {
    /// accuracy / (median latency * peak memory).
    pub literal: EdgeScoreView,
    /// The same with (accuracy - 1/4) / (3/4): the score that ranks.
    pub chance_corrected: EdgeScoreView,
    /// accuracy / (energy a question * peak memory).
    pub per_joule: EdgeScoreView,
}

/// A place against the Pareto front.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PlaceView {
    /// The place.
    pub place: Labelled<PlaceKind>,
    /// File of the run that beats it.
    pub beaten_by: Option<String>,
}

/// [`Place`] without what comes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// On the front.
    Front,
    /// Another run beats it.
    Beaten,
    /// Not compared.
    LeftOut,
}

edgescore_record::labels! {
    PlaceKind {
        Front = "front",
        Beaten = "beaten",
        LeftOut = "left_out",
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct VerdictView {
    /// The verdict.
    pub kind: Labelled<VerdictKind>,
    /// What happened and how to mend it; empty when all is well.
    pub detail: String,
}

impl RunView {
    /// A run; `all` names the one that beats it.
    pub fn of(ranked: &RankedRun, all: &[RankedRun]) -> RunView {
        let run = &ranked.run;
        let scores = &run.scores;
        let groups = scores.accuracy.groups.iter().filter_map(|group| {
            let id = run.groups.get(usize::from(group.group))?;
            Some((id.clone(), group.accuracy.into()))
        });
        let tasks = run.tasks.iter().zip(&scores.accuracy.tasks);
        RunView {
            file: run.file.clone(),
            id: run.id.clone(),
            model: run.model().to_owned(),
            quantisation: run.quantisation().to_owned(),
            origin: Labelled(run.origin()),
            pack: run.start.pack.clone(),
            mode: Labelled(run.start.mode),
            layout: Labelled(run.start.layout),
            board: run.start.board.clone(),
            threads: run.threads(),
            questions: run.start.questions,
            answered: run.answered(),
            skipped: run.skipped(),
            damage: Some(run.damage.to_string()).filter(|damage| !damage.is_empty()),
            warnings: run.warnings().iter().map(Warning::label).collect(),
            stopped_early: run.stopped_early,
            did_not_decide: run.indecision.as_ref().map(describe),
            pass_at_1: run.pass_at_1.into(),
            debiased: scores.debiased.clone().into(),
            pass_at_3: PassAtKView::from(&scores.pass_3),
            pass_at_5: PassAtKView::from(&scores.pass_5),
            pass_hat_5: PassAtKView::from(&scores.all_of_5),
            calls: scores.calls.as_ref().map(CallsView::from),
            chance: scores.accuracy.chance,
            delta_5: Delta5View::from(&scores.delta_5),
            groups: groups.collect(),
            tasks: tasks
                .map(|(task, tally)| (task.id.clone(), TallyView::from(tally)))
                .collect(),
            parse_failures: scores.parsing.failures.into(),
            format_mass: scores.parsing.mass.into(),
            confidence: scores.confidence.clone().into(),
            faults: run.faults.into(),
            letters: LettersView::from(&scores.bias),
            rotation: scores.rotation.clone().into(),
            latency_ms: LatencyView::from(&scores.latency),
            sustained_s: run.sustained_s().into(),
            questions_per_hour: run.questions_per_hour().into(),
            prefill_tps: run.prefill_tps.into(),
            answers: run.answers.view(),
            decode_tps: run.decode_tps.into(),
            roofline: RooflineView::from(&run.roofline),
            peak_memory_bytes: run.peak_memory().map(|bytes| bytes.0).into(),
            memory: MemoryView::from(&run.memory),
            energy_per_question_j: run.energy.per_question_j().into(),
            mean_power_w: run.power.mean_w().into(),
            energy: run.energy.view(run.power.idle_w(), run.load()),
            power: PowerView::from(&run.power),
            sustained_load: run.sustained.as_ref().map(SustainedSummary::view),
            conditions: run.conditions.as_ref().map(ConditionsView::from),
            edge_score: EdgeScoresView {
                literal: EdgeScoreView::from(&ranked.literal),
                chance_corrected: EdgeScoreView::from(&ranked.chance_corrected),
                per_joule: EdgeScoreView::from(&ranked.per_joule),
            },
            rank: ranked.rank.ok(),
            not_ranked_because: ranked.rank.err().map(|why| why.to_string()),
            pareto: PlaceView::of(ranked.place, all),
            verdict: match &run.verdict {
                Some(ending) => Figure::Value(VerdictView {
                    kind: Labelled(ending.kind),
                    detail: ending.detail.clone(),
                }),
                None => Figure::missing("the result was cut off before its verdict"),
            },
            provenance: run.provenance.clone(),
        }
    }
}

impl PlaceView {
    fn of(place: Place, all: &[RankedRun]) -> PlaceView {
        PlaceView {
            place: Labelled(match place {
                Place::Front => PlaceKind::Front,
                Place::Dominated { .. } => PlaceKind::Beaten,
                Place::Excluded(_) => PlaceKind::LeftOut,
            }),
            beaten_by: match place {
                Place::Dominated { by } => all.get(by).map(|ranked| ranked.run.file.clone()),
                Place::Front | Place::Excluded(_) => None,
            },
        }
    }
}
