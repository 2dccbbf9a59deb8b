//! `edgescore report`.

mod escalate;
mod wrong;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::ValueEnum;
use edgescore_score::Exponents;
use edgescore_summary::published::models;
use edgescore_summary::report::{Report, RunView};
use edgescore_summary::{PlanError, Planned, RankBy, RankedRun, Ranking, load_all, rank};

use crate::config::LIMITS;
use crate::failure::Failure;
use crate::files;
use crate::gate_profile::Profile;
use crate::output::{self, Output};
use crate::render::format::{self, Format};
use crate::render::pages::plan_error;
use crate::render::pages::report;
use crate::render::pages::subject::Subject;
use crate::render::tables::{self, questions, runs};
use crate::render::{html, json, markdown, text};
use crate::results;
use crate::screen::Screen;

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
    #[arg(long, value_parser = format::names(format::ALL))]
    format: Option<Format>,

    #[command(flatten)]
    output: Output,

    /// With csv and jsonl: one row a question instead of one a run
    #[arg(long)]
    questions: bool,

    /// Show the questions that were answered wrongly, with options, key, choice and, where it was
    /// kept, the generated text
    #[arg(long, conflicts_with_all = ["questions", "against", "plan"])]
    wrong: bool,

    /// With --wrong: the task pack that was run [default: the built-in one]
    #[arg(long, value_name = "P.pack", requires = "wrong")]
    pack: Option<PathBuf>,

    /// Two results, SMALL.esr LARGE.esr: what it gives to ask the large model only where the small one's
    /// confidence is below a threshold. The threshold is chosen on half of the questions and judged on
    /// the other half: under limits the most accurate, else the lowest that is as good as the large model
    #[arg(long, conflicts_with_all = ["questions", "wrong", "against", "plan"])]
    escalate: bool,

    #[command(flatten)]
    limits: Profile,

    /// Take limits from a TOML file too (see `edgescore gate --profile`)
    #[arg(long, value_name = "FILE.toml", help_heading = LIMITS)]
    profile: Option<PathBuf>,

    /// What to rank by, among the runs that keep their budgets and the limits
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = By::Accuracy)]
    rank_by: By,

    /// Show all figures of every run
    #[arg(long, conflicts_with_all = ["questions", "wrong", "escalate"])]
    full: bool,

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
enum By {
    /// Accuracy
    Accuracy,
    /// The chance-corrected Edge Score
    EdgeScore,
}

impl Args {
    /// How runs are ranked.
    fn how(&self) -> Result<Ranking, Failure> {
        let limits = match &self.profile {
            Some(path) => self.limits.or(Profile::read(path)?),
            None => self.limits,
        };
        Ok(Ranking {
            by: match self.rank_by {
                By::Accuracy => RankBy::Accuracy,
                By::EdgeScore => RankBy::EdgeScore,
            },
            limits: limits.asked(),
            exponents: self.exponents,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Against {
    /// The published 6G-Bench results (see `edgescore published`)
    Published,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let (path, format) = format::choose(args.format, &args.output, format::ALL)?;
    let results = results::once_each(&args.results)?;
    if args.wrong {
        if !matches!(format, Format::Table | Format::Md) {
            return Err(Failure::Usage(anyhow!(
                "--wrong prints a table or Markdown; for other formats use --questions, which has the texts too"
            )));
        }
        let as_markdown = format == Format::Md;
        return wrong::show(&results, args.pack.as_deref(), path, as_markdown);
    }
    if args.escalate {
        return escalate::show(&args.results, args.limits.cost(), format, path);
    }
    if format == Format::Parquet
        || (args.questions && matches!(format, Format::Csv | Format::Jsonl))
    {
        return output::to(path, format.content(), |out| {
            questions(out, &results, format)
        });
    }
    let how = args.how()?;
    let runs = load_all(&results).map_err(Failure::data)?;
    let ranked = rank(runs, &how).map_err(Failure::data)?;
    let plan = match &args.plan {
        Some(path) => Some(check(path, &ranked, format)?),
        None => None,
    };
    let mut subject = Subject::of(&ranked, how)?;
    if args.against == Some(Against::Published) {
        subject.published = models();
    }
    output::to(path, format.content(), |out| match format {
        Format::Table | Format::Md => {
            let mut blocks = report::page(&subject, args.full);
            blocks.extend(plan.iter().flat_map(plan_error::page));
            match format {
                Format::Md => markdown::write(out, &blocks),
                _ => text::write_for(out, &blocks, Screen::of(path)),
            }
            .map_err(Failure::data)
        }
        Format::Json => {
            let mut report = Report::of(&ranked, &subject.pairs);
            if !subject.published.is_empty() {
                report = report.with_published(&subject.published);
            }
            if let Some(plan) = &plan {
                report = report.with_plan(plan);
            }
            json::write(out, &report).map_err(Failure::data)
        }
        Format::Jsonl => ranked.iter().try_for_each(|run| {
            json::write_line(out, &RunView::of(run, &ranked)).map_err(Failure::data)
        }),
        Format::Csv => runs::with(&ranked, |table| tables::write_csv(out, table)),
        Format::Sql => {
            runs::with(&ranked, |table| tables::write_sql(out, table))?;
            questions(out, &results, format)
        }
        Format::Html => html::write(out, &subject),
        // Written above, from the files: its rows are questions.
        Format::Parquet => Ok(()),
    })
}

/// The plan at `path` beside the one run.
fn check(path: &Path, runs: &[RankedRun], format: Format) -> Result<PlanError, Failure> {
    match (runs, format) {
        ([ranked], Format::Table | Format::Md | Format::Json) => {
            let plan: Planned = serde_json::from_slice(&files::read(path)?)
                .with_context(|| {
                    format!(
                        "{} is no plan: give the file of `edgescore plan -o PLAN.json`",
                        path.display()
                    )
                })
                .map_err(Failure::Data)?;
            plan.check(&ranked.run)
                .map_err(|other| Failure::Usage(other.into()))
        }
        ([_], _) => Err(Failure::Usage(anyhow!(
            "--plan: use the format table, md or json"
        ))),
        _ => Err(Failure::Usage(anyhow!(
            "--plan: give the one result that it is the plan of"
        ))),
    }
}

fn questions(
    out: &mut (dyn Write + Send),
    results: &[PathBuf],
    format: Format,
) -> Result<(), Failure> {
    questions::with(results, |table| match format {
        Format::Csv => tables::write_csv(out, table),
        Format::Jsonl => tables::write_jsonl(out, table),
        Format::Parquet => tables::write_parquet(out, table),
        _ => tables::write_sql(out, table),
    })
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
