//! The page and its parts.

use std::io::Write;

use askama::Template;
use edgescore_record::{Labels, Origin};
use edgescore_score::{AgainstChance, Estimate, Reading};
use edgescore_summary::published::PublishedModel;
use edgescore_summary::{AnswerText, ModePair, RankedRun, RunSummary, about_origin, order};

use super::latency::{self, Histogram};
use super::letters::{self, Bar};
use super::pareto::{self, Plot};
use super::power::{self, Trace};
use super::scale::places;
use crate::failure::Failure;
use crate::render::blocks::{Block, Table};
use crate::render::pages::{beside, headline::headline, notes, several};
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
    letters: Vec<Bar>,
    latency: Option<Histogram>,
    power: Option<Trace>,
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
pub fn write(
    out: &mut (dyn Write + Send),
    runs: &[RankedRun],
    pairs: &[ModePair],
    published: &[PublishedModel],
) -> Result<(), Failure> {
    let first = runs.first();
    let page = Page {
        title: match runs {
            [ranked] => notes::title(&ranked.run),
            runs => format!("{} runs", runs.len()),
        },
        verdict: match runs {
            [ranked] => verdict(ranked),
            runs => verdict_of_all(runs, pairs),
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
    let standing = accuracy.map(|accuracy| accuracy.against_chance());
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
            accuracy.map_or(String::new(), |accuracy| {
                let standing = labels::against_chance(&accuracy, run.answered());
                format!(", {standing}")
            }),
            values::or_reason(run.latency_s(), values::seconds),
            values::or_reason(run.memory_gib(), values::gib)
        ),
        notes: notes.collect(),
    }
}

fn verdict_of_all(runs: &[RankedRun], pairs: &[ModePair]) -> Verdict {
    let best = order(runs)
        .first()
        .and_then(|&index| runs.get(index))
        .filter(|ranked| ranked.rank.is_some());
    let mut notes = vec![several::caveats(runs)];
    notes.extend(pairs.iter().map(|pair| several::agreement(pair, runs)));
    if runs.len() > RUNS_IN_FULL {
        notes.push(format!(
            "More than {RUNS_IN_FULL} runs: report one alone for its tasks, letters and latency."
        ));
    }
    Verdict {
        class: if best.is_some() { "good" } else { "warn" },
        sentence: match best {
            Some(ranked) => format!(
                "Ranked first: {}, {} right at {} and {}.",
                ranked.run.name(),
                values::percent(ranked.run.pass_at_1),
                values::or_reason(ranked.run.latency_s(), values::seconds),
                values::or_reason(ranked.run.memory_gib(), values::gib)
            ),
            None => "No run can be ranked.".to_owned(),
        },
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
        name: run.name(),
        setting: format!("{} · {}", run.file, notes::setting(run)),
        facts: headline(ranked),
        groups: groups.collect(),
        tasks: tasks.collect(),
        letters: letters::bars(&run.scores.bias),
        latency: latency::histogram(run),
        power: power::trace(run),
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
    let row = |text: &AnswerText| {
        let (answer, kept) = (text.answer, &text.text);
        let (trace, words) = kept.split();
        let rotation = text.ask.rotation().steps();
        vec![
            match rotation {
                0 => text.ask.question().to_string(),
                steps => format!("{}, rotation {steps}", text.ask.question()),
            },
            run.tasks
                .get(text.task as usize)
                .map_or_else(String::new, |task| task.id.clone()),
            answer.key().label().to_owned(),
            answer
                .choice()
                .map_or(answer.found().label(), Labels::label)
                .to_owned(),
            // Escaped: a text may hold anything.
            match trace {
                "" => format!("{words:?}"),
                trace => format!("{trace:?} {words:?}"),
            },
        ]
    };
    Table {
        head: vec!["question", "task", "key", "choice", "text"],
        rows: run.texts.iter().map(row).collect(),
    }
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
