//! The report as one page for a browser: no scripts, nothing loaded from elsewhere.

mod latency;
mod letters;
mod pareto;
mod power;

use std::io::Write;

use askama::Template;
use edgescore_record::{Origin, VerdictKind};
use edgescore_score::{AgainstChance, Estimate, Reading};
use serde_json::Value;

use super::modes::Modes;
use super::ranked::{Entry, order};
use super::{beside, several, single};
use crate::commands::published::Model;
use crate::failure::Failure;
use crate::render::page::{Block, Table};
use crate::render::words;
use latency::Histogram;
use letters::Bar;
use pareto::Plot;
use power::Trace;

/// Above this number of runs the page holds the ranking and the plot only.
const RUNS_IN_FULL: usize = 20;

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    title: String,
    verdict: Verdict,
    ranking: Option<Table>,
    formulas: Vec<(&'static str, String)>,
    pareto: Option<Plot>,
    runs: Vec<RunView>,
    beside: Vec<(String, String, Table)>,
    version: &'static str,
}

/// The banner at the top.
struct Verdict {
    /// `good`, `warn` or `bad`.
    class: &'static str,
    sentence: String,
    notes: Vec<String>,
}

struct RunView {
    name: String,
    setting: String,
    facts: Vec<(&'static str, String)>,
    groups: Vec<Whisker>,
    tasks: Vec<Whisker>,
    letters: Vec<Bar>,
    latency: Option<Histogram>,
    power: Option<Trace>,
    provenance: Vec<(String, String)>,
}

/// A value with its interval on a line from 0 to 100 %.
struct Whisker {
    id: String,
    name: String,
    text: String,
    /// Lower end, value, upper end in percent.
    marks: Option<(f64, f64, f64)>,
}

/// Writes the page.
pub fn write(
    out: &mut (dyn Write + Send),
    entries: &[Entry],
    modes: &[Modes],
    published: &[Model],
) -> Result<(), Failure> {
    let first = entries.first();
    let page = Page {
        title: match entries {
            [entry] => format!("{}, pack {}", entry.run.name(), entry.run.pack),
            entries => format!("{} runs", entries.len()),
        },
        verdict: match entries {
            [entry] => verdict(entry),
            entries => verdict_of_all(entries, modes),
        },
        ranking: (entries.len() > 1).then(|| several::ranking(entries)),
        formulas: first.map_or(Vec::new(), several::formulas),
        pareto: pareto::plot(entries, published),
        runs: match entries.len() {
            ..=RUNS_IN_FULL => entries.iter().map(view).collect(),
            _ => Vec::new(),
        },
        beside: match published {
            [] => Vec::new(),
            published => tables(beside::blocks(entries, published)),
        },
        version: env!("CARGO_PKG_VERSION"),
    };
    page.write_into(out).map_err(Failure::data)
}

/// Headings with the line and the table under them.
fn tables(blocks: Vec<Block>) -> Vec<(String, String, Table)> {
    let (mut heading, mut line, mut tables) = (String::new(), String::new(), Vec::new());
    for block in blocks {
        match block {
            Block::Title(text) => heading = text,
            Block::Line(text) => line = text,
            Block::Table(table) => tables.push((heading.clone(), line.clone(), table)),
            Block::Facts(_) => {}
        }
    }
    tables
}

fn verdict(entry: &Entry) -> Verdict {
    let run = &entry.run;
    let accuracy = run.pass_at_1.value();
    let standing = accuracy.map(|accuracy| accuracy.against_chance());
    let class = match (&run.verdict, standing) {
        (Some((VerdictKind::Ok, _)), Some(AgainstChance::Above))
            if run.origin != Origin::Synthetic =>
        {
            "good"
        }
        (Some((VerdictKind::Ok, _)), _) => "warn",
        _ => "bad",
    };
    let mut notes = Vec::new();
    notes.extend(words::about_origin(run.origin).map(str::to_owned));
    notes.extend(single::ending(run));
    notes.extend(single::slow_build(run));
    notes.extend(run.power.waited.clone());
    Verdict {
        class,
        sentence: format!(
            "{} of {} questions right{}. Median latency {}, peak memory {}.",
            words::percent(run.pass_at_1),
            run.answered(),
            accuracy.map_or(String::new(), |accuracy| {
                format!(", {}", words::against_chance(&accuracy))
            }),
            words::or_reason(run.latency_s(), words::seconds),
            words::or_reason(run.memory_gib(), words::gib)
        ),
        notes,
    }
}

fn verdict_of_all(entries: &[Entry], modes: &[Modes]) -> Verdict {
    let best = order(entries)
        .first()
        .and_then(|&index| entries.get(index))
        .filter(|entry| entry.rank.is_some());
    let mut notes = vec![several::caveats(entries)];
    notes.extend(modes.iter().map(|modes| several::agreement(modes, entries)));
    if entries.len() > RUNS_IN_FULL {
        notes.push(format!(
            "More than {RUNS_IN_FULL} runs: report one alone for its tasks, letters and latency."
        ));
    }
    Verdict {
        class: if best.is_some() { "good" } else { "warn" },
        sentence: match best {
            Some(entry) => format!(
                "Ranked first: {}, {} right at {} and {}.",
                entry.run.name(),
                words::percent(entry.run.pass_at_1),
                words::or_reason(entry.run.latency_s(), words::seconds),
                words::or_reason(entry.run.memory_gib(), words::gib)
            ),
            None => "No run can be ranked.".to_owned(),
        },
        notes,
    }
}

fn view(entry: &Entry) -> RunView {
    let run = &entry.run;
    let accuracy = &run.scores.accuracy;
    let groups = accuracy.groups.iter().map(|group| {
        let id = run.groups.get(usize::from(group.group));
        let name = format!("mean of {} tasks", group.tasks);
        whisker(id.map_or("", String::as_str), &name, group.accuracy)
    });
    let tallies = run.tasks.iter().zip(&accuracy.tasks);
    let tasks = tallies
        .filter(|(_, tally)| tally.counted > 0)
        .map(|(task, tally)| whisker(&task.id, &task.name, tally.accuracy()));
    RunView {
        name: run.name(),
        setting: format!("{} · {}", run.file, single::setting(run)),
        facts: single::headline(entry),
        groups: groups.collect(),
        tasks: tasks.collect(),
        letters: letters::bars(&run.scores.bias),
        latency: latency::histogram(run),
        power: power::trace(run),
        provenance: run
            .facts
            .iter()
            .map(|(name, value)| (name.replace('_', " "), plain(value)))
            .collect(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

fn whisker(id: &str, name: &str, estimate: Reading<Estimate>) -> Whisker {
    Whisker {
        id: id.to_owned(),
        name: name.to_owned(),
        text: words::percent(estimate),
        marks: estimate.value().and_then(|estimate| {
            let interval = estimate.interval.value()?;
            Some((
                places(100.0 * interval.low),
                places(100.0 * estimate.value),
                places(100.0 * interval.high),
            ))
        }),
    }
}

/// Two decimals: a hundredth of a percent of a page's width is below a pixel.
fn places(value: f64) -> f64 {
    (100.0 * value).round() / 100.0
}
