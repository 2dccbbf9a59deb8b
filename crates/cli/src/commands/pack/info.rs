//! `edgescore pack info`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use edgescore_taskgen::controls;
use edgescore_taskpack::{Kind, Question, Task};
use serde_json::json;

use super::file;
use crate::failure::Failure;
use crate::files;
use crate::output::print;

/// Show what a pack holds, after checking all of it
#[derive(clap::Args)]
pub struct Args {
    /// The pack
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let bytes = files::read(&args.file)?;
    let pack = file::open(&args.file, &bytes)?;
    let mut of_task: BTreeMap<u32, u32> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, u32> = BTreeMap::new();
    let mut questions = Vec::new();
    for index in 0..pack.question_count() {
        let question = pack.question(index).map_err(Failure::data)?;
        *of_task.entry(question.task.index).or_default() += 1;
        *kinds.entry(kind(&question.kind)).or_default() += 1;
        questions.push(question);
    }
    let options = questions.iter().filter_map(Question::choice);
    let options = options.map(|choice| choice.count());
    let options = options.clone().min().zip(options.max());
    let chance = controls::chance(&questions);
    let episodes = file::episodes(&pack);
    let mut tasks = Vec::new();
    for index in 0..pack.task_count() {
        let task = pack.task(index).map_err(Failure::data)?;
        tasks.push((task, of_task.get(&index).copied().unwrap_or_default()));
    }
    if args.json {
        let tasks: Vec<_> = tasks
            .iter()
            .map(|(task, questions)| {
                json!({
                    "id": task.id,
                    "name": task.name,
                    "group": task.group,
                    "pass_at_k": task.pass_at_k,
                    "questions": questions,
                })
            })
            .collect();
        let info = json!({
            "name": pack.name(),
            "origin": pack.origin(),
            "version": pack.version(),
            "sha256": pack.hash().to_string(),
            "bytes": bytes.len(),
            "questions": pack.question_count(),
            "kinds": kinds,
            "options": options.map(|(least, most)| json!({ "min": least, "max": most })),
            "chance": chance,
            "episodes": episodes,
            "tasks": tasks,
        });
        return print(|out| writeln!(out, "{info:#}"));
    }
    print(|out| {
        writeln!(out, "name       {}", pack.name())?;
        writeln!(out, "origin     {}", pack.origin())?;
        writeln!(out, "sha256     {}", pack.hash())?;
        writeln!(out, "size       {} bytes", bytes.len())?;
        writeln!(out, "format     {}", pack.version())?;
        writeln!(out, "questions  {}", pack.question_count())?;
        if kinds.len() > 1 || options.is_none() {
            let kinds = kinds.iter().map(|(kind, count)| format!("{count} {kind}"));
            writeln!(out, "kinds      {}", kinds.collect::<Vec<_>>().join(", "))?;
        }
        if let Some((least, most)) = options {
            let range = match least == most {
                true => format!("{least}"),
                false => format!("{least} to {most}"),
            };
            let chance = 100.0 * chance.unwrap_or_default();
            writeln!(out, "options    {range}; chance {chance:.1} %")?;
        }
        writeln!(out, "episodes   {episodes}")?;
        writeln!(out, "tasks      {}", pack.task_count())?;
        let width = |of: for<'t> fn(&'t Task) -> &'t str| {
            let widths = tasks.iter().map(|(task, _)| of(task).chars().count());
            widths.max().unwrap_or_default()
        };
        let (ids, groups) = (width(|task| task.id).max(4), width(|task| task.group));
        for (task, questions) in &tasks {
            let pass_at_k = if task.pass_at_k { "  pass@k" } else { "" };
            // A task of own questions has no name but its id.
            let name = if task.name == task.id { "" } else { task.name };
            let line = format!(
                "  {:<ids$} {:<groups$}  {:>4}  {name}{pass_at_k}",
                task.id, task.group, questions
            );
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    })
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Choice(_) => "choice",
        Kind::Number(_) => "number",
        Kind::Text(_) => "text",
        Kind::Tool(_) => "tool",
        Kind::Turns(_) => "turns",
    }
}
