//! The page and its parts.

use std::io::Write;

use askama::Template;
use edgescore_record::{Labels, Origin};
use edgescore_score::{AgainstChance, Estimate, Reading};
use edgescore_summary::{AnswerText, RankedRun, RunSummary, about_origin};

use super::confidence::{self, Plots};
use super::latency::{self, Histogram};
use super::letters::{self, Bar};
use super::pareto::{self, Plot};
use super::scale::places;
use super::trace::{Trace, traces};
use crate::failure::Failure;
use crate::render::blocks::{Block, Table};
use crate::render::pages::subject::Subject;
use crate::render::pages::{beside, headline::headline, notes, several, sustained};
use crate::render::{labels, values};

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
    /// Accuracy of a guess in percent; none where there is nothing to guess.
    chance: Option<f64>,
    letters: Vec<Bar>,
    latency: Option<Histogram>,
    traces: Vec<Trace>,
    confidence: Result<Plots, String>,
    texts: Option<Table>,
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
pub fn write(out: &mut (dyn Write + Send), subject: &Subject) -> Result<(), Failure> {
    let (runs, published) = (subject.runs, subject.published.as_slice());
    let first = runs.first();
    let page = Page {
        title: match runs {
            [ranked] => notes::title(&ranked.run),
            runs => format!("{} runs", runs.len()),
        },
        verdict: match runs {
            [ranked] => verdict(ranked),
            _ => verdict_of_all(subject),
        },
        ranking: (runs.len() > 1).then(|| several::ranking(runs)),
        formulas: first.map_or(Vec::new(), several::formulas),
        pareto: pareto::plot(runs, published),
        runs: match runs.len() {
            ..=RUNS_IN_FULL => runs.iter().map(view).collect(),
            _ => Vec::new(),
        },
        beside: match published {
            [] => Vec::new(),
            published => tables(beside::blocks(runs, published)),
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

fn verdict(ranked: &RankedRun) -> Verdict {
    let run = &ranked.run;
    let accuracy = run.pass_at_1.value();
    let standing = accuracy.map(|accuracy| accuracy.against(run.chance()));
    let class = match (run.ended_well(), standing) {
        (true, Some(AgainstChance::Above)) if run.origin() != Origin::Synthetic => "good",
        (true, _) => "warn",
        (false, _) => "bad",
    };
    let origin = about_origin(run.origin()).map(str::to_owned);
    let notes = origin.into_iter().chain(notes::warnings(run));
    Verdict {
        class,
        sentence: format!(
            "{} of {} questions right{}. Median latency {}, peak memory {}.",
            values::percent(run.pass_at_1),
            run.answered(),
            accuracy
                .and_then(|accuracy| {
                    labels::against_chance(&accuracy, run.chance(), run.answered())
                })
                .map_or(String::new(), |standing| format!(", {standing}")),
            values::or_reason(run.latency_s(), values::seconds),
            values::or_reason(run.memory_gib(), values::gib)
        ),
        notes: notes.collect(),
    }
}

fn verdict_of_all(subject: &Subject) -> Verdict {
    let runs = subject.runs;
    let mut notes = vec![several::caveats(subject)];
    let pairs = subject.pairs.iter();
    notes.extend(pairs.map(|pair| several::agreement(pair, runs)));
    if runs.len() > RUNS_IN_FULL {
        notes.push(format!(
            "More than {RUNS_IN_FULL} runs: report one alone for its tasks, letters and latency."
        ));
    }
    let any_ranked = runs.iter().any(|ranked| ranked.rank.is_ok());
    Verdict {
        class: if any_ranked { "good" } else { "warn" },
        sentence: several::verdict(subject),
        notes,
    }
}

fn view(ranked: &RankedRun) -> RunView {
    let run = &ranked.run;
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
        name: match notes::did_not_decide(run) {
            Some(why) => format!("{}: {why}", run.name()),
            None => run.name(),
        },
        setting: format!("{} · {}", run.file, notes::setting(run)),
        facts: headline(ranked)
            .into_iter()
            .chain(sustained::facts(run))
            .collect(),
        groups: groups.collect(),
        tasks: tasks.collect(),
        chance: Some(places(100.0 * run.chance())).filter(|chance| *chance > 0.0),
        letters: letters::bars(&run.scores.bias),
        latency: latency::histogram(run),
        traces: traces(run),
        confidence: confidence::plots(run),
        texts: (!run.texts.is_empty()).then(|| texts(run)),
        provenance: run
            .provenance
            .facts()
            .iter()
            .map(|(name, fact)| (name.replace('_', " "), values::fact(fact)))
            .collect(),
    }
}

/// The generated texts, in the order of asking.
fn texts(run: &RunSummary) -> Table {
    let thinks = run.texts.iter().any(|text| !text.text.split().0.is_empty());
    let row = |text: &AnswerText| {
        let (answer, kept) = (text.answer, &text.text);
        let (trace, words) = kept.split();
        let rotation = text.ask.rotation().steps();
        let task = run.tasks.get(text.task as usize);
        let mut row = vec![
            match rotation {
                0 => text.ask.question().to_string(),
                steps => format!("{}, rotation {steps}", text.ask.question()),
            },
            task.map_or_else(String::new, |task| task.id.clone()),
            if answer.is_correct() {
                "right"
            } else {
                "wrong"
            }
            .to_owned(),
            answer.key().map_or("", Labels::label).to_owned(),
            labels::answered(answer).to_owned(),
        ];
        let cut = if kept.cut { "… " } else { "" };
        match (thinks, trace) {
            (false, _) => row.push(format!("{cut}{}", printable(words))),
            (true, "") => row.extend([String::new(), format!("{cut}{}", printable(words))]),
            (true, trace) => row.extend([format!("{cut}{}", printable(trace)), printable(words)]),
        }
        row
    };
    let mut head = vec!["question", "task", "", "key", "chosen"];
    head.extend(thinks.then_some("trace"));
    head.push("text");
    Table {
        head,
        rows: run.texts.iter().map(row).collect(),
    }
}

/// A text with its line ends; other control characters are escaped, since a text may hold anything.
fn printable(text: &str) -> String {
    let mut out = String::new();
    for c in text.trim().chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

fn whisker(id: &str, name: &str, estimate: Reading<Estimate>) -> Whisker {
    Whisker {
        id: id.to_owned(),
        name: name.to_owned(),
        text: values::percent(estimate),
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
