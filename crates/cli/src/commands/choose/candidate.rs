//! A model in the race.

use std::path::{Path, PathBuf};

use edgescore_summary::{Figure, Legs, PlanView, RunSummary};

use super::args::Args;
use super::folder::{Folder, Planned};
use super::say::say;
use super::trial;
use crate::failure::Failure;
use crate::files;
use crate::forecast;
use crate::session::{Inputs, ModelKind, OperatingPoint, stem};

/// A forecast may be this much too long: it was 22 to 35 % off for a model of 135M parameters, and
/// more where something else used the board. The race's error rate does not cover it.
const FORECAST_ERROR: f64 = 2.0;

/// A model in the race.
pub struct Candidate {
    /// The model's name, and the beginning of its files' names.
    pub name: String,
    /// Its name in the race: that of the model, and the operating point where there are several.
    pub label: String,
    /// The operating point at which it races.
    pub point: OperatingPoint,
    /// The other ones, with what was planned there.
    pub other_points: Vec<(OperatingPoint, Planned)>,
    /// The model, as [`crate::session::model_path`] names it.
    pub model: PathBuf,
    /// The same as it was given.
    pub given: PathBuf,
    /// What a board needs to run it; none of a model that cannot be asked.
    pub inputs: Option<Inputs>,
    /// What was planned at the point.
    pub planned: Planned,
    /// The results so far, a leg each.
    pub results: Vec<PathBuf>,
    /// What is in them.
    pub legs: Legs,
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

    /// The other points whose plans keep the limits.
    pub fn open_points(&self) -> impl Iterator<Item = OperatingPoint> + '_ {
        let open = self.other_points.iter();
        let open = open.filter(|(_, planned)| planned.refused.is_none());
        open.map(|(point, _)| *point)
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
    points: &[OperatingPoint],
    folder: &mut Folder,
) -> Result<Vec<Candidate>, Failure> {
    let names = names(&models);
    let mut field = Vec::with_capacity(models.len());
    let all = models.into_iter().zip(&args.models).zip(names);
    for ((model, given), name) in all {
        let mut candidate = Candidate {
            label: name.clone(),
            name,
            point: OperatingPoint::default(),
            other_points: Vec::new(),
            model,
            given: given.clone(),
            inputs: None,
            planned: Planned::default(),
            results: Vec::new(),
            legs: Legs::default(),
            run: None,
            withdrawn: None,
        };
        match prepare(args, pack, points, &mut candidate, folder) {
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
    points: &[OperatingPoint],
    candidate: &mut Candidate,
    folder: &mut Folder,
) -> Result<(), Failure> {
    let kept = folder.prompts(&candidate.name);
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
    let mut planned = Vec::with_capacity(points.len());
    for point in points_of(&candidate.model, points) {
        planned.push((point, plan(args, point, candidate, &inputs, folder)?));
    }
    let quickest = quickest(&planned);
    if let Some(at) = quickest {
        (candidate.point, candidate.planned) = planned.remove(at);
    }
    if !planned.is_empty() {
        candidate.label = format!("{}, {}", candidate.name, candidate.point.label());
    }
    candidate.other_points = planned;
    if let Some(why) = candidate.planned.refused.clone() {
        candidate.withdraw(why);
    }
    candidate.inputs = Some(inputs);
    Ok(())
}

/// What a run at `point` would take, measured unless it is known.
fn plan(
    args: &Args,
    point: OperatingPoint,
    candidate: &Candidate,
    inputs: &Inputs,
    folder: &mut Folder,
) -> Result<Planned, Failure> {
    let name = format!("{}{}", candidate.name, point.suffix());
    if let Some(planned) = folder.planned(&name) {
        return Ok(planned);
    }
    if point != OperatingPoint::default() {
        say(&format!("plan of {} at {}", candidate.name, point.label()));
    }
    let planned = if ModelKind::of(&inputs.model) == ModelKind::Gguf {
        let view = forecast::measure(&args.board, &args.plan(point), inputs)?;
        let refused = memory_or_power(&view);
        Planned {
            seconds: seconds(&view),
            refused,
        }
    } else {
        trial::measure(args, point, inputs)?
    };
    let planned = Planned {
        refused: too_slow(&planned, args.max_latency_s()).or(planned.refused),
        ..planned
    };
    folder.keep(&name, &planned)?;
    Ok(planned)
}

/// Place of the quickest of those that keep the limits, else of the quickest of all.
fn quickest(planned: &[(OperatingPoint, Planned)]) -> Option<usize> {
    let rank = |planned: &Planned| (planned.refused.is_some(), planned.seconds);
    let compare = |(_, a): &(usize, &Planned), (_, b): &(usize, &Planned)| {
        let ((refused, seconds), (other_refused, other)) = (rank(a), rank(b));
        let seconds = seconds.unwrap_or(f64::INFINITY);
        let other = other.unwrap_or(f64::INFINITY);
        refused.cmp(&other_refused).then(seconds.total_cmp(&other))
    };
    let all = planned.iter().map(|(_, planned)| planned).enumerate();
    all.min_by(compare).map(|(at, _)| at)
}

fn seconds(view: &PlanView) -> Option<f64> {
    match view.seconds_per_question {
        Figure::Value(seconds) => Some(seconds),
        Figure::Missing(_) => None,
    }
}

/// Why a model cannot run within the limits on memory or power.
fn memory_or_power(view: &PlanView) -> Option<String> {
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
    (!view.can_run()).then(|| "plan: the idle board already takes the power budget".to_owned())
}

/// Why its answers will take too long.
fn too_slow(planned: &Planned, max_latency_s: Option<f64>) -> Option<String> {
    let (seconds, limit) = (planned.seconds?, max_latency_s?);
    (seconds > FORECAST_ERROR * limit)
        .then(|| format!("plan: an answer takes about {seconds:.2} s, and {limit} s are allowed"))
}

/// The operating points of a model. A server has the threads that it was started with.
fn points_of(model: &Path, points: &[OperatingPoint]) -> Vec<OperatingPoint> {
    if ModelKind::of(model) != ModelKind::Server {
        return points.to_vec();
    }
    let mut clocks: Vec<OperatingPoint> = Vec::with_capacity(points.len());
    for point in points {
        let point = OperatingPoint {
            threads: None,
            ..*point
        };
        if !clocks.contains(&point) {
            clocks.push(point);
        }
    }
    clocks
}

/// File names without their endings, numbered where two are the same.
fn names(models: &[PathBuf]) -> Vec<String> {
    let mut known: Vec<String> = Vec::with_capacity(models.len());
    for model in models {
        let stem = stem(model);
        let stem = stem.to_string_lossy().replace(char::is_control, "_");
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let mut names = std::iter::once(stem.clone()).chain(numbered);
        known.extend(names.find(|name| !known.contains(name)));
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_different() {
        let models = ["a/m.gguf", "b/m.gguf", "n.gguf", "c/m.gguf", "m\x1b.gguf"];
        let names = names(&models.map(PathBuf::from));
        assert_eq!(names, ["m", "m-2", "n", "m-3", "m_"]);
    }

    #[test]
    fn the_quickest_point_that_may_run_races() {
        let planned = |seconds: Option<f64>, refused: bool| {
            let refused = refused.then(|| "plan: too much".to_owned());
            (OperatingPoint::default(), Planned { seconds, refused })
        };
        let all = [
            planned(None, false),
            planned(Some(2.0), false),
            planned(Some(1.0), true),
            planned(Some(1.5), false),
        ];
        assert_eq!(quickest(&all), Some(3));
        let refused = [planned(Some(2.0), true), planned(Some(1.0), true)];
        assert_eq!(quickest(&refused), Some(1));
        assert_eq!(quickest(&[]), None);
    }
}
