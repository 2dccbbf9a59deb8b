//! What a race found, as a page.

use edgescore_record::{CacheType, FlashAttention, Labels, Weights};
use edgescore_summary::{Figure, RunSummary};

use super::args::Args;
use super::candidate::Candidate;
use super::folder::Folder;
use super::view::{ChoiceView, ModelView};
use crate::render::blocks::{Block, Table};
use crate::render::values;

/// One sentence, one table, what to do next.
pub fn page(args: &Args, folder: &Folder, field: &[Candidate], view: &ChoiceView) -> Vec<Block> {
    let chosen = view.chosen.as_ref();
    let winner = chosen.and_then(|label| field.iter().find(|other| other.label == *label));
    let mut blocks = vec![
        Block::Line(sentence(args, field, view)),
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
    let mut facts = Vec::new();
    if let Some((winner, run)) = winner.and_then(|winner| Some((winner, winner.run.as_ref()?))) {
        facts.push(("serve it", serve(winner, run)));
        facts.push(("check it", gate(args, winner)));
    }
    facts.push((
        "results",
        format!("{}/*.esr (edgescore report)", folder.path().display()),
    ));
    facts.push(("board time", board_time(view)));
    blocks.push(Block::Facts(facts));
    blocks
}

fn sentence(args: &Args, field: &[Candidate], view: &ChoiceView) -> String {
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
    format!(
        "Take {}: {} of {} questions right, {} an answer{}. With at most {} % probability another \
         of these that keeps the limits{limits} is better by {}.{beside}",
        model.model,
        accuracy(candidate),
        model.asked,
        seconds(model),
        match &model.joules {
            Figure::Value(_) => format!(", {}", joules(model)),
            Figure::Missing(_) => String::new(),
        },
        100.0 * view.error_rate,
        points(view.margin),
    )
}

fn points(share: f64) -> String {
    let points = 100.0 * share;
    let s = if points == 1.0 { "" } else { "s" };
    format!("{points} point{s} or more")
}

fn limits(args: &Args) -> String {
    let plan = args.plan();
    let limits = [
        plan.budgets.power.map(|power| power.to_string()),
        plan.budgets.memory.map(|memory| memory.limit.to_string()),
        args.max_latency_s().map(|limit| format!("{limit} s")),
        args.goal()
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
        joules(model),
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

fn joules(model: &ModelView) -> String {
    let simulated = if model.joules_simulated {
        " (simulated)"
    } else {
        ""
    };
    match &model.joules {
        Figure::Value(joules) => format!("{} J{simulated}", values::score(*joules)),
        Figure::Missing(_) => String::new(),
    }
}

/// llama.cpp's server with the settings that were measured.
fn serve(winner: &Candidate, run: &RunSummary) -> String {
    let mut command = format!(
        "llama-server --jinja -m {}",
        quoted(&winner.given.display().to_string())
    );
    if let Some(model) = run.provenance.model.as_ref() {
        command += &format!(" -t {} -c {}", model.threads, model.context);
        command += match model.flash_attention_used.0 {
            FlashAttention::Auto => "",
            FlashAttention::On => " -fa on",
            FlashAttention::Off => " -fa off",
        };
        if model.cache_type.0 != CacheType::F16 {
            let kind = model.cache_type.0.label();
            command += &format!(" -ctk {kind} -ctv {kind}");
        }
        if model.weights.0 == Weights::Mapped {
            command += " --no-repack";
        }
    }
    command
}

/// The gate that the chosen one has passed, for a pipeline.
fn gate(args: &Args, winner: &Candidate) -> String {
    let mut command = format!(
        "edgescore run --model {}",
        quoted(&winner.given.display().to_string())
    );
    let goal = args.goal();
    command += " -o check.esr && edgescore gate check.esr";
    if let Some(limit) = goal.max_latency_s {
        command += &format!(" --max-latency {limit}s");
    }
    command += &format!(
        " --min-accuracy {}",
        goal.min_accuracy.unwrap_or_else(|| floor(winner))
    );
    command
}

/// The lower end of the interval: an accuracy that the model keeps on other questions of the kind.
fn floor(winner: &Candidate) -> f64 {
    let accuracy = winner.run.as_ref().and_then(|run| run.pass_at_1.value());
    let interval = accuracy.and_then(|accuracy| accuracy.interval.value());
    interval.map_or(0.25, |interval| (interval.low * 100.0).floor() / 100.0)
}

/// As a shell takes it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@".contains(c);
    match text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
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
