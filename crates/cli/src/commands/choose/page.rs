//! What a race found, as a page.

use edgescore_summary::{Figure, RunSummary};

use super::args::Args;
use super::candidate::Candidate;
use super::figures::joules;
use super::folder::Folder;
use super::points::PointsView;
use super::racing::Raced;
use super::view::{ChoiceView, ModelView};
use super::{across, deploy, point_table};
use crate::render::blocks::{Block, Table};
use crate::render::values;
use crate::session::OperatingPoint;

/// One sentence, one table, what to do next.
pub fn page(
    args: &Args,
    folder: &Folder,
    raced: &Raced,
    field: &[Candidate],
    view: &ChoiceView,
    best: Option<&(OperatingPoint, RunSummary)>,
) -> Vec<Block> {
    let mut blocks = vec![
        Block::Line(sentence(args, raced, field, view)),
        Block::Table(Table {
            head: vec![
                "model",
                "asked",
                "pass@1",
                "an answer",
                "energy",
                "memory",
                "",
            ],
            rows: view
                .models
                .iter()
                .zip(field)
                .map(|(model, candidate)| row(model, candidate, view))
                .collect(),
        }),
    ];
    blocks.extend(across::blocks(&view.across_engines));
    let winner = raced.winner(field);
    if let (Some(winner), Some(points)) = (winner, &view.points) {
        blocks.extend(point_table::blocks(winner, points));
    }
    let mut facts = Vec::new();
    if let Some((winner, run)) = winner.and_then(|winner| Some((winner, winner.run.as_ref()?))) {
        let raced_at = (winner.point, run);
        let (point, run) = best.map_or(raced_at, |(point, run)| (*point, run));
        facts.push(("serve it", deploy::serve(winner, run)));
        if let Some(clock) = point.max_clock {
            facts.push(("cap the clock", deploy::cap(clock)));
        }
        facts.push(("check it", deploy::gate(args, winner, point)));
    }
    facts.push((
        "results",
        format!("{}/*.esr (edgescore report)", folder.path().display()),
    ));
    facts.push(("board time", board_time(view)));
    blocks.push(Block::Facts(facts));
    blocks
}

fn sentence(args: &Args, raced: &Raced, field: &[Candidate], view: &ChoiceView) -> String {
    let limits = limits(args);
    let mut models = view.models.iter().zip(field);
    let Some((model, candidate)) =
        models.find(|(model, _)| view.chosen.as_ref() == Some(&model.model))
    else {
        return format!("No model keeps the limits{limits}: the table says why each left.");
    };
    let beside = match view.beside.as_slice() {
        [] => String::new(),
        others => format!(
            " Its questions do not tell it apart from {}.",
            others.join(", ")
        ),
    };
    let best = view.points.as_ref().and_then(PointsView::best);
    let (name, right, time, joules) = match best.filter(|best| !best.raced) {
        Some(best) => (
            format!("{}, {}", candidate.name, best.point),
            format!("right at {}", candidate.point.label()),
            values::figure(&best.seconds, values::seconds),
            joules(&best.joules, best.joules_simulated),
        ),
        None => (
            model.model.clone(),
            "right".to_owned(),
            seconds(model),
            joules(&model.joules, model.joules_simulated),
        ),
    };
    let joules = match joules.is_empty() {
        true => joules,
        false => format!(", {joules}"),
    };
    format!(
        "Take {name}: {} of {} questions {right}, {time} an answer{joules}. With at most {} % \
         probability another of these that keeps the limits{limits} is better by {}.{beside}",
        accuracy(candidate),
        model.asked,
        100.0 * raced.race.goal().error_rate,
        points(view.margin),
    )
}

fn points(share: f64) -> String {
    let points = 100.0 * share;
    let s = if points == 1.0 { "" } else { "s" };
    format!("{points} point{s} or more")
}

fn limits(args: &Args) -> String {
    let plan = args.plan(OperatingPoint::default());
    let limits = [
        plan.budgets.power.map(|power| power.to_string()),
        plan.budgets.memory.map(|memory| memory.limit.to_string()),
        args.max_latency_s().map(|limit| format!("{limit} s")),
        args.goal(1)
            .min_accuracy
            .map(|share| format!("{} %", 100.0 * share)),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    match limits.is_empty() {
        true => String::new(),
        false => format!(" ({})", limits.join(", ")),
    }
}

fn row(model: &ModelView, candidate: &Candidate, view: &ChoiceView) -> Vec<String> {
    let chosen = view.chosen.as_ref() == Some(&model.model);
    let fate = match (&model.left, chosen) {
        (_, true) => "chosen".to_owned(),
        (Some(why), _) => why.clone(),
        (None, false) => "not told apart from the chosen one".to_owned(),
    };
    let memory = match &model.memory_bytes {
        Figure::Value(bytes) => edgescore_probe::Bytes(*bytes).to_string(),
        Figure::Missing(_) => String::new(),
    };
    vec![
        model.model.clone(),
        model.asked.to_string(),
        accuracy(candidate),
        seconds(model),
        joules(&model.joules, model.joules_simulated),
        memory,
        fate,
    ]
}

fn accuracy(candidate: &Candidate) -> String {
    let run = candidate.run.as_ref();
    run.map_or(String::new(), |run| values::percent(run.pass_at_1))
}

fn seconds(model: &ModelView) -> String {
    match (&model.seconds, model.seconds_planned) {
        (Figure::Value(seconds), false) => values::seconds(*seconds),
        (Figure::Value(seconds), true) => format!("{} (planned)", values::seconds(*seconds)),
        (Figure::Missing(_), _) => String::new(),
    }
}

fn board_time(view: &ChoiceView) -> String {
    let share = match view.board_s_of_all > 0.0 {
        true => format!(
            "; asking these models all {} questions would take about {}",
            view.questions,
            values::duration(view.board_s_of_all)
        ),
        false => String::new(),
    };
    format!("{}{share}", values::duration(view.board_s))
}
