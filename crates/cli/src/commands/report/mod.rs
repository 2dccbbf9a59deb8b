//! `edgescore report`.

mod asked;
mod beside;
mod facts;
mod html;
pub mod json;
mod load;
mod memory;
mod modes;
mod power;
mod question_sheet;
mod ranked;
mod roofline;
mod run_sheet;
mod several;
mod single;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::ValueEnum;
use edgescore_score::Exponents;
use serde_json::json;

pub use facts::OF_ONE_RUN;
pub use load::{RunSummary, board, load, load_all, row_of};
pub use ranked::inputs;

use crate::commands::gate;
use crate::commands::plan::{Check, Planned};
use crate::commands::published;
use crate::failure::Failure;
use crate::output::{self, Content, Output};
use crate::render::page::{self, Block};
use crate::render::sheet::{self, Sheet};
use modes::Modes;
use ranked::Entry;

/// Score results and print what they say
///
/// One result gives its figures, several give a ranking. All intervals are 95 %. What was not
/// measured has its reason in the place of a value.
#[derive(clap::Args)]
pub struct Args {
    /// Results of `edgescore run`
    #[arg(value_name = "RUN.esr", required = true)]
    results: Vec<PathBuf>,

    /// How to print [default: what the ending of FILE says, else table]
    #[arg(long, value_enum)]
    format: Option<Format>,

    #[command(flatten)]
    output: Output,

    /// With csv and jsonl: one row a question instead of one a run
    #[arg(long)]
    questions: bool,

    /// Set the runs beside the published results
    #[arg(long, value_enum, value_name = "WHAT")]
    against: Option<Against>,

    /// Hold a plan (`edgescore plan -o`) against the run that was made of it
    #[arg(long, value_name = "PLAN.json")]
    plan: Option<PathBuf>,

    /// Weigh the Edge Score: exponents of accuracy, of latency or energy, and of memory
    #[arg(long, value_name = "A,L,M", default_value = "1,1,1", value_parser = exponents)]
    exponents: Exponents,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for reading
    Table,
    /// One JSON object (docs/report.schema.json)
    Json,
    /// One JSON object a run
    Jsonl,
    /// Comma-separated values, one row a run
    Csv,
    /// Markdown
    Md,
    /// SQL statements for sqlite3: the tables runs and questions
    Sql,
    /// Apache Parquet, one row a question
    Parquet,
    /// A page for a browser, in one file
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Against {
    /// The published 6G-Bench results (see `edgescore published`)
    Published,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let path = args.output.path.as_deref();
    let format = args
        .format
        .or_else(|| by_ending(path?))
        .unwrap_or(Format::Table);
    let content = match format {
        Format::Parquet => Content::Binary,
        _ => Content::Text,
    };
    if format == Format::Parquet
        || (args.questions && matches!(format, Format::Csv | Format::Jsonl))
    {
        return output::to(path, content, |out| questions(out, &args.results, format));
    }
    let entries = ranked::rank(load_all(&args.results)?, args.exponents);
    let check = match &args.plan {
        Some(path) => Some(check(path, &entries, format)?),
        None => None,
    };
    let modes = modes::pairs(&entries)?;
    let beside = match args.against {
        Some(Against::Published) => published::models(),
        None => Vec::new(),
    };
    output::to(path, content, |out| match format {
        Format::Table | Format::Md => {
            let mut blocks = page(&entries, &modes, &beside);
            blocks.extend(check.iter().flat_map(Check::blocks));
            match format {
                Format::Md => page::markdown(out, &blocks),
                _ => page::text(out, &blocks),
            }
            .map_err(Failure::data)
        }
        Format::Json => {
            let mut report = json::of(&entries, &modes);
            if !beside.is_empty() {
                report["published"] = json!(published::json(&beside));
            }
            if let Some(check) = &check {
                report["plan"] = check.json();
            }
            writeln!(out, "{report:#}").map_err(Failure::data)
        }
        Format::Jsonl => entries.iter().try_for_each(|entry| {
            writeln!(out, "{}", json::run(entry, &entries)).map_err(Failure::data)
        }),
        Format::Csv => sheet::write_csv(out, runs(&mut rows(&entries))),
        Format::Sql => {
            sheet::write_sql(out, runs(&mut rows(&entries)))?;
            questions(out, &args.results, format)
        }
        Format::Html => html::write(out, &entries, &modes, &beside),
        // Written above, from the files: its rows are questions.
        Format::Parquet => Ok(()),
    })
}

/// The plan at `path` beside the one run.
fn check(path: &Path, entries: &[Entry], format: Format) -> Result<Check, Failure> {
    match (entries, format) {
        ([entry], Format::Table | Format::Md | Format::Json) => {
            Planned::read(path)?.check(&entry.run)
        }
        ([_], _) => Err(Failure::Usage(anyhow!(
            "--plan: use the format table, md or json"
        ))),
        _ => Err(Failure::Usage(anyhow!(
            "--plan: give the one result that it is the plan of"
        ))),
    }
}

/// Prints the page of one run to standard output, and of the gate it was held against.
pub fn print(run: RunSummary, judged: Option<&gate::Judged>) -> Result<(), Failure> {
    let verdict = judged.map_or(Vec::new(), |judged| gate::blocks(&run, judged));
    let entries = ranked::rank(vec![run], Exponents::default());
    output::to(None, Content::Text, |out| {
        let mut blocks = page(&entries, &[], &[]);
        blocks.extend(verdict);
        page::text(out, &blocks).map_err(Failure::data)
    })
}

fn page(entries: &[Entry], modes: &[Modes], beside: &[published::Model]) -> Vec<Block> {
    let mut blocks = match entries {
        [entry] => single::page(entry),
        entries => several::page(entries, modes),
    };
    if !beside.is_empty() {
        blocks.extend(beside::blocks(entries, beside));
    }
    blocks
}

fn rows(entries: &[Entry]) -> impl Iterator<Item = Result<Vec<sheet::Cell>, Failure>> {
    entries.iter().map(|entry| Ok(run_sheet::row(entry)))
}

fn runs<'a>(rows: &'a mut dyn Iterator<Item = Result<Vec<sheet::Cell>, Failure>>) -> Sheet<'a> {
    Sheet {
        name: "runs",
        columns: &run_sheet::COLUMNS,
        rows,
    }
}

fn questions(
    out: &mut (dyn Write + Send),
    results: &[PathBuf],
    format: Format,
) -> Result<(), Failure> {
    let sheet = Sheet {
        name: "questions",
        columns: &question_sheet::COLUMNS,
        rows: &mut question_sheet::rows(results),
    };
    match format {
        Format::Csv => sheet::write_csv(out, sheet),
        Format::Jsonl => sheet::write_jsonl(out, sheet),
        Format::Parquet => sheet::write_parquet(out, sheet),
        _ => sheet::write_sql(out, sheet),
    }
}

fn by_ending(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "json" => Some(Format::Json),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        "csv" => Some(Format::Csv),
        "md" => Some(Format::Md),
        "sql" => Some(Format::Sql),
        "parquet" => Some(Format::Parquet),
        "html" | "htm" => Some(Format::Html),
        _ => None,
    }
}

/// `1,0.5,1`.
fn exponents(text: &str) -> Result<Exponents, String> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    match numbers.as_deref() {
        Ok(&[accuracy, cost, memory]) => {
            Exponents::new(accuracy, cost, memory).map_err(|error| error.to_string())
        }
        _ => Err("give three numbers, such as 1,0.5,1".to_owned()),
    }
}
