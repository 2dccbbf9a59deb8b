//! A model in the race.

use std::path::{Path, PathBuf};

use edgescore_summary::{Figure, PlanView, RunSummary};

use super::args::Args;
use super::folder::{Folder, Planned};
use super::say::say;
use crate::failure::Failure;
use crate::files;
use crate::forecast;
use crate::session::Inputs;

/// A forecast may be this much too long: it was 22 to 35 % off for a model of 135M parameters, and
/// more where something else used the board. The race's error rate does not cover it.
const FORECAST_ERROR: f64 = 2.0;

/// A model in the race.
pub struct Candidate {
    /// Its name in the race, and the beginning of its files' names.
    pub label: String,
    /// The model file.
    model: PathBuf,
    /// The same as it was given.
    pub given: PathBuf,
    /// What a board needs to run it; none of a model that cannot be asked.
    pub inputs: Option<Inputs>,
    /// What was planned.
    pub planned: Planned,
    /// The results so far, a leg each.
    pub legs: Vec<PathBuf>,
    /// What they say together.
    pub run: Option<RunSummary>,
    /// Why it was taken out, for another reason than the race's.
    pub withdrawn: Option<String>,
}

impl Candidate {
    /// Takes it out.
    pub fn withdraw(&mut self, why: String) {
        say(&format!("{} leaves: {why}", self.label));
        self.withdrawn.get_or_insert(why);
    }
}

/// All models, each planned; those that cannot run are withdrawn.
///
/// # Errors
/// What is wrong with the pack, the board, the link or the folder.
pub fn field(
    args: &Args,
    pack: &Path,
    models: Vec<PathBuf>,
    folder: &mut Folder,
) -> Result<Vec<Candidate>, Failure> {
    let labels = labels(&models);
    let mut field = Vec::with_capacity(models.len());
    let all = models.into_iter().zip(&args.models).zip(labels);
    for ((model, given), label) in all {
        let mut candidate = Candidate {
            label,
            model,
            given: given.clone(),
            inputs: None,
            planned: Planned::default(),
            legs: Vec::new(),
            run: None,
            withdrawn: None,
        };
        match prepare(args, pack, &mut candidate, folder) {
            Ok(()) => {}
            // One bad file of five is no reason to give up on the others.
            Err(Failure::Data(error)) => candidate.withdraw(format!("{error:#}")),
            Err(other) => return Err(other),
        }
        field.push(candidate);
    }
    Ok(field)
}

fn prepare(
    args: &Args,
    pack: &Path,
    candidate: &mut Candidate,
    folder: &mut Folder,
) -> Result<(), Failure> {
    let kept = folder.prompts(&candidate.label);
    let inputs = if kept.exists() {
        Inputs {
            pack: pack.to_owned(),
            model: candidate.model.clone(),
            prompts: files::read(&kept)?,
        }
    } else {
        let inputs = Inputs::new(&args.options, pack.to_owned(), candidate.model.clone())?;
        files::write_whole(&kept, &inputs.prompts)?;
        inputs
    };
    candidate.planned = match folder.planned(&candidate.label) {
        Some(planned) => planned,
        None => {
            let view = forecast::measure(&args.board, &args.plan(), &inputs)?;
            let planned = Planned {
                seconds: seconds(&view),
                refused: refusal(&view, args.max_latency_s()),
            };
            folder.keep(&candidate.label, &planned)?;
            planned
        }
    };
    if let Some(why) = candidate.planned.refused.clone() {
        candidate.withdraw(why);
    }
    candidate.inputs = Some(inputs);
    Ok(())
}

fn seconds(view: &PlanView) -> Option<f64> {
    match view.seconds_per_question {
        Figure::Value(seconds) => Some(seconds),
        Figure::Missing(_) => None,
    }
}

/// Why a model cannot keep the limits.
fn refusal(view: &PlanView, max_latency_s: Option<f64>) -> Option<String> {
    let memory = &view.memory;
    if let Some(limit) = memory
        .limit_bytes
        .filter(|limit| memory.total_bytes > *limit)
    {
        let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
        return Some(format!(
            "plan: it needs {:.2} GiB, and there are {:.2} GiB",
            gib(memory.total_bytes),
            gib(limit)
        ));
    }
    if !view.can_run() {
        return Some("plan: the idle board already takes the power budget".to_owned());
    }
    let (seconds, limit) = (seconds(view)?, max_latency_s?);
    (seconds > FORECAST_ERROR * limit)
        .then(|| format!("plan: an answer takes about {seconds:.2} s, and {limit} s are allowed"))
}

/// File names without their endings, numbered where two are the same.
fn labels(models: &[PathBuf]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::with_capacity(models.len());
    for model in models {
        let stem = model.file_stem().unwrap_or_default();
        let stem = stem.to_string_lossy().replace(char::is_control, "_");
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let mut names = std::iter::once(stem.clone()).chain(numbered);
        labels.extend(names.find(|name| !labels.contains(name)));
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_different() {
        let models = ["a/m.gguf", "b/m.gguf", "n.gguf", "c/m.gguf", "m\x1b.gguf"];
        let labels = labels(&models.map(PathBuf::from));
        assert_eq!(labels, ["m", "m-2", "n", "m-3", "m_"]);
    }
}
