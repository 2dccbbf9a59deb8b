//! `edgescore choose`.

mod across;
mod args;
mod asking;
mod candidate;
mod contender;
mod deploy;
mod figures;
mod folder;
mod page;
mod point_table;
mod points;
mod racing;
mod say;
mod trial;
mod view;
mod why;

pub use args::Args;

use crate::defaults;
use crate::failure::{Failure, Outcome};
use crate::files;
use crate::render::text;
use crate::session::{ModelKind, OperatingPoint, interrupted, model_path};
use folder::Folder;
use say::say;
use view::ChoiceView;

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let points = args.points()?;
    let pack = defaults::pack_or(args.pack.as_ref())?;
    let bytes = files::read(&pack)?;
    let asked = args.plan(OperatingPoint::default());
    let questions = match (
        files::open_pack(&pack, &bytes)?.question_count(),
        asked.limit,
    ) {
        (all, 0) => all,
        (all, limit) => limit.min(all),
    };
    let models = args.models.iter().map(|model| model_path(model));
    let models = models.collect::<Result<Vec<_>, _>>()?;
    // A name that was misspelt is no model that leaves.
    let mut files = models
        .iter()
        .filter(|model| ModelKind::of(model) == ModelKind::Gguf);
    files.try_for_each(|model| files::open(model).map(drop))?;
    let asked_for = args.asked_for(&models, &bytes);
    let mut folder = Folder::open(args.output.as_deref(), asked_for, args.force)?;
    say(&format!("race in {}", folder.path().display()));
    let mut field = match candidate::field(args, &pack, models, &points, &mut folder) {
        // A plan that was stopped has failed.
        Err(_) if interrupted() => return Ok(stopped(&folder)),
        field => field?,
    };
    let goal = args.goal(points.len());
    let Some(raced) = racing::race(args, &folder, &mut field, questions, goal)? else {
        return Ok(stopped(&folder));
    };
    let compared = match raced.winner(&field) {
        Some(winner) if winner.open_points().next().is_some() => {
            match points::compare(args, &folder, winner, questions)? {
                Some(compared) => Some(compared),
                None => return Ok(stopped(&folder)),
            }
        }
        _ => None,
    };
    let best = compared.as_ref().and_then(|compared| compared.best.clone());
    let view = ChoiceView::of(args, &raced, &field, compared, questions)?;
    folder.write(&view)?;
    text::show(&page::page(
        args,
        &folder,
        &raced,
        &field,
        &view,
        best.as_ref(),
    ))?;
    Ok(match view.chosen {
        Some(_) => Outcome::AsPlanned,
        None => Outcome::NotAsPlanned,
    })
}

fn stopped(folder: &Folder) -> Outcome {
    say(&format!(
        "stopped; what was answered is in {}, and the same command goes on from there",
        folder.path().display()
    ));
    Outcome::NotAsPlanned
}
