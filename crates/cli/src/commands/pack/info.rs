//! `edgescore pack info`.

use std::collections::BTreeMap;
use std::path::PathBuf;

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
    for index in 0..pack.question_count() {
        *of_task
            .entry(pack.task_of(index).map_err(Failure::data)?)
            .or_default() += 1;
    }
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
            "version": edgescore_taskpack::CURRENT_VERSION,
            "sha256": pack.hash().to_string(),
            "bytes": bytes.len(),
            "questions": pack.question_count(),
            "episodes": pack.episode_count(),
            "tasks": tasks,
        });
        return print(|out| writeln!(out, "{info:#}"));
    }
    print(|out| {
        writeln!(out, "name       {}", pack.name())?;
        writeln!(out, "origin     {}", pack.origin())?;
        writeln!(out, "sha256     {}", pack.hash())?;
        writeln!(out, "size       {} bytes", bytes.len())?;
        writeln!(out, "questions  {}", pack.question_count())?;
        writeln!(out, "episodes   {}", pack.episode_count())?;
        writeln!(out, "tasks      {}", pack.task_count())?;
        for (task, questions) in &tasks {
            let pass_at_k = if task.pass_at_k { "  pass@k" } else { "" };
            writeln!(
                out,
                "  {:<4} {}  {:>4}  {}{pass_at_k}",
                task.id, task.group, questions, task.name
            )?;
        }
        Ok(())
    })
}
